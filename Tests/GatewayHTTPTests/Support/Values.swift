import GatewayCore
import ProviderAPI
import Testing

@testable import GatewayHTTP

/// An amount in minor units.
func money(_ minorUnits: Int64, _ code: String = "USD") throws -> Money {
    Money(minorUnits: minorUnits, currency: try #require(Currency(code)))
}

/// A document of JSON, read by the gateway's own parser.
func parse(_ text: String) throws -> JSONValue {
    try JSONParser.parse(Array(text.utf8))
}

/// The members of an object of JSON.
func object(_ text: String) throws -> [String: JSONValue] {
    guard case .object(let members) = try parse(text) else {
        throw GatewayError(.internal, "\(text) is not an object.")
    }
    return members
}

/// The members of an answer's body.
func object(_ bytes: [UInt8]) throws -> [String: JSONValue] {
    try object(String(decoding: bytes, as: UTF8.self))
}

/// The failure that `body` throws.
func gatewayError<Value>(_ body: () throws -> Value) throws -> GatewayError {
    try #require(throws: GatewayError.self) { _ = try body() }
}

/// The wrong fields that `body` throws, as `name: message`.
func fieldErrors<Value>(_ body: () throws -> Value) throws -> [String] {
    let error = try gatewayError(body)
    #expect(error.code == .invalidRequest)
    return error.fields.map { "\($0.name): \($0.message)" }
}

/// The providers of a test.
struct FixedRegistry: ProviderRegistry {
    var providers: [Provider] = []
    var defaultProviderName = "mock"

    func provider(named name: String) -> Provider? {
        providers.first { $0.name == name }
    }
}

/// A provider that is never called: for what is only shown.
struct SilentService: PaymentService {
    func createPaymentIntent(
        _ request: CreatePaymentIntentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        throw .unsupported("calls")
    }

    func retrievePaymentIntent(_ id: String, in call: CallContext) async throws(ProviderError) -> PaymentIntent {
        throw .unsupported("calls")
    }

    func confirmPayment(
        _ request: ConfirmPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        throw .unsupported("calls")
    }

    func cancelPayment(
        _ request: CancelPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        throw .unsupported("calls")
    }

    func createRefund(
        _ request: CreateRefundRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> Refund {
        throw .unsupported("calls")
    }

    func verifyWebhookSignature(_ webhook: WebhookRequest) async throws(ProviderError) {
        throw .unsupported("calls")
    }
}
