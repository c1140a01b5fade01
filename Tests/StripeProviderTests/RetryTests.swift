import ProviderAPI
import ProviderTestKit
import Testing

@Suite("When retries happen")
struct RetryTests {
    private let broken = ScriptedTransport.Step.stripe(JSON.error(#""type": "api_error""#), status: 500)

    private func refund() throws -> CreateRefundRequest {
        CreateRefundRequest(paymentIntentID: "pi_1", amount: try .of(500, "USD"))
    }

    /// The time that a call takes whose attempts end at once, the last one with success.
    private func duration(of failures: [ScriptedTransport.Step], chance: UInt64) async throws -> Duration {
        let stripe = try await ScriptedStripe(failures + [.stripe(JSON.refund())], random: FixedRandom(number: chance))
        let start = stripe.clock.now()
        _ = try await stripe.service.createRefund(try refund(), as: .testing(), in: .testing())
        return stripe.clock.now().duration(since: start)
    }

    @Test("Each pause is twice the one before, and half of it is left to chance")
    func backoff() async throws {
        #expect(try await duration(of: [broken], chance: 0) == .milliseconds(250))
        #expect(try await duration(of: [broken], chance: 250) == .milliseconds(500))
        #expect(try await duration(of: [broken, broken], chance: 0) == .milliseconds(250 + 500))
        #expect(try await duration(of: [broken, broken], chance: 100) == .milliseconds(350 + 600))
    }

    @Test("Stripe's own time to wait goes before a shorter pause")
    func retryAfter() async throws {
        let busy = ScriptedTransport.Step.stripe("", status: 503, headers: [HTTPField("Retry-After", "3")])
        #expect(try await duration(of: [busy], chance: 0) == .seconds(3))
        let dated = ScriptedTransport.Step.stripe(
            "", status: 503,
            headers: [
                HTTPField("Date", "Thu, 08 Jan 2026 01:00:00 GMT"), HTTPField("Retry-After", "Thu, 08 Jan 2026 01:00:03 GMT"),
            ])
        #expect(try await duration(of: [dated], chance: 0) == .seconds(3))
        let impatient = ScriptedTransport.Step.stripe("", status: 503, headers: [HTTPField("Retry-After", "0")])
        #expect(try await duration(of: [impatient], chance: 0) == .milliseconds(250))
    }

    @Test("No attempt starts that the call's time does not allow")
    func deadline() async throws {
        let busy = ScriptedTransport.Step.stripe("", status: 503, headers: [HTTPField("Retry-After", "600")])
        let stripe = try await ScriptedStripe([busy, .stripe(JSON.refund())])
        let request = try refund()
        let call = CallContext.testing(within: .seconds(600))
        #expect(try await stripe.failure { try await $0.createRefund(request, as: .testing(), in: call) }.unknown != nil)
        #expect(stripe.requests.count == 1)
    }
}

/// Chance that is always the same.
private struct FixedRandom: ProviderRandom {
    let number: UInt64

    func next() -> UInt64 { number }
}
