import Foundation
import ProviderAPI
import Testing

@Suite("A provider's error")
struct ProviderErrorTests {
    private static func intent() throws -> PaymentIntent {
        var intent = PaymentIntent(
            id: "pi_1", status: .requiresAction, amount: Money(minorUnits: 9999, currency: try #require(Currency("USD")))
        )
        intent.amountCaptured = 5
        intent.clientSecret = "pi_1_secret"
        intent.nextAction = NextAction(type: "redirect_to_url", redirectURL: "https://example.test/3ds")
        intent.paymentMethod = "card"
        intent.customerID = "cus_1"
        intent.chargeID = "ch_1"
        intent.lastError = PaymentFailure(code: "card_declined", declineCode: "insufficient_funds", message: "No.")
        intent.captureMethod = .manual
        intent.operationID = "17"
        intent.metadata = ["a": "b"]
        intent.requestID = "req_1"
        return intent
    }

    private static func roundTrip<Value: Codable & Equatable>(_ value: Value) throws {
        #expect(try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value)) == value)
    }

    @Test("is stored and read back, whichever case it is and however much it holds")
    func codable() throws {
        var decline = Decline(code: "card_declined", message: "Your card has insufficient funds.")
        try Self.roundTrip(ProviderError.declined(decline))
        decline.declineCode = "insufficient_funds"
        decline.paymentIntent = try Self.intent()
        decline.requestID = "req_2"
        try Self.roundTrip(ProviderError.declined(decline))

        let reasons: [Rejection.Reason] = [
            .invalidRequest, .authentication, .notFound, .invalidState, .invalidSignature, .unsupported,
        ]
        for reason in reasons {
            var rejection = Rejection(reason, message: "No.")
            try Self.roundTrip(ProviderError.rejected(rejection))
            rejection.code = "amount_too_small"
            rejection.field = "amount"
            rejection.paymentIntent = try Self.intent()
            rejection.requestID = "req_3"
            try Self.roundTrip(ProviderError.rejected(rejection))
        }

        var failure = CallFailure("timed out")
        try Self.roundTrip(ProviderError.notSent(failure))
        failure.retryAfter = .milliseconds(1500)
        failure.requestID = "req_4"
        try Self.roundTrip(ProviderError.notSent(failure))
        try Self.roundTrip(ProviderError.unknown(failure))
    }

    @Test("tells its cases apart, whose meaning for the money differs")
    func distinct() throws {
        let failure = CallFailure("the same words")
        #expect(ProviderError.notSent(failure) != .unknown(failure))
        let stored = try JSONEncoder().encode(ProviderError.notSent(failure))
        #expect(try JSONDecoder().decode(ProviderError.self, from: stored) == .notSent(failure))
    }

    @Test("says what a provider does not support")
    func unsupported() {
        #expect(
            ProviderError.unsupported("capturing a payment")
                == .rejected(Rejection(.unsupported, message: "the provider does not support capturing a payment"))
        )
    }

    @Test("comes with requests, refunds and events that are stored and read back, too")
    func otherValues() throws {
        let money = Money(minorUnits: 100, currency: try #require(Currency("JPY")))
        var create = CreatePaymentIntentRequest(amount: money, orderID: 1, userID: "42")
        #expect(create.captureMethod == .automatic && create.metadata.isEmpty)
        create.captureMethod = .manual
        create.metadata = ["k": "v"]
        try Self.roundTrip(create)
        try Self.roundTrip(ConfirmPaymentRequest(paymentIntentID: "pi_1"))
        try Self.roundTrip(CapturePaymentRequest(paymentIntentID: "pi_1", amount: money))
        try Self.roundTrip(CancelPaymentRequest(paymentIntentID: "pi_1"))
        try Self.roundTrip(CreateRefundRequest(paymentIntentID: "pi_1", amount: money))
        try Self.roundTrip(OperationIdentity(id: "1", idempotencyKey: "k"))
        let refund = Refund(id: "re_1", paymentIntentID: "pi_1", amount: money, status: .requiresAction)
        let dispute = Dispute(id: "dp_1", paymentIntentID: "pi_1", amount: money, status: "lost", reason: "fraudulent")
        let subjects: [WebhookEvent.Subject] = [
            .paymentIntent(try Self.intent()), .paymentIntentReference(id: "pi_1"), .refund(refund),
            .refundsOfPaymentIntent(id: "pi_1"),
            .dispute(dispute), .other,
        ]
        for subject in subjects {
            try Self.roundTrip(WebhookEvent(id: "evt_1", type: "t", createdAt: Timestamp(unixSeconds: 5), subject: subject))
        }
    }
}
