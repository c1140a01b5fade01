import ProviderAPI
import ProviderTestKit
import Testing

@testable import StripeProvider

@Suite("Amounts as Stripe counts them")
struct CurrencyTests {
    @Test(
        "Amounts of the currencies that no fixture has go over and come back exactly",
        arguments: [
            ("BIF", 1, 1), ("CLP", 2, 2), ("DJF", 3, 3), ("GNF", 4, 4), ("KMF", 5, 5), ("PYG", 6, 6), ("RWF", 7, 7),
            ("VND", 8, 8), ("VUV", 9, 9), ("XAF", 10, 10), ("XOF", 11, 11), ("XPF", 12, 12),
            ("BHD", 10, 10), ("JOD", 1250, 1250), ("OMR", 20, 20), ("TND", 990, 990),
            ("EUR", 1, 1), ("TWD", 80_045, 80_045), ("ISK", 999_999_999_999, 99_999_999_999_900),
        ] as [(String, Int64, Int64)])
    func bothWays(code: String, minorUnits: Int64, amount: Int64) throws {
        let money = try Money.of(minorUnits, code)
        let parameters = try StripeCurrency.parameters(of: money)
        #expect(parameters.amount == String(amount))
        #expect(parameters.currency == code.lowercased())
        #expect(StripeCurrency.money(amount: amount, currency: code.lowercased()) == money)
    }

    @Test("More than Stripe's amounts can hold is refused before anything is sent, whatever the operation")
    func overflow() async throws {
        let stripe = try await ScriptedStripe()
        let amount = try Money.of(.max, "ISK")
        let creation = CreatePaymentIntentRequest(amount: amount, orderID: 7, userID: "42")
        let capture = CapturePaymentRequest(paymentIntentID: "pi_1", amount: amount)
        let refund = CreateRefundRequest(paymentIntentID: "pi_1", amount: amount)
        for error in [
            try await stripe.failure { try await $0.createPaymentIntent(creation, as: .testing(), in: .testing()) },
            try await stripe.failure { try await $0.capturePayment(capture, as: .testing(), in: .testing()) },
            try await stripe.failure { try await $0.createRefund(refund, as: .testing(), in: .testing()) },
        ] {
            #expect(error.rejection?.reason == .invalidRequest)
            #expect(error.rejection?.field == "amount")
            #expect(error.rejection?.message.contains("more than Stripe's amounts can hold") == true)
        }
        #expect(stripe.requests.isEmpty)
    }

    @Test("An amount beyond what minor units can hold is none")
    func unreadable() {
        #expect(StripeCurrency.money(amount: .max, currency: "mga") == nil)
    }
}
