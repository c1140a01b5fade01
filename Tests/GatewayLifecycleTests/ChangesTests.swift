import GatewayLifecycle
import Testing

/// Nothing is silent: every field of the state that an observation changes causes a line of history, and an event or an alert.
@Suite struct ChangesTests {
    /// One field, and an observation that changes it.
    struct Change: Sendable, CustomTestStringConvertible {
        let field: String
        let before: PaymentState
        let by: Observation
        var events: [LifecycleEvent] = []
        var alerts: [Alert] = []

        var testDescription: String { field }
    }

    static let open = PaymentState.shown(.requiresPaymentMethod)
    static let paid = PaymentState.shown(.succeeded)
    static let declared = PaymentState.shown(.requiresPaymentMethod) { $0.capturedByOperator = 1000 }
    static let otherCurrency = IntentSight(id: "pi_1", status: .requiresPaymentMethod, amount: 1000, isOrderCurrency: false)
    static let review: [LifecycleEvent] = [.paymentReviewOpened]

    /// Fields that say nothing by themselves: they come with the state, or cannot change.
    static let given: Set<String> = ["id", "amount", "isManualCapture", "siblings", "version"]

    /// Fields whose change is only a line of history: what the gateway itself does.
    static let quiet: Set<String> = ["operations"]

    static let changes: [Change] = [
        Change(field: "intentID", before: .shown(nil), by: .fetched(.pi(.requiresPaymentMethod)), events: [.paymentCreated]),
        Change(
            field: "otherIntentID", before: open, by: .fetched(.pi(.processing, id: "pi_2")), events: review,
            alerts: [.reviewOpened]),
        Change(field: "shown", before: open, by: .fetched(.pi(.requiresAction)), events: [.paymentRequiresAction]),
        Change(field: "shown", before: open, by: .fetched(.pi(.processing)), events: [.paymentProcessing]),
        Change(field: "shown", before: open, by: .fetched(.pi(.declined)), events: [.paymentFailed]),
        Change(field: "shown", before: open, by: .fetched(.pi(.requiresCapture)), events: [.paymentAuthorized]),
        Change(field: "isCanceledAtProvider", before: open, by: .reported(.pi(.canceled)), events: [.paymentCanceled]),
        Change(
            field: "isCanceledAtProvider", before: .shown(.requiresCapture, manual: true), by: .reported(.pi(.canceled)),
            events: [.paymentCanceled], alerts: [.authorizationLapsed]),
        Change(field: "isExpired", before: open, by: .reported(.pi(.expired)), events: [.paymentCanceled]),
        Change(field: "capturedAtProvider", before: open, by: .reported(.pi(.succeeded)), events: [.paymentSucceeded]),
        Change(
            field: "capturedAtProvider", before: paid, by: .fetched(.pi(.succeeded, captured: 1500)), events: review,
            alerts: [.reviewOpened]),
        Change(
            field: "captureAsked", before: PaymentState.shown(.requiresCapture, manual: true).with(.open(.capture)),
            by: .outcome(.intent(.pi(.processing))), events: [.paymentProcessing]),
        Change(
            field: "differingAmount", before: open, by: .fetched(.pi(.requiresPaymentMethod, amount: 900)), events: review,
            alerts: [.reviewOpened]),
        Change(field: "hasOtherCurrency", before: open, by: .fetched(otherCurrency), events: review, alerts: [.reviewOpened]),
        Change(
            field: "isCanceledAfterCapture", before: paid, by: .fetched(.pi(.canceled)), events: review, alerts: [.reviewOpened]),
        Change(
            field: "hasOtherRefund",
            before: paid.with(.open(.refund, unknown: true)).after(.reported(.re(.pending, operation: 10))),
            by: .fetched(.re(.pending, id: "re_2", operation: 10)), events: review, alerts: [.reviewOpened]),
        Change(field: "closure", before: .shown(.requiresAction), by: .superseded, events: [.paymentCanceled]),
        Change(
            field: "closure", before: PaymentState.shown(nil).with(.open(.create)), by: .outcome(.notSent),
            events: [.paymentCanceled]),
        Change(
            field: "capturedByOperator", before: open.with(.open(.confirm, unknown: true)),
            by: .declared(operation: 10, .succeeded(nil)),
            events: [.paymentSucceeded]),
        Change(
            field: "capturedByOperator", before: declared, by: .fetched(.pi(.declined)), events: [.paymentFailed],
            alerts: [.declarationContradicted]),
        Change(field: "operations", before: open, by: .requested(PlannedOperation(.confirm), id: 10, refundRow: 0)),
        Change(field: "operations", before: open.with(.open(.confirm)), by: .outcome(.refused(.invalidRequest, nil))),
        Change(
            field: "refunds", before: paid, by: .requested(PlannedOperation(.refund, amount: 400), id: 10, refundRow: 21),
            events: [.refundCreated]),
        Change(
            field: "refunds", before: paid.with(refund: 400, .pending), by: .reported(.re(.succeeded)),
            events: [.paymentRefunded, .refundSucceeded]),
        Change(
            field: "refunds", before: paid.with(refund: 400, .pending), by: .reported(.re(.failed)), events: [.refundFailed]),
        Change(
            field: "refunds", before: paid.with(refund: 400, .succeeded), by: .reported(.re(.failed)), events: [.refundFailed],
            alerts: [.refundFailedAfterSuccess]),
        Change(
            field: "refunds", before: paid.with(.open(.refund)), by: .outcome(.declined(nil)), events: [.refundFailed]),
        Change(field: "disputes", before: paid, by: .dispute(.open, at: 1), events: [.disputeOpened], alerts: [.disputeOpened]),
        Change(
            field: "disputes", before: paid.with(dispute: 1000, .open), by: .dispute(.lost, at: 2), events: [.disputeClosed],
            alerts: [.disputeLost]),
        Change(
            field: "disputes", before: paid.with(dispute: 1000, .lost), by: .dispute(.won, at: 2), events: [.disputeClosed],
            alerts: [.disputeClosed]),
        Change(
            field: "disputes", before: paid.with(dispute: 1000, .open), by: .dispute(.open, amount: 900, at: 2),
            events: [.disputeUpdated]),
        Change(
            field: "discrepancy", before: paid.with(.open(.refund, unknown: true)), by: .overdue(operation: 10), events: review,
            alerts: [.reviewOpened]),
        Change(
            field: "discrepancy", before: .shown(.canceled) { $0.otherIntentID = "pi_2" }, by: .accepted,
            events: [.paymentReviewClosed]),
        Change(
            field: "accepted", before: .shown(.canceled) { $0.otherIntentID = "pi_2" }, by: .accepted,
            events: [.paymentReviewClosed]),
    ]

