import GatewayCore
import HTTPTypes
import ProviderAPI
import Testing

@testable import GatewayHTTP

@Suite("An error")
struct ErrorTableTests {
    /// The table of the contract.
    private static let contract: [(GatewayError.Code, Int, String)] = [
        (.malformedRequest, 400, "invalid_request"), (.invalidSignature, 400, "invalid_signature"),
        (.unauthenticated, 401, "unauthenticated"),
        (.paymentDeclined, 402, "payment_declined"), (.forbidden, 403, "forbidden"), (.notFound, 404, "not_found"),
        (.methodNotAllowed, 405, "method_not_allowed"), (.orderAlreadyPaid, 409, "order_already_paid"),
        (.invalidState, 409, "invalid_state"), (.paymentDisputed, 409, "payment_disputed"),
        (.paymentInReview, 409, "payment_in_review"),
        (.idempotencyInFlight, 409, "idempotency_in_flight"), (.ambiguousIntent, 409, "ambiguous_intent"),
        (.payloadTooLarge, 413, "payload_too_large"), (.unsupportedMediaType, 415, "unsupported_media_type"),
        (.invalidRequest, 422, "invalid_request"), (.amountMismatch, 422, "amount_mismatch"),
        (.refundExceedsCaptured, 422, "refund_exceeds_captured"), (.unknownProvider, 422, "unknown_provider"),
        (.idempotencyKeyReused, 422, "idempotency_key_reused"), (.cardNumberRefused, 422, "card_number_refused"),
        (.providerRejected, 422, "provider_rejected"), (.rateLimited, 429, "rate_limited"), (.internal, 500, "internal"),
        (.providerMisconfigured, 502, "provider_misconfigured"), (.providerUnavailable, 503, "provider_unavailable"),
        (.unavailable, 503, "unavailable"),
    ]

    @Test("of every kind has the status and the code of the contract, and a title")
    func table() {
        #expect(Set(Self.contract.map(\.0)) == Set(GatewayError.Code.allCases))
        for (code, status, name) in Self.contract {
            #expect(code.entry.status.code == status, "\(code)")
            #expect(code.entry.name == name, "\(code)")
            #expect(!code.entry.title.isEmpty, "\(code)")
        }
    }

    @Test("is a problem document with the members of RFC 9457 and the contract", arguments: GatewayError.Code.allCases)
    func problem(code: GatewayError.Code) throws {
        let members = try object(Problem.body(GatewayError(code, "What is wrong \"here\"."), requestID: "req-1"))
        let entry = code.entry
        #expect(members["type"] == .string("urn:payment-gateway:problem:\(entry.name)"))
        #expect(members["title"] == .string(entry.title))
        #expect(members["status"] == .number("\(entry.status.code)"))
        #expect(members["detail"] == .string("What is wrong \"here\"."))
        #expect(members["code"] == .string(entry.name))
        #expect(members["request_id"] == .string("req-1"))
        #expect(members["errors"] == nil)
        let own = Set(members.keys).subtracting(["type", "title", "status", "detail", "code", "request_id"])
        let expected: Set<String> =
            switch code {
            case .paymentDeclined, .providerRejected: ["provider_code", "decline_code"]
            case .paymentInReview: ["review_code"]
            default: []
            }
        #expect(own == expected)
    }

    @Test("of a payment in review has the code of its discrepancy")
    func review() throws {
        var error = GatewayError(.paymentInReview, "A payment of this order has the open discrepancy captured_less.")
        error.reviewCode = "captured_less"
        #expect(try object(Problem.body(error, requestID: "req-1"))["review_code"] == .string("captured_less"))
    }

    @Test("of wrong fields names each of them")
    func fields() throws {
        let error = GatewayError.invalid([.init("amount", "It is missing."), .init("metadata.k", "It must be a string.")])
        let members = try object(Problem.body(error, requestID: "req-1"))
        #expect(members["detail"] == .string("2 fields of the request are wrong."))
        #expect(
            members["errors"]
                == .array([
                    .object(["field": .string("amount"), "message": .string("It is missing.")]),
                    .object(["field": .string("metadata.k"), "message": .string("It must be a string.")]),
                ])
        )
        let single = try object(Problem.body(.invalid("amount", "It is missing."), requestID: "req-1"))
        #expect(single["detail"] == .string("amount: It is missing."))
    }

    @Test("of a decline has the provider's code and the issuer's reason")
    func decline() throws {
        var decline = Decline(code: "card_declined", message: "Your card has insufficient funds.")
        decline.declineCode = "insufficient_funds"
        let error = try #require(GatewayError(.declined(decline), provider: "mock"))
        let members = try object(Problem.body(error, requestID: "req-1"))
        #expect(members["status"] == .number("402"))
        #expect(members["detail"] == .string("Your card has insufficient funds."))
        #expect(members["provider_code"] == .string("card_declined"))
        #expect(members["decline_code"] == .string("insufficient_funds"))
    }
}
