import ProviderAPI
import ProviderTestKit
import Testing

@testable import StripeProvider

@Suite("Parameters")
struct ParameterTests {
    @Test("All but unreserved characters are percent-encoded, names too")
    func encoding() {
        var form = Form()
        form.add("metadata", ["a&b=c": "\u{E9}\r\n+ %"])
        form.add("expand", ["x.y"])
        form.add("nothing", nil as String?)
        #expect(form.encoded == "metadata%5Ba%26b%3Dc%5D=%C3%A9%0D%0A%2B%20%25&expand%5B%5D=x.y")
    }

    @Test("A plain creation is exactly these bytes")
    func exactBody() async throws {
        let stripe = try await ScriptedStripe([.stripe(JSON.paymentIntent())])
        let creation = CreatePaymentIntentRequest(amount: try .of(9999, "USD"), orderID: 7, userID: "42")
        _ = try await stripe.service.createPaymentIntent(creation, as: .testing(), in: .testing())
        #expect(
            String(decoding: try #require(stripe.requests.first).body, as: UTF8.self)
                == "amount=9999&currency=usd&automatic_payment_methods%5Benabled%5D=true"
                + "&automatic_payment_methods%5Ballow_redirects%5D=always&capture_method=automatic"
                + "&metadata%5Bgateway_operation_id%5D=1&metadata%5Border_id%5D=7&metadata%5Buser_id%5D=42")
    }
}
