/// Every outcome of a provider call that is not an answer.
///
/// Which case is thrown decides what the gateway does with the money:
///
/// | case | meaning | the gateway |
/// | --- | --- | --- |
/// | ``declined(_:)`` | a definite no to the payer | answers 402, stores and replays it |
/// | ``rejected(_:)`` | a definite no, our fault or the request's | answers a mapped error, stores it |
/// | ``notSent(_:)`` | surely never reached the provider | answers 503; safe to try again or elsewhere |
/// | ``unknown(_:)`` | it may have happened | answers 202, keeps the operation open and asks later |
public enum ProviderError: Error, Sendable, Codable, Hashable {
    /// The provider or the card's issuer refuses this payment. Nothing was paid.
    case declined(Decline)
    /// The provider refuses the request itself. Nothing happened.
    case rejected(Rejection)
    /// No byte of the request left this machine, a limit of our own stopped it before, or the provider turned it away before it looked at
    /// it, as with 429.
    case notSent(CallFailure)
    /// A read timed out, the connection tore, the answer was a 5xx or made no sense, or the idempotency key is in use or was reused.
    case unknown(CallFailure)

    /// A rejection for something that the provider has no notion of.
    ///
    /// - Parameter what: the thing, as in "the provider does not support *capturing a payment*".
    public static func unsupported(_ what: String) -> ProviderError {
        .rejected(Rejection(.unsupported, message: "the provider does not support \(what)"))
    }
}

/// A definite no to the payer.
public struct Decline: Sendable, Codable, Hashable {
    /// The provider's error code, such as `card_declined` or `expired_card`.
    public var code: String
    /// The issuer's reason where it gave one, such as `insufficient_funds`.
    public var declineCode: String?
    /// For people, without a card number.
    public var message: String
    /// The payment intent as it is after the decline, where the answer held it.
    public var paymentIntent: PaymentIntent?
    /// The provider's id of the request, for its support.
    public var requestID: String?

    /// A decline with the provider's code and a message for people.
    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}

/// A definite no to the request.
public struct Rejection: Sendable, Codable, Hashable {
    /// Whose fault it is.
    public enum Reason: String, Sendable, Codable, Hashable {
        /// The request is wrong: answered as 422 with the provider's words.
        case invalidRequest
        /// The gateway's credentials at the provider are wrong: answered as 502, for the operator.
        case authentication
        /// The provider does not know the object.
        case notFound
        /// The object's state does not allow it: answered as 409.
        case invalidState
        /// A webhook's signature or timestamp is wrong: answered as 400.
        case invalidSignature
        /// The provider has no such operation: answered as 422.
        case unsupported
        /// The payment intent existed and can no longer be paid or changed: answered as 409. An unpaid payment becomes `canceled`.
        case gone
    }

    /// Whose fault it is.
    public var reason: Reason
    /// For people, without secrets and card numbers.
    public var message: String
    /// The provider's own error code, such as `amount_too_small`.
    public var code: String?
    /// The field of the gateway's request (or of the settings) that is wrong, such as `return_url`.
    public var field: String?
    /// The payment intent as it is, where the answer held it.
    public var paymentIntent: PaymentIntent?
    /// The provider's id of the request, for its support.
    public var requestID: String?

    /// A rejection with its reason and a message for people.
    public init(_ reason: Reason, message: String) {
        self.reason = reason
        self.message = message
    }
}

/// Why a call failed without an answer.
public struct CallFailure: Sendable, Codable, Hashable {
    /// For people, without secrets.
    public var message: String
    /// How long to wait before the next try, where the provider said so.
    public var retryAfter: Duration?
    /// The provider's id of the request, where an answer came at all.
    public var requestID: String?

    /// A failure with a message for people.
    public init(_ message: String) {
        self.message = message
    }
}
