import ProviderAPI
import ProviderTestKit
import Testing

@testable import StripeProvider

@Suite("Amounts as Stripe counts them")
struct CurrencyTests {
    @Test(
        "Amounts go over and come back exactly",
        arguments: [
            ("USD", 9999, 9999), ("EUR", 1, 1), ("HUF", 12_345, 12_345), ("TWD", 80_045, 80_045),
            ("JPY", 500, 500), ("KRW", 1, 1), ("XAF", 7, 7), ("PYG", 9, 9),
            ("ISK", 5, 500), ("UGX", 1200, 120_000),
            ("MGA", 12_300, 123),
            ("KWD", 1250, 1250), ("BHD", 10, 10), ("TND", 990, 990),
            ("USD", 999_999_999_999, 999_999_999_999), ("ISK", 999_999_999_999, 99_999_999_999_900),
        ] as [(String, Int64, Int64)])
    func bothWays(code: String, minorUnits: Int64, amount: Int64) throws {
        let money = try Money.of(minorUnits, code)
        let parameters = try StripeCurrency.parameters(of: money)
        #expect(parameters.amount == String(amount))
        #expect(parameters.currency == code.lowercased())
        #expect(StripeCurrency.money(amount: amount, currency: code.lowercased()) == money)
    }

    @Test(
        "What Stripe's decimals exclude is refused before anything is sent, with the rule",
        arguments: [
            ("MGA", 150, "amount", "Stripe charges MGA in whole units, without decimals"),
            ("KWD", 1255, "amount", "Stripe charges KWD with 3 decimals of which the last must be 0"),
            ("ISK", Int64.max, "amount", "more than Stripe's amounts can hold"),
            ("IQD", 1000, "currency", "Stripe takes no payments in IQD"),
            ("CLF", 10_000, "currency", "Stripe takes no payments in CLF"),
        ] as [(String, Int64, String, String)])
    func excluded(code: String, minorUnits: Int64, field: String, rule: String) async throws {
        let stripe = try await ScriptedStripe()
        let amount = try Money.of(minorUnits, code)
        let creation = CreatePaymentIntentRequest(amount: amount, orderID: 7, userID: "42")
        let capture = CapturePaymentRequest(paymentIntentID: "pi_1", amount: amount)
        let refund = CreateRefundRequest(paymentIntentID: "pi_1", amount: amount)
        for error in [
            try await stripe.failure { try await $0.createPaymentIntent(creation, as: .testing(), in: .testing()) },
            try await stripe.failure { try await $0.capturePayment(capture, as: .testing(), in: .testing()) },
            try await stripe.failure { try await $0.createRefund(refund, as: .testing(), in: .testing()) },
        ] {
            #expect(error.rejection?.reason == .invalidRequest)
            #expect(error.rejection?.field == field)
            #expect(error.rejection?.message.contains(rule) == true)
        }
        #expect(stripe.requests.isEmpty)
    }

    @Test("An amount that cannot be stated in minor units is none", arguments: [("isk", 550), ("xxx", 1), ("mga", Int64.max)])
    func unreadable(code: String, amount: Int64) {
        #expect(StripeCurrency.money(amount: amount, currency: code) == nil)
    }
}
