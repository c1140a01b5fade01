/// The status of a payment, derived from what its provider showed: see ``PaymentState/status``.
///
/// The raw values are those of the API and of the database.
package enum PaymentStatus: String, Sendable, Hashable, CaseIterable {
    /// The payment waits for a payment method.
    case requiresPaymentMethod = "requires_payment_method"
    /// The payment waits for a confirmation.
    case requiresConfirmation = "requires_confirmation"
    /// The payer has to act, for example in 3-D Secure.
    case requiresAction = "requires_action"
    /// The provider processes the payment, or the outcome of a call is not known yet.
    case processing
    /// The payment is authorized and waits for its capture.
    case requiresCapture = "requires_capture"
    /// The payment is captured.
    case succeeded
    /// The last attempt to pay failed. The same payment can be confirmed again.
    case failed
    /// The payment was canceled or expired.
    case canceled
    /// The payment is captured, and a part of it was refunded.
    case partiallyRefunded = "partially_refunded"
    /// The payment is captured, and all of it was refunded.
    case refunded

    /// Whether money was captured, whatever came afterwards.
    package var isPaid: Bool { self == .succeeded || self == .partiallyRefunded || self == .refunded }

    /// Whether the payment is neither captured nor canceled.
    package var isOpen: Bool { !isPaid && self != .canceled }
}

/// What a provider shows of a payment intent.
package enum IntentStatus: UInt8, Sendable, Hashable, CaseIterable {
    /// It waits for a payment method, and no attempt to pay failed.
    case requiresPaymentMethod
    /// The last attempt to pay failed. Stripe shows this as `requires_payment_method` with a `last_payment_error`.
    case declined
    /// It waits for a confirmation.
    case requiresConfirmation
    /// The payer has to act.
    case requiresAction
    /// The provider processes it.
    case processing
    /// It is authorized.
    case requiresCapture
    /// It is captured.
    case succeeded
    /// It was canceled.
    case canceled
    /// The provider no longer knows it, or can no longer have it paid.
    case expired

    /// Whether the intent can still change by itself or by a call.
    package var isOpen: Bool { self != .succeeded && self != .canceled && self != .expired }

    /// The status of a payment whose intent is shown so, before refunds.
    package var paymentStatus: PaymentStatus {
        switch self {
        case .requiresPaymentMethod: .requiresPaymentMethod
        case .declined: .failed
        case .requiresConfirmation: .requiresConfirmation
        case .requiresAction: .requiresAction
        case .processing: .processing
        case .requiresCapture: .requiresCapture
        case .succeeded: .succeeded
        case .canceled, .expired: .canceled
        }
    }
}

/// What a provider shows of a refund.
package enum RefundStatus: String, Sendable, Hashable, CaseIterable {
    /// The refund is on its way.
    case pending
    /// The refund waits for somebody outside the gateway.
    case requiresAction = "requires_action"
    /// The money went back.
    case succeeded
    /// The refund was canceled: nothing went back.
    case canceled
    /// The refund failed: nothing went back.
    case failed

    /// Whether the outcome is still open.
    package var isOnItsWay: Bool { self == .pending || self == .requiresAction }

    /// Whether the money is back or on its way.
    package var givesBack: Bool { isOnItsWay || self == .succeeded }

    /// The order in which a refund can move. A report of a lower rank is older news: a refund can fail after it succeeded, and it
    /// never succeeds after it failed (Stripe, "Refund object", `status`).
    package var rank: UInt8 {
        switch self {
        case .pending, .requiresAction: 0
        case .succeeded: 1
        case .canceled: 2
        case .failed: 3
        }
    }
}

/// What the gateway asks of a provider in one mutating call.
package enum OperationKind: String, Sendable, Hashable, CaseIterable {
    /// Create a payment intent.
    case create
    /// Confirm it.
    case confirm
    /// Capture it.
    case capture
    /// Cancel it.
    case cancel
    /// Refund it, in full or in part.
    case refund

    /// Returns whether an intent that is shown so has had this operation carried out, or can no longer have it carried out.
    ///
    /// This is the only table of traces. The status of a payment whose call has no outcome, the look-ups of recovery, and the
    /// evidence behind a refusal use it. A refund leaves its trace in the list of refunds and none in the intent.
    package func hasTrace(in shown: IntentStatus) -> Bool {
        switch self {
        case .create: true
        case .confirm: shown != .requiresPaymentMethod && shown != .declined && shown != .requiresConfirmation
        case .capture: shown == .succeeded || shown == .processing || shown == .canceled || shown == .expired
        case .cancel: !shown.isOpen
        case .refund: false
        }
    }
}