    @Test("A change of the state is a line of history, and an event and an alert as listed", arguments: changes)
    func change(_ change: Change) {
        let evolution = rules.evolve(change.before, by: change.by)
        #expect(Self.fields(of: change.before)[change.field] != Self.fields(of: evolution.state)[change.field])
        #expect(!evolution.notes.isEmpty)
        #expect(evolution.events == change.events)
        #expect(evolution.alerts == change.alerts)
        #expect(!evolution.events.isEmpty || Self.quiet.contains(change.field))
    }

    @Test("Every field of the state is in the list, so that a new one is not forgotten")
    func allFields() {
        let fields = Set(Self.fields(of: Self.open).keys)
        #expect(fields == Set(Self.changes.map(\.field)).union(Self.given))
    }

    @Test("Every event and every alert is in the list")
    func allEvents() {
        #expect(Set(Self.changes.flatMap(\.events)) == Set(LifecycleEvent.allCases))
        #expect(Set(Self.changes.flatMap(\.alerts)) == Set(Alert.allCases))
    }

    @Test("The sums that move are told with the change")
    func movements() {
        let paid = rules.evolve(Self.open, by: .reported(.pi(.succeeded)))
        #expect(paid.movements.captured == 1000)
        let reserved = rules.evolve(paid.state, by: .requested(PlannedOperation(.refund, amount: 400), id: 10, refundRow: 21))
        #expect(reserved.movements.reserved == 400)
        let refunded = rules.evolve(reserved.state, by: .reported(.re(.succeeded, operation: 10)))
        #expect(refunded.movements.reserved == -400 && refunded.movements.refunded == 400)
        #expect(rules.evolve(refunded.state, by: .reported(.pi(.succeeded))).movements.isEmpty)
    }

    @Test("The texts of an object are copied with its status, and the error of an attempt goes with a success")
    func texts() {
        let declined = rules.evolve(Self.open, by: .fetched(.pi(.declined))).texts
        #expect(declined.failure == .take && declined.payer == .take && declined.action == .clear)
        let action = rules.evolve(Self.open, by: .fetched(.pi(.requiresAction))).texts
        #expect(action.failure == .clear && action.action == .take)
        let succeeded = rules.evolve(Self.open, by: .reported(.pi(.succeeded))).texts
        #expect(succeeded.failure == .clear && succeeded.payer == .take)
        let reported = rules.evolve(Self.open, by: .reported(.pi(.processing))).texts
        #expect(reported.failure == .keep && reported.payer == .keep && reported.action == .keep)
    }

    /// The payment's fields, as text.
    static func fields(of state: PaymentState) -> [String: String] {
        var fields: [String: String] = [:]
        for child in Mirror(reflecting: state).children { fields[child.label ?? ""] = String(describing: child.value) }
        return fields
    }

    @Test("A decline with the intent copies the payer's texts of the intent and the error of the attempt")
    func textsOfDecline() {
        let confirming = Self.open.with(.open(.confirm, leased: true))
        let withIntent = rules.evolve(confirming, by: .outcome(Outcome(10, .declined(.pi(.declined))))).texts
        #expect(withIntent.payer == .take && withIntent.failure == .take && withIntent.action == .clear)
        let alone = rules.evolve(confirming, by: .outcome(Outcome(10, .declined(nil)))).texts
        #expect(alone.payer == .keep && alone.failure == .take && alone.action == .clear)
    }
}
