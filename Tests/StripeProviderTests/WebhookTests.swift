import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Stripe's webhooks")
struct WebhookTests {
    private static let now = Timestamp(unixSeconds: 1_767_834_000)
    private static let body = Array(JSON.event("payment_intent.succeeded", JSON.paymentIntent(status: "succeeded")).utf8)

    private func webhook(_ signature: String?, body: [UInt8] = body) -> WebhookRequest {
        WebhookRequest(
            headers: signature.map { [HTTPField("stripe-signature", $0)] } ?? [], query: "", body: body, receivedAt: Self.now)
    }

    private static func v1(_ secret: String = ScriptedStripe.webhookSecret, at time: Timestamp = now) -> String {
        HMACSHA256.hex(Array("\(time.unixSeconds).".utf8) + body, key: Array(secret.utf8))
    }

    @Test("The signature of Stripe's own scheme is accepted, whatever stands beside it")
    func accepted() async throws {
        let stripe = try await ScriptedStripe()
        let t = "t=\(Self.now.unixSeconds)"
        for header in [
            "\(t),v1=\(Self.v1())", "\(t),v1=\(Self.v1("whsec_old")),v1=\(Self.v1()),v0=6ffbb59b",
            "\(t),v2=x,novalue,v1=\(Self.v1())",
            TimestampedSignature.header(body: Self.body, secret: ScriptedStripe.webhookSecret, at: Self.now),
        ] {
            try await stripe.service.verifyWebhookSignature(webhook(header))
        }
    }

    @Test("While a secret is being rolled, both are good")
    func rolling() async throws {
        let stripe = try await ScriptedStripe(settings: ["webhook_secrets": .list([.string("whsec_new"), .string("whsec_old")])])
        for secret in ["whsec_new", "whsec_old"] {
            try await stripe.service.verifyWebhookSignature(webhook("t=\(Self.now.unixSeconds),v1=\(Self.v1(secret))"))
        }
        let error = try await stripe.failure {
            try await $0.verifyWebhookSignature(webhook("t=\(Self.now.unixSeconds),v1=\(Self.v1())"))
        }
        #expect(error.rejection?.reason == .invalidSignature)
    }

    @Test("The timestamp may be 300 seconds off, either way, and no more", arguments: [-301, -300, 300, 301])
    func tolerance(offset: Int64) async throws {
        let stripe = try await ScriptedStripe()
        let time = Timestamp(unixSeconds: Self.now.unixSeconds + offset)
        let request = webhook("t=\(time.unixSeconds),v1=\(Self.v1(at: time))")
        if abs(offset) <= 300 {
            try await stripe.service.verifyWebhookSignature(request)
        } else {
            let error = try await stripe.failure { try await $0.verifyWebhookSignature(request) }
            #expect(error.rejection?.reason == .invalidSignature)
        }
    }

    @Test(
        "Anything else is refused",
        arguments: [
            nil, "", "v1=\(v1())", "t=\(now.unixSeconds)", "t=now,v1=\(v1())", "t=\(now.unixSeconds),v0=\(v1())",
            "t=\(now.unixSeconds),v1=\(v1("wrong"))", "t=\(now.unixSeconds + 1),v1=\(v1())", "t=\(now.unixSeconds),v1=",
            "t=\(now.unixSeconds),v1=\(v1("fixture"))", "t=\(now.unixSeconds),v1=\(v1().uppercased())",
        ] as [String?])
    func refused(header: String?) async throws {
        let stripe = try await ScriptedStripe()
        let error = try await stripe.failure { try await $0.verifyWebhookSignature(webhook(header)) }
        #expect(error.rejection?.reason == .invalidSignature)
    }

    @Test("A body changed by one byte is refused")
    func changedBody() async throws {
        let stripe = try await ScriptedStripe()
        let header = "t=\(Self.now.unixSeconds),v1=\(Self.v1())"
        let error = try await stripe.failure { try await $0.verifyWebhookSignature(webhook(header, body: Self.body + [32])) }
        #expect(error.rejection?.reason == .invalidSignature)
    }

    @Test("Without a secret nothing verifies")
    func noSecret() async throws {
        let stripe = try await ScriptedStripe(settings: ["webhook_secrets": .list([])])
        let header = "t=\(Self.now.unixSeconds),v1=\(Self.v1(""))"
        #expect(
            try await stripe.failure { try await $0.verifyWebhookSignature(webhook(header)) }.rejection?.reason
                == .invalidSignature)
    }
}
