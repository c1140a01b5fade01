import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Stripe's objects as the gateway's")
struct MappingTests {
    private func retrieve(_ answer: String) async throws -> (intent: PaymentIntent, log: [String]) {
        let stripe = try await ScriptedStripe([.stripe(answer)])
        let intent = try await stripe.service.retrievePaymentIntent("pi_1", in: .testing())
        return (intent, stripe.log.lines.filter { $0.hasPrefix("warning") })
    }

    @Test(
        "Every status of an intent",
        arguments: [
            ("requires_payment_method", .requiresPaymentMethod), ("requires_source", .requiresPaymentMethod),
            ("requires_confirmation", .requiresConfirmation), ("requires_action", .requiresAction),
            ("requires_source_action", .requiresAction), ("processing", .processing), ("requires_capture", .requiresCapture),
            ("canceled", .canceled), ("succeeded", .succeeded),
        ] as [(String, PaymentIntent.Status)])
    func statuses(text: String, status: PaymentIntent.Status) async throws {
        let (intent, warnings) = try await retrieve(JSON.paymentIntent(status: text))
        #expect(intent.status == status)
        #expect(warnings.isEmpty)
    }

    @Test("A status that Stripe adds tomorrow is processing, with a warning")
    func unknownStatus() async throws {
        let (intent, warnings) = try await retrieve(JSON.paymentIntent(received: 9999, status: "settled_on_mars"))
        #expect(intent.status == .processing)
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("status=settled_on_mars") == true)
    }

    @Test(
        "Every status of a refund; one that is new or missing is pending",
        arguments: [
            ("\"pending\"", .pending), ("\"requires_action\"", .requiresAction), ("\"succeeded\"", .succeeded),
            ("\"failed\"", .failed), ("\"canceled\"", .canceled), ("\"teleported\"", .pending), ("null", .pending),
        ] as [(String, Refund.Status)])
    func refundStatuses(text: String, status: Refund.Status) async throws {
        let stripe = try await ScriptedStripe([.stripe(JSON.refund(status: text))])
        #expect(try await stripe.service.retrieveRefund("re_1", in: .testing()).status == status)
    }

    @Test("The charge is known as an id, expanded, in the list of older versions, or not at all")
    func charges() async throws {
        #expect(try await retrieve(JSON.paymentIntent(latestCharge: "\"ch_1\"")).intent.chargeID == "ch_1")
        let older = JSON.paymentIntent(more: #", "charges": \#(JSON.list([JSON.charge(id: "ch_old")]))"#)
        #expect(try await retrieve(older).intent.chargeID == "ch_old")
        #expect(try await retrieve(older).intent.paymentMethod == "card")
        let none = try await retrieve(JSON.paymentIntent()).intent
        #expect(none.chargeID == nil)
        #expect(none.paymentMethod == nil)
    }

    @Test("What was captured comes from the intent, else from its charge, else it is the whole amount of a success")
    func captured() async throws {
        func captured(_ answer: String) async throws -> Int64 { try await retrieve(answer).intent.amountCaptured }
        #expect(try await captured(JSON.paymentIntent(received: 4000, status: "succeeded")) == 4000)
        #expect(
            try await captured(JSON.paymentIntent(received: nil, status: "succeeded", latestCharge: JSON.charge(captured: 30)))
                == 30)
        #expect(try await captured(JSON.paymentIntent(received: nil, status: "succeeded")) == 9999)
        #expect(try await captured(JSON.paymentIntent(received: nil, status: "requires_capture")) == 0)
        #expect(
            try await captured(JSON.paymentIntent(amount: 50_000, received: 50_000, currency: "isk", status: "succeeded")) == 500)
    }

    @Test("The payment method's kind is told only where it is certain")
    func paymentMethodKinds() async throws {
        let expanded = JSON.paymentIntent(paymentMethod: #"{"id": "pm_1", "object": "payment_method", "type": "klarna"}"#)
        #expect(try await retrieve(expanded).intent.paymentMethod == "klarna")
        #expect(try await retrieve(JSON.paymentIntent(paymentMethod: "\"pm_1\"")).intent.paymentMethod == nil)
    }

    @Test(
        "The payer is sent where the action's type says",
        arguments: [
            (#"{"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}"#, "use_stripe_sdk", nil),
            (
                #"{"type": "alipay_handle_redirect", "alipay_handle_redirect": {"url": "https://a.example"}}"#,
                "alipay_handle_redirect", "https://a.example"
            ),
            (
                #"{"type": "oxxo_display_details", "oxxo_display_details": {"hosted_voucher_url": "https://o.example"}}"#,
                "oxxo_display_details", "https://o.example"
            ),
            (#"{"type": "new_one", "new_one": [1]}"#, "new_one", nil), (#"{"type": "bare"}"#, "bare", nil),
        ] as [(String, String, String?)])
    func nextActions(json: String, type: String, url: String?) async throws {
        let (intent, _) = try await retrieve(JSON.paymentIntent(status: "requires_action", nextAction: json))
        #expect(intent.nextAction == NextAction(type: type, redirectURL: url))
    }

    @Test("Asynchronous capture is automatic capture")
    func captureMethods() async throws {
        let asynchronous = JSON.paymentIntent().replacing(
            #""capture_method": "automatic""#, with: #""capture_method": "automatic_async""#)
        #expect(try await retrieve(asynchronous).intent.captureMethod == .automatic)
        let manual = JSON.paymentIntent().replacing(#""capture_method": "automatic""#, with: #""capture_method": "manual""#)
        #expect(try await retrieve(manual).intent.captureMethod == .manual)
    }
}
