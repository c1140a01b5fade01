import ProviderAPI
import ProviderTestKit
import Testing

@testable import AcmePayProvider

@Suite("Webhooks")
struct WebhookTests {
    private static let now = Timestamp(unixSeconds: 1_767_834_000)
    private static let event =
        #"{"id": "evt_1", "type": "payment.paid", "created": 1767834000, "data": {"payment": \#(Wire.payment("paid", captured: 9999))}}"#

    private static func webhook(_ body: String, signedWith secret: String, sent time: Timestamp = now) -> WebhookRequest {
        let body = Array(body.utf8)
        let signature = TimestampedSignature.header(body: body, secret: secret, at: time)
        return WebhookRequest(headers: [HTTPField("acme-pay-signature", signature)], query: "", body: body, receivedAt: now)
    }

    @Test("Any of several secrets will do, so that one can be rolled")
    func secrets() async throws {
        let harness = try await AcmePayHarness(webhookSecrets: ["whsec_new", "whsec_old"])
        try await harness.service.verifyWebhookSignature(Self.webhook(Self.event, signedWith: "whsec_old"))
        try await harness.service.verifyWebhookSignature(Self.webhook(Self.event, signedWith: "whsec_new"))
        await #expect(throws: ProviderError.self) {
            try await harness.service.verifyWebhookSignature(Self.webhook(Self.event, signedWith: "whsec_forged"))
        }
    }

    @Test("A signature of ten minutes ago is refused")
    func stale() async throws {
        let harness = try await AcmePayHarness()
        let stale = Self.webhook(
            Self.event, signedWith: AcmePayHarness.webhookSecret, sent: Self.now.advanced(by: .seconds(-600)))
        await #expect(throws: ProviderError.self) { try await harness.service.verifyWebhookSignature(stale) }
    }

    @Test("Without a secret there are no webhooks, and none is let pass")
    func noSecret() async throws {
        let harness = try await AcmePayHarness(webhookSecrets: [])
        #expect(!harness.service.capabilities.webhooks)
        await #expect(throws: ProviderError.self) {
            try await harness.service.verifyWebhookSignature(Self.webhook(Self.event, signedWith: ""))
        }
    }

    @Test("An event shows its payment; where that cannot be read, the gateway asks for it by its id")
    func events() async throws {
        let harness = try await AcmePayHarness()
        let full = try await harness.service.parseWebhookEvent(Self.webhook(Self.event, signedWith: ""), in: .testing())
        #expect(full.id == "evt_1" && full.createdAt == Self.now)
        guard case .paymentIntent(let intent) = full.subject else {
            Issue.record("\(full.subject)")
            return
        }
        #expect(intent.id == "pay_1" && intent.status == .succeeded && intent.amountCaptured == 9999)

        let torn = #"{"id": "evt_2", "type": "payment.paid", "created": 1767834000, "data": {"payment": {"id": "pay_1"}}}"#
        let partial = try await harness.service.parseWebhookEvent(Self.webhook(torn, signedWith: ""), in: .testing())
        #expect(partial.subject == .paymentIntentReference(id: "pay_1"))
    }
}
