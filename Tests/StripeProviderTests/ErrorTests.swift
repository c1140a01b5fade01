import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Stripe's errors as outcomes")
struct ErrorTests {
    private func failure(_ step: ScriptedTransport.Step) async throws -> ProviderError {
        let stripe = try await ScriptedStripe([step])
        let request = ConfirmPaymentRequest(paymentIntentID: "pi_1")
        let error = try await stripe.failure { try await $0.confirmPayment(request, as: .testing(), in: .testing()) }
        #expect(stripe.requests.count == 1)
        return error
    }

    @Test("A card error is a decline with its codes and the intent as it is now, without its client secret")
    func decline() async throws {
        let intent = JSON.paymentIntent(
            lastPaymentError:
                #"{"code": "card_declined", "decline_code": "insufficient_funds", "#
                + #""message": "Your card has insufficient funds.", "type": "card_error", "#
                + #""payment_method": {"id": "pm_1", "object": "payment_method", "type": "card"}}"#)
        let error = try await failure(
            .stripe(
                JSON.error(
                    #""type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds", "#
                        + #""message": "Your card has insufficient funds.", "payment_intent": \#(intent)"#), status: 402))
        let decline = try #require(error.decline)
        #expect(decline.code == "card_declined")
        #expect(decline.declineCode == "insufficient_funds")
        #expect(decline.message == "Your card has insufficient funds.")
        #expect(decline.requestID == "req_1")
        #expect(decline.paymentIntent?.status == .requiresPaymentMethod)
        #expect(decline.paymentIntent?.lastError?.declineCode == "insufficient_funds")
        #expect(decline.paymentIntent?.paymentMethod == "card")
        #expect(decline.paymentIntent?.clientSecret == nil)
    }

    @Test("A 402 is a decline whatever its type says, and without an intent that can be read")
    func plainDecline() async throws {
        let error = try await failure(
            .stripe(
                JSON.error(#""type": "invalid_request_error", "code": "expired_card", "payment_intent": {"id": 1}"#), status: 402)
        )
        #expect(error.decline?.code == "expired_card")
        #expect(error.decline?.paymentIntent == nil)
    }

    @Test(
        "A definite no to the request",
        arguments: [
            (400, #""type": "invalid_request_error", "code": "amount_too_small", "param": "amount""#, .invalidRequest, "amount"),
            (400, #""type": "invalid_request_error", "param": "cancellation_reason""#, .invalidRequest, "reason"),
            (400, #""type": "invalid_request_error", "param": "metadata[x]""#, .invalidRequest, "metadata"),
            (
                400, #""type": "invalid_request_error", "code": "resource_missing", "param": "customer""#, .invalidRequest,
                "customer"
            ),
            (400, #""type": "invalid_request_error", "code": "resource_missing", "param": "intent""#, .notFound, nil),
            (404, #""type": "invalid_request_error", "code": "resource_missing", "param": "intent""#, .notFound, nil),
            (404, #""type": "invalid_request_error""#, .notFound, nil),
            (401, #""type": "invalid_request_error""#, .authentication, nil),
            (403, #""type": "invalid_request_error""#, .authentication, nil),
            (400, #""type": "invalid_request_error", "code": "testmode_charges_only""#, .authentication, nil),
            (400, #""type": "invalid_request_error", "code": "charge_already_refunded""#, .invalidState, nil),
        ] as [(Int, String, Rejection.Reason, String?)])
    func rejections(status: Int, fields: String, reason: Rejection.Reason, field: String?) async throws {
        let rejection = try #require(try await failure(.stripe(JSON.error(fields), status: status)).rejection)
        #expect(rejection.reason == reason)
        #expect(rejection.field == field)
        #expect(rejection.requestID == "req_1")
    }

    @Test("An unexpected state brings the intent along")
    func unexpectedState() async throws {
        let rejection = try #require(
            try await failure(
                .stripe(
                    JSON.error(
                        #""type": "invalid_request_error", "code": "payment_intent_unexpected_state", "message": "You cannot", "#
                            + #""payment_intent": \#(JSON.paymentIntent(received: 9999, status: "succeeded"))"#), status: 400)
            ).rejection)
        #expect(rejection.reason == .invalidState)
        #expect(rejection.code == "payment_intent_unexpected_state")
        #expect(rejection.paymentIntent?.status == .succeeded)
        #expect(rejection.paymentIntent?.clientSecret == nil)
    }

    @Test(
        "What may have happened is unknown",
        arguments: [
            (400, JSON.error(#""type": "idempotency_error", "message": "Keys for idempotent requests""#)),
            (400, JSON.error(#""type": "invalid_request_error", "code": "idempotency_key_in_use""#)),
            (409, JSON.error(#""type": "invalid_request_error", "code": "conflict""#)),
            (424, JSON.error(#""type": "api_error""#)),
            (500, JSON.error(#""type": "api_error""#)), (500, JSON.error(#""type": "card_error""#)),
            (503, "<html>busy</html>"), (403, "<html>a proxy's</html>"), (400, ""), (302, ""),
        ])
    func unknown(status: Int, body: String) async throws {
        #expect(try await failure(.final(body, status: status)).unknown?.requestID == "req_1")
    }

    @Test(
        "A 429 was not carried out: not sent, with the time to wait",
        arguments: [#""code": "rate_limit""#, #""code": "lock_timeout""#])
    func rateLimit(code: String) async throws {
        let error = try await failure(
            .final(
                JSON.error(#""type": "invalid_request_error", \#(code)"#), status: 429, headers: [HTTPField("Retry-After", "7")]))
        #expect(error.notSent?.retryAfter == .seconds(7))
    }

    @Test("A Retry-After that is no number of seconds is left out", arguments: ["soon", "-1", "Thu, 08 Jan 2026 01:00:00 GMT"])
    func oddRetryAfter(text: String) async throws {
        let error = try await failure(.final("", status: 429, headers: [HTTPField("Retry-After", text)]))
        #expect(error.notSent != nil)
        #expect(error.notSent?.retryAfter == nil)
    }

    @Test("Secrets and card numbers that Stripe repeats do not come through")
    func redaction() async throws {
        let error = try await failure(
            .stripe(
                JSON.error(
                    #""type": "invalid_request_error", "message": "No such thing: \#(ScriptedStripe.secretKey) "#
                        + #"\#(JSON.clientSecret) rk_live_0123abc whsec_other 4242 4242-42424242""#), status: 400))
        #expect(error.rejection?.message == "No such thing: [secret] pi_1_secret_[secret] [secret] [secret] [number]")
    }

    @Test("A client secret in place of an id stays out of log and error")
    func secretAsID() async throws {
        let stripe = try await ScriptedStripe([
            .stripe(
                JSON.error(#""type": "invalid_request_error", "message": "No such payment_intent: '\#(JSON.clientSecret)'""#),
                status: 404)
        ])
        let error = try await stripe.failure { try await $0.retrievePaymentIntent(JSON.clientSecret, in: .testing()) }
        #expect(error.rejection?.reason == .notFound)
        #expect(stripe.log.lines.contains { $0.contains("pi_1_secret_[secret]") })
    }

    @Test("Every answer's Request-Id is in the log, beside the gateway's own")
    func requestIDInLog() async throws {
        let stripe = try await ScriptedStripe([.stripe(JSON.paymentIntent())])
        _ = try await stripe.service.retrievePaymentIntent("pi_1", in: .testing(requestID: "req-gateway"))
        #expect(stripe.log.lines.contains { $0.contains("stripe_request_id=req_1") && $0.contains("request_id=req-gateway") })
        #expect(!stripe.log.lines.joined().contains(JSON.clientSecret))
    }
}
