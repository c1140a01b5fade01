import GatewayCore
import HTTPTypes

extension GatewayError.Code {
    /// The status, the code's name in the contract, and its title: the one table of errors.
    var entry: (status: HTTPResponse.Status, name: String, title: String) {
        switch self {
        case .malformedRequest: (.badRequest, "invalid_request", "The request cannot be read")
        case .invalidSignature: (.badRequest, "invalid_signature", "The webhook's signature is not valid")
        case .unauthenticated: (.unauthorized, "unauthenticated", "A valid bearer token is needed")
        case .paymentDeclined:
            (.init(code: 402, reasonPhrase: "Payment Required"), "payment_declined", "The payment was declined")
        case .forbidden: (.forbidden, "forbidden", "The token does not allow this")
        case .notFound: (.notFound, "not_found", "There is no such thing")
        case .methodNotAllowed: (.methodNotAllowed, "method_not_allowed", "The path does not have this method")
        case .payloadTooLarge: (.contentTooLarge, "payload_too_large", "The body is too large")
        case .unsupportedMediaType: (.unsupportedMediaType, "unsupported_media_type", "The body must be JSON")
        case .orderAlreadyPaid: (.conflict, "order_already_paid", "The order is paid")
        case .invalidState: (.conflict, "invalid_state", "The state does not allow this")
        case .paymentDisputed: (.conflict, "payment_disputed", "The payment is disputed")
        case .paymentInReview: (.conflict, "payment_in_review", "A payment of the order is in review")
        case .idempotencyInFlight: (.conflict, "idempotency_in_flight", "The same request is being worked on")
        case .ambiguousIntent: (.conflict, "ambiguous_intent", "The payment intent exists at several providers")
        case .invalidRequest: (.unprocessableContent, "invalid_request", "The request is not valid")
        case .amountMismatch: (.unprocessableContent, "amount_mismatch", "The amount is not the order's")
        case .refundExceedsCaptured: (.unprocessableContent, "refund_exceeds_captured", "So much cannot be refunded")
        case .unknownProvider: (.unprocessableContent, "unknown_provider", "There is no such provider")
        case .idempotencyKeyReused:
            (.unprocessableContent, "idempotency_key_reused", "The idempotency key was used for another request")
        case .cardNumberRefused: (.unprocessableContent, "card_number_refused", "Card numbers are not taken")
        case .providerRejected: (.unprocessableContent, "provider_rejected", "The provider rejects the request")
        case .rateLimited: (.tooManyRequests, "rate_limited", "Too many requests")
        case .internal: (.internalServerError, "internal", "The gateway made a mistake")
        case .providerMisconfigured: (.badGateway, "provider_misconfigured", "The provider refuses the gateway")
        case .providerUnavailable: (.serviceUnavailable, "provider_unavailable", "The provider cannot be reached")
        case .unavailable: (.serviceUnavailable, "unavailable", "The gateway cannot do this now")
        }
    }
}
