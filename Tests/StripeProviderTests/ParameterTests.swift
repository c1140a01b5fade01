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

    private func error(metadata: [String: String], userID: String = "42") async throws -> ProviderError {
        let stripe = try await ScriptedStripe()
        var request = CreatePaymentIntentRequest(amount: try .of(1, "USD"), orderID: 7, userID: userID)
        request.metadata = metadata
        let error = try await stripe.failure { [request] in
            try await $0.createPaymentIntent(request, as: .testing(), in: .testing())
        }
        #expect(stripe.requests.isEmpty)
        return error
    }

    @Test(
        "Metadata beyond Stripe's bounds is refused before anything is sent",
        arguments: [
            ["order_id": "8"], ["user_id": "1"], ["gateway_operation_id": "2"], ["": "x"], ["a[b": "x"], ["a]b": "x"],
            [String(repeating: "k", count: 41): "x"], ["k": String(repeating: "v", count: 501)],
            Dictionary(uniqueKeysWithValues: (1...48).map { ("k\($0)", "v") }),
        ])
    func outOfBounds(metadata: [String: String]) async throws {
        let rejection = try #require(try await error(metadata: metadata).rejection)
        #expect(rejection.reason == .invalidRequest)
        #expect(rejection.field == "metadata")
    }

    @Test("Metadata at Stripe's bounds is sent; an empty value, which would unset, is left out")
    func withinBounds() async throws {
        let stripe = try await ScriptedStripe([.stripe(JSON.paymentIntent(amount: 1))])
        var request = CreatePaymentIntentRequest(amount: try .of(1, "USD"), orderID: 7, userID: "42")
        request.metadata = Dictionary(uniqueKeysWithValues: (1...46).map { ("k\($0)", "v") })
        request.metadata[String(repeating: "k", count: 40)] = String(repeating: "\u{E9}", count: 500)
        request.metadata["empty"] = ""
        _ = try await stripe.service.createPaymentIntent(request, as: .testing(), in: .testing())
        let sent = try #require(stripe.requests.first).form.filter { $0.hasPrefix("metadata[") }
        #expect(sent.count == 50)
        #expect(!sent.contains { $0.hasPrefix("metadata[empty]") })
    }

    @Test("A refund's metadata keeps the same bounds")
    func refundMetadata() async throws {
        let stripe = try await ScriptedStripe()
        var request = CreateRefundRequest(paymentIntentID: "pi_1", amount: try .of(1, "USD"))
        request.metadata = ["gateway_operation_id": "2"]
        let error = try await stripe.failure { [request] in try await $0.createRefund(request, as: .testing(), in: .testing()) }
        #expect(error.rejection?.field == "metadata")
    }
}
