import GatewayLifecycle
import Testing

/// What a payment becomes when its provider shows a dispute.
@Suite struct DisputeTests {
    static let paid = PaymentState.shown(.succeeded)

    /// Each stage, whether it holds money and has ended, and the alert of its first news.
    static let stages: [(DisputeStage, Bool, Bool, Alert)] = [
        (.inquiry, false, false, .disputeOpened), (.inquiryClosed, false, true, .disputeClosed),
        (.open, true, false, .disputeOpened),
        (.underReview, true, false, .disputeOpened), (.lost, true, true, .disputeLost), (.won, false, true, .disputeClosed),
    ]

    @Test("A dispute that is open or lost holds money, and its first news raises an alert and an event", arguments: stages)
    func firstNews(_ stage: DisputeStage, _ holdsMoney: Bool, _ isClosed: Bool, _ alert: Alert) {
        let evolution = rules.evolve(Self.paid, by: .dispute(stage, amount: 700, at: 1))
        #expect(evolution.state.disputed == (holdsMoney ? 700 : 0))
        #expect(evolution.state.refundable == (holdsMoney ? 300 : 1000))
        #expect(evolution.movements.disputed == evolution.state.disputed)
        #expect(evolution.alerts == [alert])
        #expect(evolution.events == (isClosed ? [.disputeOpened, .disputeClosed] : [.disputeOpened]))
        #expect(evolution.notes == [.observed, .dispute("dp_1")])
        #expect(evolution.state.status == .succeeded)
    }

    @Test("The newest news of a dispute count in whatever order they come")
    func order() {
        let news: [Observation] = [
            .dispute(.open, at: 1), .dispute(.underReview, at: 2), .dispute(.lost, at: 3), .dispute(.won, at: 4),
        ]
        for first in news {
            for second in news {
                for third in news {
                    let state = Self.paid.after(first, second, third, news[3], first)
                    #expect(state.disputes.map(\.stage) == [.won] && state.disputed == 0)
                }
            }
        }
    }

    @Test("Within one tick of the provider's clock the later stage counts")
    func tick() {
        #expect(Self.paid.after(.dispute(.won, at: 1), .dispute(.open, at: 1)).disputes.map(\.stage) == [.won])
        #expect(Self.paid.after(.dispute(.open, at: 1), .dispute(.won, at: 1)).disputes.map(\.stage) == [.won])
    }

    /// A dispute that the gateway fetched.
    private func fetched(_ stage: DisputeStage, amount: Int64 = 1000, at time: Int64, version: Int64 = 0) -> Observation {
        .dispute(DisputeFacts(id: "dp_1", amount: amount, stage: stage, changedAt: time), .fetched(atVersion: version))
    }

    @Test("A fetched dispute is the latest state, whatever the clocks say", arguments: [2, 5, 9] as [Int64])
    func fetchedDispute(askedAt: Int64) {
        let lost = Self.paid.after(.dispute(.lost, at: 5))
        let evolution = rules.evolve(lost, by: fetched(.won, at: askedAt))
        #expect(evolution.state.disputes == [DisputeFacts(id: "dp_1", amount: 1000, stage: .won, changedAt: max(5, askedAt))])
        #expect(evolution.alerts == [.disputeClosed] && evolution.followUps == [])
    }

    @Test("A fetched dispute that shows nothing new changes nothing")
    func fetchedAgain() {
        let open = Self.paid.after(.dispute(.open, at: 5))
        let evolution = rules.evolve(open, by: fetched(.open, at: 9))
        #expect(evolution.state == open && evolution.notes == [] && evolution.events == [] && evolution.followUps == [])
    }

    @Test("A dispute that is new in the provider's list is booked, whatever the payment's version")
    func fetchedFirst() {
        let evolution = rules.evolve(Self.paid, by: fetched(.lost, at: 5, version: -1))
        #expect(evolution.state.disputed == 1000 && evolution.alerts == [.disputeLost])
    }

    @Test("A dispute that was fetched before the payment changed is fetched again where it disagrees")
    func staleFetch() {
        let open = Self.paid.after(.dispute(.open, at: 5))
        let evolution = rules.evolve(open, by: fetched(.won, at: 9, version: -1))
        #expect(evolution.state == open && evolution.followUps == [.fetchAgain])
        #expect(rules.evolve(open, by: fetched(.open, at: 9, version: -1)).followUps == [])
    }

    @Test("A webhook that is older than the books and disagrees with them makes the gateway fetch the disputes")
    func olderNews() {
        let won = Self.paid.after(.dispute(.lost, at: 5), fetched(.won, at: 9))
        let late = rules.evolve(won, by: .dispute(.lost, at: 5))
        #expect(late.state == won && late.followUps == [.fetchDisputes] && late.events == [])
        #expect(rules.evolve(won, by: .dispute(.won, at: 6)).followUps == [])
    }

    @Test("Several disputes are held apart by their ids")
    func several() {
        let state = Self.paid.after(
            .dispute(.open, amount: 300, id: "dp_2", at: 2), .dispute(.open, amount: 200, id: "dp_1", at: 1))
        #expect(state.disputes.map(\.id) == ["dp_1", "dp_2"])
        #expect(state.disputed == 500)
        #expect(state.after(.dispute(.won, amount: 300, id: "dp_2", at: 3)).disputed == 200)
    }

    @Test("Disputes never hold more than was captured, and one in another currency holds all of it")
    func clamped() {
        #expect(Self.paid.with(dispute: 900, .lost).with(dispute: 900, .open, id: "dp_2").disputed == 1000)
        var state = Self.paid
        state.disputes = [DisputeFacts(id: "dp_1", amount: 1, isOrderCurrency: false, stage: .open, changedAt: 1)]
        #expect(state.disputed == 1000)
        #expect(Self.paid.with(refund: 800, .succeeded).with(dispute: 900, .open).refundable == 0)
    }

    @Test("A webhook's dispute of a payment that is not paid in the books makes the gateway fetch the intent")
    func unpaid() {
        let state = PaymentState.shown(.processing)
        let evolution = rules.evolve(state, by: .dispute(.open, at: 1))
        #expect(evolution.followUps == [.fetchIntent])
        #expect(evolution.state.disputes.count == 1 && evolution.state.disputed == 0)
        #expect(evolution.state.after(.fetched(.pi(.succeeded))).disputed == 1000)
    }

    @Test("Every change of a dispute is a line of history and an event, and old news are neither")
    func changes() {
        let open = Self.paid.after(.dispute(.open, at: 5))
        let review = rules.evolve(open, by: .dispute(.underReview, at: 6))
        #expect(review.events == [.disputeUpdated] && review.notes == [.observed, .dispute("dp_1")] && review.alerts == [])
        let lost = rules.evolve(review.state, by: .dispute(.lost, at: 7))
        #expect(lost.events == [.disputeClosed] && lost.alerts == [.disputeLost])
        let won = rules.evolve(lost.state, by: .dispute(.won, at: 8))
        #expect(won.events == [.disputeClosed] && won.alerts == [.disputeClosed] && won.movements.disputed == -1000)
        let old = rules.evolve(won.state, by: .dispute(.lost, at: 7))
        #expect(old.state == won.state && old.notes == [] && old.events == [])
    }
}
