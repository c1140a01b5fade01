import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Retries")
struct RetryTests {
    private let refusal = JSON.error(#""type": "invalid_request_error", "message": "no""#)
    private let broken = ScriptedTransport.Step.stripe(JSON.error(#""type": "api_error""#), status: 500)
    private let lost = ScriptedTransport.Step.failure(.unknown(CallFailure("read timed out")))

    private func refund() throws -> CreateRefundRequest {
        CreateRefundRequest(paymentIntentID: "pi_1", amount: try .of(500, "USD"))
    }

    private func outcome(_ steps: [ScriptedTransport.Step], attempts: Int) async throws -> ProviderError {
        let stripe = try await ScriptedStripe(steps)
        let request = try refund()
        let error = try await stripe.failure { try await $0.createRefund(request, as: .testing(), in: .testing()) }
        #expect(stripe.requests.count == attempts)
        #expect(Set(stripe.requests).count == 1, "a repeat is the same request, byte by byte and key by key")
        return error
    }

    @Test("A repeat that succeeds is a success, under the same key")
    func success() async throws {
        for first in [
            lost, broken, .failure(.notSent(CallFailure("connection refused"))),
            .stripe(JSON.error(#""type": "invalid_request_error", "code": "lock_timeout""#), status: 429),
            .stripe(refusal, status: 409), .stripe(refusal, status: 400, headers: [HTTPField("Stripe-Should-Retry", "true")]),
        ] {
            let stripe = try await ScriptedStripe([first, .stripe(JSON.refund())])
            #expect(try await stripe.service.createRefund(try refund(), as: .testing(), in: .testing()).id == "re_1")
            #expect(stripe.requests.count == 2)
            #expect(Set(stripe.requests).count == 1)
        }
    }

    @Test("Three attempts are all")
    func bounded() async throws {
        #expect(try await outcome([broken, broken, broken, broken], attempts: 3).unknown != nil)
        let refused = ScriptedTransport.Step.failure(.notSent(CallFailure("connection refused")))
        #expect(try await outcome([refused, refused, refused, refused], attempts: 3).notSent != nil)
    }

    @Test("Stripe-Should-Retry: false ends it, whatever the status")
    func shouldNotRetry() async throws {
        #expect(try await outcome([.final("", status: 503)], attempts: 1).unknown != nil)
        #expect(try await outcome([.final(refusal, status: 409)], attempts: 1).unknown != nil)
    }

    @Test("A plain 429, a decline and a refusal are not repeated")
    func definite() async throws {
        #expect(try await outcome([.stripe(refusal, status: 429)], attempts: 1).notSent != nil)
        #expect(try await outcome([.stripe(refusal, status: 402)], attempts: 1).decline != nil)
        #expect(try await outcome([.stripe(refusal, status: 400)], attempts: 1).rejection != nil)
    }

    @Test("A refusal after a lost answer settles nothing", arguments: [400, 401, 403, 404, 429])
    func refusalAfterLostAnswer(status: Int) async throws {
        #expect(try await outcome([lost, .final(refusal, status: status)], attempts: 2).unknown != nil)
        #expect(try await outcome([broken, .final(refusal, status: status)], attempts: 2).unknown != nil)
    }

    @Test("So does a connection that fails after a lost answer")
    func notSentAfterLostAnswer() async throws {
        let refused = ScriptedTransport.Step.failure(.notSent(CallFailure("connection refused")))
        #expect(try await outcome([lost, refused, refused], attempts: 3).unknown != nil)
    }

    @Test("A stored refusal that Stripe replays, and a decline, do settle it")
    func replays() async throws {
        let replay = ScriptedTransport.Step.stripe(refusal, status: 400, headers: [HTTPField("Idempotent-Replayed", "true")])
        #expect(try await outcome([lost, replay], attempts: 2).rejection != nil)
        #expect(try await outcome([lost, .stripe(refusal, status: 402)], attempts: 2).decline != nil)
    }

    @Test("A refusal after attempts that were surely not carried out is definite")
    func refusalAfterNotSent() async throws {
        let refused = ScriptedTransport.Step.failure(.notSent(CallFailure("connection refused")))
        #expect(try await outcome([refused, .stripe(refusal, status: 400)], attempts: 2).rejection != nil)
    }

    @Test("A reading that is refused after a lost answer is refused: it had no effect")
    func reading() async throws {
        let stripe = try await ScriptedStripe([lost, .stripe(refusal, status: 404)])
        #expect(try await stripe.failure { try await $0.retrieveRefund("re_1", in: .testing()) }.rejection?.reason == .notFound)
    }

    @Test("No attempt starts that the call's time does not allow")
    func deadline() async throws {
        let stripe = try await ScriptedStripe([broken, .stripe(JSON.refund())])
        let request = try refund()
        let call = CallContext(deadline: .now + .seconds(1), requestID: "req-test")
        #expect(try await stripe.failure { try await $0.createRefund(request, as: .testing(), in: call) }.unknown != nil)
        #expect(stripe.requests.count == 1)

        let patient = try await ScriptedStripe([
            .stripe("", status: 503, headers: [HTTPField("Retry-After", "60")]), .stripe(JSON.refund()),
        ])
        let error = try await patient.failure { try await $0.createRefund(request, as: .testing(), in: .testing()) }
        #expect(error.unknown?.retryAfter == .seconds(60))
        #expect(patient.requests.count == 1)
    }
}
