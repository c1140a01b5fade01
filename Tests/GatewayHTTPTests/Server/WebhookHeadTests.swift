import GatewayCore
import HTTPTypes
import HummingbirdTesting
import NIOCore
import ProviderAPI
import Testing

@testable import GatewayHTTP

@Suite("A webhook's head", .timeLimit(.minutes(10)))
struct WebhookHeadTests {
    /// A provider whose webhooks are signed in a header, in the body or not at all.
    private struct HookService: PaymentService {
        var capabilities = ProviderCapabilities()
        let webhookSignatureHeader: WebhookSignatureHeader?

        init(webhooks: Bool = true, header: WebhookSignatureHeader? = nil) {
            capabilities.webhooks = webhooks
            webhookSignatureHeader = header
        }

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
            guard webhook.body == Array("genuine".utf8) else {
                throw .rejected(Rejection(.invalidSignature, message: "the body is not genuine"))
            }
        }

        func parseWebhookEvent(_ webhook: WebhookRequest, in call: CallContext) async throws(ProviderError) -> WebhookEvent {
            WebhookEvent(id: "evt_1", type: "test", createdAt: webhook.receivedAt, subject: .other)
        }
    }

    private static let providers = [
        ("signed", HookService(header: .timestamped("Test-Signature"))), ("hashed", HookService()),
        ("without", HookService(webhooks: false, header: .timestamped("Test-Signature"))),
    ].map { name, service in
        Provider(
            name: name, information: ModuleInformation(displayName: "Hooks", version: "1.0.0"), digest: "", service: service)
    }

    private static let now = TokenForge().now.unixSeconds

    /// What a webhook is answered where there is no memory for its body: 503 shows that the body was read.
    private func answer(
        _ provider: String, signature: String? = nil, memory: Int = 2, body: String = "a body"
    ) async throws -> (status: Int, code: String?, text: String) {
        try await TestAPI.run(providers: Self.providers, memory: BodyMemory(limit: memory, allowance: 0)) { api in
            var headers: HTTPFields = [:]
            if let signature, let name = HTTPField.Name("Test-Signature") { headers[name] = signature }
            let response = try await api.send(
                .post, "/api/v1/payments/webhooks/\(provider)", as: .nobody, headers: headers, body: body)
            #expect(api.memory.bytesInUse == 0)
            return (Int(response.status.code), response.problemCode, String(buffer: response.body))
        }
    }

    @Test(
        "without a provider that takes webhooks is answered with 404, and the body is not read",
        arguments: ["nobody", "without", "Signed", "4242424242424242"])
    func unknownProvider(name: String) async throws {
        let answer = try await answer(name, signature: "t=\(Self.now),v1=00")
        #expect(answer.status == 404 && answer.code == "not_found")
        #expect(!answer.text.contains(name), "the name is not repeated")
    }

    @Test(
        "without a fresh signature header is answered with 400, and the body is not read",
        arguments: [nil, "t=\(Self.now - 301),v1=00"])
    func notFresh(signature: String?) async throws {
        let answer = try await answer("signed", signature: signature)
        #expect(answer.status == 400 && answer.code == "invalid_signature", "\(answer)")
    }

    @Test("with a fresh signature header has its body read, which takes memory")
    func fresh() async throws {
        let signature = "t=\(Self.now),v1=00"
        let refused = try await answer("signed", signature: signature)
        #expect(refused.status == 503 && refused.code == "unavailable", "\(refused)")
        #expect(try await answer("signed", signature: signature, memory: 100).code == "invalid_signature")
        #expect(try await answer("signed", signature: signature, memory: 100, body: "genuine").status == 200)
    }

    @Test("of a provider whose signature is in the body is taken as it is")
    func signedInTheBody() async throws {
        #expect(try await answer("hashed").code == "unavailable")
        #expect(try await answer("hashed", memory: 100).code == "invalid_signature")
        #expect(try await answer("hashed", memory: 100, body: "genuine").status == 200)
    }
}
