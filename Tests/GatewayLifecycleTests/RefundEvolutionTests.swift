import GatewayLifecycle
import Testing

/// What a payment becomes when its provider shows refunds.
@Suite struct RefundEvolutionTests {
    static let paid = PaymentState.shown(.succeeded)

    /// A refund's status before and after another sight of it. A higher rank always wins and a lower one never does.
    static let ranks: [(RefundStatus, RefundStatus, RefundStatus)] = [
        (.pending, .succeeded, .succeeded), (.pending, .canceled, .canceled), (.pending, .failed, .failed),
        (.requiresAction, .succeeded, .succeeded), (.requiresAction, .canceled, .canceled), (.requiresAction, .failed, .failed),
        (.succeeded, .pending, .succeeded), (.succeeded, .requiresAction, .succeeded), (.succeeded, .canceled, .canceled),
        (.succeeded, .failed, .failed), (.canceled, .pending, .canceled), (.canceled, .requiresAction, .canceled),
        (.canceled, .succeeded, .canceled), (.canceled, .failed, .failed), (.failed, .pending, .failed),
        (.failed, .requiresAction, .failed), (.failed, .succeeded, .failed), (.failed, .canceled, .failed),
    ]

    @Test("A refund takes the higher rank from a webhook and from a fetched list alike", arguments: ranks)
    func higherRankWins(_ before: RefundStatus, _ shown: RefundStatus, _ expected: RefundStatus) {
        let state = Self.paid.with(refund: 400, before)
        #expect(state.after(.reported(.re(shown))).refunds.map(\.status) == [expected])
        #expect(state.after(.fetched(.re(shown))).refunds.map(\.status) == [expected])
        #expect(state.after(.reported(.re(shown)), .reported(.re(before))).refunds.map(\.status) == [expected])
    }

    @Test("Whether a refund is pending or waits for somebody is decided by a fresh list, and a webhook only asks for it")
    func sameRank() {
        let state = Self.paid.with(refund: 400, .pending)
        let reported = rules.evolve(state, by: .reported(.re(.requiresAction)))
        #expect(reported.state == state)
        #expect(reported.followUps == [.fetchRefunds])
        #expect(state.after(.fetched(.re(.requiresAction))).refunds.map(\.status) == [.requiresAction])
        #expect(rules.evolve(state, by: .reported(.re(.pending))).followUps == [.fetchRefunds], "An older list may be on its way")
        let stale = Observation.refunds(RefundSights([.re(.requiresAction)], isComplete: true), .fetched(atVersion: -1))
        #expect(rules.evolve(state, by: stale).followUps == [.fetchRefunds])
    }

    @Test("A webhook's refund that the gateway did not ask for is only fetched")
    func unknownReport() {
        let evolution = rules.evolve(Self.paid, by: .reported(.re(.succeeded)))
        #expect(evolution.state == Self.paid)
        #expect(evolution.followUps == [.fetchRefunds])
    }

    @Test("A refund made elsewhere is booked from the provider's own list")
    func madeElsewhere() {
        let evolution = rules.evolve(Self.paid, by: .fetched(.re(.succeeded)))
        #expect(evolution.state.refunded == 400 && evolution.state.status == .partiallyRefunded)
        #expect(evolution.events == [.paymentRefunded, .refundCreated, .refundSucceeded])
        #expect(evolution.movements.refunded == 400)
    }

    @Test("A refund that was listed before the capture was shown counts, and is told, once the capture is")
    func listedBeforeCapture() {
        let listed = PaymentState.shown(.processing).after(.fetched(.re(.succeeded)))
        #expect(listed.refunded == 0 && listed.status == .processing)
        let evolution = rules.evolve(listed, by: .reported(.pi(.succeeded)))
        #expect(evolution.state.status == .partiallyRefunded)
        #expect(evolution.events == [.paymentSucceeded, .paymentRefunded, .refundCreated, .refundSucceeded])
    }

    @Test("A list that is not complete adds no refund")
    func incompleteList() {
        let sights = RefundSights([.re(.succeeded)], isComplete: false)
        #expect(Self.paid.after(.refunds(sights, .own)) == Self.paid)
    }

