/// Where a transaction stands.
package enum TransactionStatus: String, Sendable, CaseIterable {
    /// It waits for a payment method.
    case requiresPaymentMethod = "requires_payment_method"
    /// It waits to be confirmed.
    case requiresConfirmation = "requires_confirmation"
    /// The payer has something to do.
    case requiresAction = "requires_action"
    /// The provider is at it, or its answer is not known yet.
    case processing
    /// It is authorised and waits for its capture.
    case requiresCapture = "requires_capture"
    /// It is paid.
    case succeeded
    /// The last attempt to pay failed; the provider still takes another for the same intent.
    case failed
    /// It was given up.
    case canceled
    /// It is paid, and some of it was given back.
    case partiallyRefunded = "partially_refunded"
    /// It is paid, and all of it was given back.
    case refunded
    /// The books and the provider contradict each other; a person has to decide.
    case manualReview = "manual_review"

    /// Whether the money was taken, whatever came after.
    package var isPaid: Bool {
        switch self {
        case .succeeded, .partiallyRefunded, .refunded: true
        case .requiresPaymentMethod, .requiresConfirmation, .requiresAction, .processing, .requiresCapture, .failed, .canceled,
            .manualReview:
            false
        }
    }

    /// Whether no news of the provider's intent moves it any more, except along succeeded, partially_refunded, refunded.
    package var isTerminal: Bool { isPaid || self == .canceled }

    /// The order's status that goes with it; nil where the order keeps its own.
    package var orderStatus: Order.Status? {
        switch self {
        case .requiresPaymentMethod, .requiresConfirmation, .requiresAction, .processing, .requiresCapture: .pending
        case .succeeded: .completed
        case .failed: .failed
        case .canceled: .canceled
        case .partiallyRefunded: .partiallyRefunded
        case .refunded: .refunded
        case .manualReview: nil
        }
    }
}
