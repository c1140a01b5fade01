import GatewayLifecycle
import ProviderAPI

// What a provider's objects mean for the state machine. Nothing is decided here: an object becomes a value without text for people.

extension IntentSight {
    /// An intent as the provider shows it.
    init(_ intent: PaymentIntent, orderCurrency: Currency) {
        self.init(
            id: ObjectID(intent.id), status: IntentStatus(intent), amount: intent.amount.minorUnits,
            isOrderCurrency: intent.amount.currency == orderCurrency,
            // Some providers do not say what they captured.
            captured: intent.amountCaptured > 0 ? intent.amountCaptured : nil)
    }
}

extension IntentStatus {
    init(_ intent: PaymentIntent) {
        self =
            switch intent.status {
            case .requiresPaymentMethod: intent.lastError == nil ? .requiresPaymentMethod : .declined
            case .requiresConfirmation: .requiresConfirmation
            case .requiresAction: .requiresAction
            case .processing: .processing
            case .requiresCapture: .requiresCapture
            case .canceled: .canceled
            case .succeeded: .succeeded
            case .expired: .expired
            // A status of a later SDK is neither a failure nor a success.
            @unknown default: .processing
            }
    }
}

extension RefundStatus {
    init(_ status: Refund.Status) {
        self =
            switch status {
            case .pending: .pending
            case .requiresAction: .requiresAction
            case .succeeded: .succeeded
            case .failed: .failed
            case .canceled: .canceled
            // A status of a later SDK holds the money back, so that nothing is refunded twice.
            @unknown default: .pending
            }
    }

    var refundStatus: Refund.Status {
        switch self {
        case .pending: .pending
        case .requiresAction: .requiresAction
        case .succeeded: .succeeded
        case .failed: .failed
        case .canceled: .canceled
        }
    }
}

extension RefundSight {
    /// A refund as the provider shows it.
    ///
    /// - Parameter operation: the gateway's operation that the refund names, once it is known to be one.
    init(_ refund: Refund, operation: Int64?, orderCurrency: Currency) {
        self.init(
            id: ObjectID(refund.id), operation: operation, amount: refund.amount.minorUnits,
            isOrderCurrency: refund.amount.currency == orderCurrency, status: RefundStatus(refund.status))
    }
}

extension DisputeFacts {
    /// A dispute as the provider shows it, in news of this time.
    init(_ dispute: Dispute, changedAt: Timestamp, orderCurrency: Currency) {
        self.init(
            id: ObjectID(dispute.id), amount: max(0, dispute.amount.minorUnits),
            isOrderCurrency: dispute.amount.currency == orderCurrency, stage: DisputeStage(dispute.status),
            changedAt: changedAt.unixMilliseconds)
    }
}

extension DisputeStage {
    /// The stage of a status in Stripe's words (https://docs.stripe.com/api/disputes/object#dispute_object-status). A word that the gateway
    /// does not know is an open dispute: its money cannot be refunded a second time.
    init(_ status: String) {
        self =
            switch status {
            case "warning_needs_response", "warning_under_review": .inquiry
            case "warning_closed", "prevented": .inquiryClosed
            case "under_review": .underReview
            case "won": .won
            case "lost": .lost
            default: .open
            }
    }
}

extension RefusalReason {
    init(_ reason: Rejection.Reason) {
        self =
            switch reason {
            case .invalidRequest, .invalidSignature: .invalidRequest
            case .authentication: .authentication
            case .notFound: .notFound
            case .invalidState: .invalidState
            case .unsupported: .unsupported
            case .gone: .gone
            @unknown default: .invalidRequest
            }
    }
}

extension CallResult {
    /// What a call came back with.
    init(_ outcome: Result<OperationRunner.Answer, ProviderError>, operation: Int64, orderCurrency: Currency) {
        func sight(_ intent: PaymentIntent?) -> IntentSight? { intent.map { IntentSight($0, orderCurrency: orderCurrency) } }
        self =
            switch outcome {
            case .success(.intent(let intent)): .intent(IntentSight(intent, orderCurrency: orderCurrency))
            case .success(.refund(let refund)):
                .refund(RefundSight(refund, operation: operation, orderCurrency: orderCurrency))
            case .failure(.declined(let decline)): .declined(sight(decline.paymentIntent))
            case .failure(.rejected(let rejection)): .refused(RefusalReason(rejection.reason), sight(rejection.paymentIntent))
            case .failure(.notSent): .notSent
            // An error of a later contract is an unknown outcome too.
            case .failure: .unknown
            }
    }
}

extension Abilities {
    init(_ capabilities: ProviderCapabilities) {
        self = []
        if capabilities.refunds { insert(.refunds) }
        if capabilities.partialRefunds { insert(.partialRefunds) }
        if capabilities.partialCapture { insert(.partialCapture) }
    }
}