    @Test("A refund in another currency is not booked")
    func otherCurrency() {
        #expect(Self.paid.after(.fetched(.re(.succeeded, isOrderCurrency: false))) == Self.paid)
        let known = Self.paid.with(refund: 400, .pending)
        #expect(known.after(.fetched(.re(.succeeded, isOrderCurrency: false))) == known)
        #expect(rules.evolve(known, by: .reported(.re(.succeeded, isOrderCurrency: false))).followUps == [.fetchRefunds])
    }

    @Test("A refund with another amount than asked for is fetched first, and then counts with the provider's amount")
    func otherAmount() {
        let state = Self.paid.with(refund: 400, .pending)
        #expect(rules.evolve(state, by: .reported(.re(.succeeded, amount: 300))).followUps == [.fetchRefunds])
        let after = state.after(.fetched(.re(.succeeded, amount: 300)))
        #expect(after.refunded == 300)
        #expect(after.discrepancy == Discrepancy(.amountDiffers, 300))
        #expect(after.after(.fetched(.re(.succeeded, amount: 400))).discrepancy == nil)
    }

    @Test("A refund of the gateway under two ids is a discrepancy, and a webhook alone does not open it")
    func twoIDs() {
        let state = Self.paid.with(.open(.refund, unknown: true)).after(.reported(.re(.pending, operation: 10)))
        let other = RefundSight.re(.succeeded, id: "re_2", operation: 10)
        #expect(rules.evolve(state, by: .reported(other)).followUps == [.fetchRefunds])
        let after = state.after(.fetched(other))
        #expect(after.hasOtherRefund && after.refunds.map(\.status) == [.pending])
        #expect(after.discrepancy == Discrepancy(.objectDiffers, 2))
    }

    @Test("A refund that a list showed before its operation was known is one refund, not two")
    func twin() {
        let listed = Self.paid.with(refund: 400, .succeeded).with(.open(.refund, leased: true))
        let evolution = rules.evolve(listed, by: .outcome(.refund(.re(.pending))))
        #expect(evolution.state.refunds.count == 1)
        #expect(evolution.state.refunds.map(\.status) == [.succeeded])
        #expect(evolution.withdrawnRefunds == [21])
        #expect(evolution.state.refunded == 400)
    }

    @Test("Sums of refunds never exceed what was captured")
    func sumsAreClamped() {
        let state = Self.paid.with(refund: 800, .succeeded).with(refund: 700, .pending, id: "re_2", row: 22)
        #expect(state.refunded == 800 && state.reserved == 200 && state.refundable == 0)
        let huge = Self.paid.with(refund: .max, .succeeded).with(refund: .max, .succeeded, id: "re_2", row: 22)
        #expect(huge.refunded == 1000 && huge.reserved == 0)
    }

    @Test("A status follows its refunds in both directions")
    func statusFollows() {
        let part = Self.paid.after(.fetched(.re(.succeeded)))
        let all = part.after(.fetched(.re(.succeeded), .re(.succeeded, id: "re_2", amount: 600)))
        let failed = all.after(.reported(.re(.failed)))
        #expect([part, all, failed].map(\.status) == [.partiallyRefunded, .refunded, .partiallyRefunded])
        #expect(failed.after(.reported(.re(.failed, id: "re_2", amount: 600))).status == .succeeded)
    }

    /// What the gateway or an operator concluded, and what the provider shows afterwards.
    @Test(
        "What the provider shows of a refund outranks every conclusion about it", arguments: RefundDecision.allCases,
        RefundStatus.allCases)
    func shownOutranksDecision(_ decision: RefundDecision, _ shown: RefundStatus) {
        var state = Self.paid
        state.refunds = [RefundFacts(id: 21, operation: 10, amount: 400, decision: decision)]
        #expect(state.refunds[0].status == (decision == .succeeded ? .succeeded : .failed))
        let after = state.after(.fetched(.re(shown, operation: 10)))
        #expect(after.refunds.map(\.status) == [shown])
        #expect((after.discrepancy?.code == .refundContradictsDecision) == (decision != .succeeded && shown.givesBack))
        let reported = rules.evolve(state, by: .reported(.re(shown, operation: 10)))
        let mustFetch = decision != .succeeded && shown.givesBack
        #expect((reported.followUps == [.fetchRefunds]) == mustFetch)
        #expect((reported.state == state) == mustFetch)
    }
}
