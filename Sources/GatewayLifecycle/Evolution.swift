/// What an observation leads to: the new state, and everything that goes with it in the same transaction.
package struct Evolution: Sendable, Hashable {
    /// The payment afterwards.
    package var state: PaymentState
    /// Lines for the payment's history, the one that moves it first. Empty where nothing changed and no operation is concerned.
    package var notes: [Note] = []
    /// Operations that ended.
    package var ended: [OperationEnd] = []
    /// Operations that stay open after a call or a look-up.
    package var kept: [Int64] = []
    /// Rows of refunds that turned out to be the same refund as another row.
    package var withdrawnRefunds: [Int64] = []
    /// How the sums changed.
    package var movements = Movements()
    /// Operations of the gateway's own, to be stored with the change and due at once.
    package var planned: [PlannedOperation] = []
    /// What the gateway has to do next.
    package var followUps: [FollowUp] = []
    /// What operators have to hear of.
    package var alerts: [Alert] = []
    /// What the shop has to hear of.
    package var events: [LifecycleEvent] = []
    /// Which texts of the observed object the ledger copies into the row.
    package var texts = ObservedTexts()
}

/// How an operation ended.
package struct OperationEnd: Sendable, Hashable {
    /// Why it ended. Raw values are part of the history's line types.
    package enum Reason: String, Sendable, Hashable, CaseIterable {
        /// The provider did it.
        case completed
        /// The provider declined.
        case declined
        /// The provider refused, or the payment's end excludes it.
        case rejected
        /// The call never reached the provider.
        case notSent = "not_sent"
        /// The evidence shows that the provider did not carry it out.
        case notExecuted = "not_executed"
        /// A cancellation of the payment ended it.
        case canceled
        /// The refund was made, and failed.
        case refundFailed = "refund_failed"
        /// An operator declared it.
        case declared
    }

    /// The operation.
    package let id: Int64
    /// What was asked.
    package let kind: OperationKind
    /// Whether it succeeded.
    package let succeeded: Bool
    /// Why it ended.
    package let reason: Reason
}

/// How the sums of a payment changed, in minor units.
package struct Movements: Sendable, Hashable {
    /// Change of ``PaymentState/captured``.
    package var captured: Int64 = 0
    /// Change of ``PaymentState/refunded``.
    package var refunded: Int64 = 0
    /// Change of ``PaymentState/reserved``.
    package var reserved: Int64 = 0
    /// Change of ``PaymentState/disputed``.
    package var disputed: Int64 = 0

    /// No change.
    package init() {}

    /// Whether any money moved.
    package var isEmpty: Bool { captured == 0 && refunded == 0 && reserved == 0 && disputed == 0 }
}

/// One line of a payment's history.
package enum Note: Sendable, Hashable {
    /// An operation was stored.
    case requested(OperationKind)
    /// An operation ended.
    case ended(OperationKind, OperationEnd.Reason)
    /// An operation ended because another one did.
    case alsoEnded(operation: Int64, OperationKind, OperationEnd.Reason)
    /// A call or a look-up ended without an outcome.
    case outcomeUnknown(OperationKind)
    /// An operation has been open for 72 hours.
    case overdue(OperationKind)
    /// The provider showed something new.
    case observed
    /// Another payment took this one's place.
    case superseded
    /// A dispute changed.
    case dispute(ObjectID)
    /// A discrepancy opened.
    case reviewOpened(Discrepancy)
    /// The open discrepancy closed by itself.
    case reviewClosed(DiscrepancyCode)
    /// An operator accepted the open discrepancy.
    case reviewAccepted(Discrepancy)
}

/// What the gateway has to do next. The pending row of a webhook carries the first four; the others go with the change.
package enum FollowUp: Sendable, Hashable {
    /// Fetch the intent.
    case fetchIntent
    /// Fetch the list of refunds.
    case fetchRefunds
    /// Fetch the list of disputes.
    case fetchDisputes
    /// Fetch again: the payment changed after the object had been asked for.
    case fetchAgain
    /// Cancel these payments of the order at the provider.
    case cancelSiblings([Int64])
    /// Show the paid payments of the order what became of this one.
    case notifySiblings
}

/// What operators have to hear of: a log line and a metric.
package enum Alert: String, Sendable, Hashable, CaseIterable {
    /// A discrepancy opened.
    case reviewOpened = "review_opened"
    /// The provider showed otherwise than an operator had declared.
    case declarationContradicted = "declaration_contradicted"
    /// A refund failed after it had succeeded: the money is with the shop again.
    case refundFailedAfterSuccess = "refund_failed_after_success"
    /// A payer's bank took money back.
    case disputeOpened = "dispute_opened"
    /// A dispute was lost.
    case disputeLost = "dispute_lost"
    /// A dispute ended otherwise.
    case disputeClosed = "dispute_closed"
    /// An authorized payment was canceled without a request of the gateway.
    case authorizationLapsed = "authorization_lapsed"
}

/// What the shop has to hear of. Raw values are the labels of the metric `gateway_lifecycle_events_total`.
package enum LifecycleEvent: String, Sendable, Hashable, CaseIterable {
    case paymentCreated = "payment.created"
    case paymentRequiresAction = "payment.requires_action"
    case paymentProcessing = "payment.processing"
    case paymentAuthorized = "payment.authorized"
    case paymentSucceeded = "payment.succeeded"
    case paymentFailed = "payment.failed"
    case paymentCanceled = "payment.canceled"
    case paymentRefunded = "payment.refunded"
    case paymentReviewOpened = "payment.review_opened"
    case paymentReviewClosed = "payment.review_closed"
    case refundCreated = "refund.created"
    case refundSucceeded = "refund.succeeded"
    case refundFailed = "refund.failed"
    case disputeOpened = "dispute.opened"
    case disputeUpdated = "dispute.updated"
    case disputeClosed = "dispute.closed"
}

/// Which texts of an observed object the ledger copies into the payment's row.
package struct ObservedTexts: Sendable, Hashable {
    /// What becomes of one text.
    package enum Use: Sendable, Hashable {
        /// The row keeps what it has.
        case keep
        /// The row loses it.
        case clear
        /// The row takes the object's.
        case take
    }

    /// The payment method's description and the payer's ids.
    package var payer: Use = .keep
    /// The error of the last attempt.
    package var failure: Use = .keep
    /// What the payer has to do.
    package var action: Use = .keep
}
