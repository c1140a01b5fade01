import ProviderAPI
import ProviderTestKit
import Testing

@Suite("What Stripe's settings contribute to a request")
struct ResolveTests {
    /// The body that a provider with these settings sends for a request.
    private func body(
        of request: ProviderRequest, settings: [String: SettingValue], answer: String
    ) async throws -> String {
        let stripe = try await ScriptedStripe([.stripe(answer)], settings: settings)
        switch request {
        case .create(let create):
            _ = try await stripe.service.createPaymentIntent(create, as: .testing("1"), in: .testing())
        case .confirm(let confirm):
            _ = try await stripe.service.confirmPayment(confirm, as: .testing("1"), in: .testing())
        default:
            Issue.record("\(request)")
        }
        return String(decoding: try #require(stripe.requests.first).body, as: UTF8.self)
    }

    private let first: [String: SettingValue] = [
        "return_url": .string("https://shop.example/first"), "allow_redirects": .string("always"),
    ]
    private let second: [String: SettingValue] = [
        "return_url": .string("https://shop.example/second"), "allow_redirects": .string("never"),
    ]

    @Test("is fixed when the request is resolved: other settings send the same body")
    func sameBody() async throws {
        let resolving = try await ScriptedStripe(settings: first).service
        let create = CreatePaymentIntentRequest(amount: try .of(9999, "USD"), orderID: 7, userID: "42")
        let confirm = ConfirmPaymentRequest(paymentIntentID: "pi_1")
        for (request, answer) in [
            (ProviderRequest.create(create), JSON.paymentIntent()), (.confirm(confirm), JSON.paymentIntent(status: "processing")),
        ] {
            let resolved = resolving.resolve(request)
            let sent = try await body(of: resolved, settings: first, answer: answer)
            #expect(try await body(of: resolved, settings: second, answer: answer) == sent)
            // As it was before requests were resolved.
            #expect(try await body(of: request, settings: first, answer: answer) == sent)
            #expect(try await body(of: request, settings: second, answer: answer) != sent)
            #expect(resolving.resolve(resolved) == resolved)
        }
    }

    @Test("is no return_url where there was none, though the settings have one now")
    func noReturnURL() async throws {
        let resolving = try await ScriptedStripe(settings: ["return_url": .string(""), "allow_redirects": .string("never")])
            .service
        guard case .confirm(var confirm) = resolving.resolve(.confirm(ConfirmPaymentRequest(paymentIntentID: "pi_1"))) else {
            Issue.record("another request")
            return
        }
        confirm.returnURL = nil
        let sent = try await body(
            of: .confirm(confirm), settings: first, answer: JSON.paymentIntent(status: "processing"))
        #expect(!sent.contains("return_url"))
    }

    @Test("does not replace what the client gave, nor anything of other requests")
    func others() async throws {
        let service = try await ScriptedStripe(settings: first).service
        var confirm = ConfirmPaymentRequest(paymentIntentID: "pi_1")
        confirm.returnURL = "https://client.example/"
        guard case .confirm(let resolved) = service.resolve(.confirm(confirm)) else {
            Issue.record("another request")
            return
        }
        #expect(resolved.returnURL == "https://client.example/")
        let refund = ProviderRequest.refund(CreateRefundRequest(paymentIntentID: "pi_1", amount: try .of(1, "USD")))
        #expect(service.resolve(refund) == refund)
    }
}
