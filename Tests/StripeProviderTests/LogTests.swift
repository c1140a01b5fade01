import ProviderAPI
import ProviderTestKit
import Testing

@Suite("The Stripe provider's log")
struct LogTests {
    @Test("Every answer's Request-Id is in it, beside the gateway's own")
    func requestIDInLog() async throws {
        let stripe = try await ScriptedStripe([.stripe(JSON.paymentIntent())])
        _ = try await stripe.service.retrievePaymentIntent("pi_1", in: .testing(requestID: "req-gateway"))
        #expect(stripe.log.lines.contains { $0.contains("stripe_request_id=req_1") && $0.contains("request_id=req-gateway") })
        #expect(!stripe.log.lines.joined().contains(JSON.clientSecret))
    }

    @Test("A client secret in place of an id stays out of it")
    func secretAsID() async throws {
        let stripe = try await ScriptedStripe([.stripe(JSON.error(#""type": "invalid_request_error""#), status: 404)])
        _ = try await stripe.failure { try await $0.retrievePaymentIntent(JSON.clientSecret, in: .testing()) }
        #expect(stripe.log.lines.contains { $0.contains("pi_1_secret_[secret]") })
    }

    @Test("A status that this module does not know is named, with its object")
    func unknownStatus() async throws {
        let stripe = try await ScriptedStripe([.stripe(JSON.paymentIntent(status: "settled_on_mars"))])
        _ = try await stripe.service.retrievePaymentIntent("pi_1", in: .testing())
        let warnings = stripe.log.lines.filter { $0.hasPrefix("warning") }
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("payment_intent=pi_1 status=settled_on_mars") == true)
    }

    @Test("An event that is ignored is named")
    func ignoredEvent() async throws {
        let stripe = try await ScriptedStripe()
        let body = JSON.event("payment_intent.succeeded", JSON.paymentIntent(status: "succeeded"), livemode: true)
        let webhook = WebhookRequest(
            headers: [], query: "", body: Array(body.utf8), receivedAt: Timestamp(unixSeconds: 1_767_834_000))
        _ = try await stripe.service.parseWebhookEvent(webhook, in: .testing())
        #expect(stripe.log.lines.contains { $0.hasPrefix("warning") && $0.contains("event=evt_1") })
    }
}
