import GatewayCore
import GatewayLifecycle
import ProviderAPI

/// Answers as one line of text. It holds the request's id, so that bytes that were made anew differ from those that were stored.
struct TextEncoder: AnswerEncoder {
    func encode(_ answer: PaymentAnswer, requestID: String) -> StoredAnswer {
        let (status, text) = Self.statusAndText(answer)
        return StoredAnswer(status: status, body: Array("\(text) (\(requestID))".utf8))
    }

    private static func statusAndText(_ answer: PaymentAnswer) -> (Int, String) {
        switch answer {
        case .intentCreated(let transaction): (201, "created \(transaction.id) \(transaction.status.rawValue)")
        case .intentHandedOut(let transaction): (200, "handed out \(transaction.id) \(transaction.status.rawValue)")
        case .transaction(let transaction): (200, "transaction \(transaction.id) \(transaction.status.rawValue)")
        case .refund(let refund): (200, "refund \(refund.id) \(refund.status.rawValue)")
        case .accepted(let transaction): (202, "accepted \(transaction.id) \(transaction.status.rawValue)")
        case .refundAccepted(let refund): (202, "refund accepted \(refund.isUnknown ? "unknown" : refund.status.rawValue)")
        case .orderCreated(let order): (201, "order \(order.id)")
        case .failure(let error): (error.httpStatus, "\(error.code): \(error.detail)")
        }
    }
}

extension GatewayError {
    /// The status that the HTTP contract gives to the codes that the core uses.
    var httpStatus: Int {
        switch code {
        case .malformedRequest, .invalidSignature: 400
        case .paymentDeclined: 402
        case .forbidden: 403
        case .notFound: 404
        case .orderAlreadyPaid, .invalidState, .idempotencyInFlight, .ambiguousIntent: 409
        case .invalidRequest, .amountMismatch, .refundExceedsCaptured, .unknownProvider, .idempotencyKeyReused, .providerRejected:
            422
        case .providerMisconfigured: 502
        case .providerUnavailable, .unavailable: 503
        default: 500
        }
    }
}

extension GatewayAnswer {
    /// The HTTP status.
    var status: Int { stored.status }
    /// The body.
    var text: String { String(decoding: stored.body, as: UTF8.self) }
}
