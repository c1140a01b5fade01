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
