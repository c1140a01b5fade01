import GatewayHarness
import Testing

@Suite("Declined payments", .sharedGateway, .gatewayLogOnFailure, .timeLimit(.minutes(10)))
struct DeclineTests {
    /// A test token, and the codes that Stripe documents for it (https://docs.stripe.com/testing, "Declined payments").
    struct Decline: Sendable, CustomTestStringConvertible {
        let token: String
        let code: String
        let declineCode: String?
        var testDescription: String { token }
    }

    static let declines = [
        Decline(token: "pm_card_chargeDeclined", code: "card_declined", declineCode: "generic_decline"),
        Decline(token: "pm_card_chargeDeclinedInsufficientFunds", code: "card_declined", declineCode: "insufficient_funds"),
        Decline(token: "pm_card_chargeDeclinedFraudulent", code: "card_declined", declineCode: "fraudulent"),
        Decline(token: "pm_card_chargeDeclinedExpiredCard", code: "expired_card", declineCode: nil),
        Decline(token: "pm_card_chargeDeclinedIncorrectCvc", code: "incorrect_cvc", declineCode: nil),
    ]

    @Test("A declined card answers 402 with the provider's code, and the books say why", arguments: declines)
    func declined(decline: Decline) async throws {
        let user = try GatewayProcess.shared.newUser()
        let payment = try await user.begin()
        let answer = try await user.confirm(payment, decline.token)
        expectProblem(answer, 402, "payment_declined")
        #expect(answer["provider_code"].string == decline.code, "\(answer)")
        #expect(answer["decline_code"].string == decline.declineCode, "\(answer)")

        let transaction = try await user.transaction(payment)
        #expect(transaction["status"].string == "failed")
        #expect(transaction["error_code"].string == decline.code)
        #expect(transaction["decline_code"].string == decline.declineCode)
        #expect(transaction["error_message"].string?.isEmpty == false)
        #expect(transaction["amount_captured"].decimal == "0")
        #expect(try await user.orderStatus(payment) == "failed")
    }

    @Test("A decline is replayed byte by byte under its Idempotency-Key, and the card is asked once")
    func replay() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let payment = try await user.begin()
        let effectsBefore = try gateway.journal(object: payment.intent).count
        let first = try await user.confirm(payment, "pm_card_chargeDeclined", key: "pay-1")
        let effectsAfter = try gateway.journal(object: payment.intent).count
        let second = try await user.confirm(payment, "pm_card_chargeDeclined", key: "pay-1")
        expectProblem(first, 402, "payment_declined")
        #expect(second.status == 402)
        #expect(second.body == first.body)
        #expect(first.header("idempotency-replayed") == nil)
        #expect(second.header("idempotency-replayed") == "true")
        #expect(try gateway.journal(object: payment.intent).count == effectsAfter)
        #expect(effectsAfter - effectsBefore <= 1)
    }

    @Test("A declined payment is confirmed again with another card, and succeeds")
    func retry() async throws {
        let user = try GatewayProcess.shared.newUser()
        let payment = try await user.begin()
        expectProblem(
            try await user.confirm(payment, "pm_card_chargeDeclinedInsufficientFunds", key: "a"), 402, "payment_declined")

        let again = try await user.requestIntent(order: payment.order)
        #expect(again.status == 200, "a failed intent is live: \(again)")
        #expect(again["payment_intent_id"].string == payment.intent)

        let paid = try await user.confirm(payment, "pm_card_visa", key: "b")
        #expect(paid.status == 200, "\(paid)")
        #expect(paid["status"].string == "succeeded")
        #expect(paid["error_code"] == .null, "\(paid)")
        #expect(paid["error_message"] == .null, "\(paid)")
        #expect(try await user.orderStatus(payment) == "completed")
    }

    @Test("The late webhook of a declined attempt does not undo a payment that succeeded since")
    func lateFailure() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let payment = try await user.begin()
        _ = try await user.confirm(payment, "pm_card_chargeDeclined")
        _ = try await user.confirm(payment, "pm_card_visa")
        let late = Webhook("payment_intent.payment_failed", intent: payment.intent, status: "requires_payment_method")
        #expect(try await late.post(to: gateway).status == 200)
        #expect(try await user.transaction(payment)["status"].string == "succeeded")
        #expect(try await user.orderStatus(payment) == "completed")
    }

    @Test("A payment method that the provider does not know is the request's fault, and no decline")
    func unknownToken() async throws {
        let user = try GatewayProcess.shared.newUser()
        let payment = try await user.begin()
        let answer = try await user.confirm(payment, "pm_card_of_nobody")
        #expect(answer.status == 422, "\(answer)")
        #expect(try await user.transaction(payment)["status"].string != "succeeded")
        #expect(try await user.confirm(payment, "pm_card_visa").status == 200)
    }
}
