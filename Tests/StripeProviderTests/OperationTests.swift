import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Stripe's operations on the wire")
struct OperationTests {
    private func creation(_ minorUnits: Int64 = 9999, _ currency: String = "USD") throws -> CreatePaymentIntentRequest {
        CreatePaymentIntentRequest(amount: try .of(minorUnits, currency), orderID: 7, userID: "42")
    }

    @Test("Creating an intent sends every parameter, in Stripe's names")
    func create() async throws {
        let stripe = try await ScriptedStripe([.stripe(JSON.paymentIntent())], settings: ["allow_redirects": .string("never")])
        var request = try creation()
        request.captureMethod = .manual
        request.description = "Tea & cake"
        request.receiptEmail = "a+b@shop.example"
        request.statementDescriptorSuffix = "TEA"
        request.customer = "cus_1"
        request.metadata = ["basket": "b-9"]
        let intent = try await stripe.service.createPaymentIntent(request, as: .testing(), in: .testing())

        let sent = try #require(stripe.requests.first)
        #expect(sent.method == "POST")
        #expect(sent.url == "https://api.stripe.com/v1/payment_intents")
        #expect(
            sent.form == [
                "amount=9999", "currency=usd", "automatic_payment_methods[enabled]=true",
                "automatic_payment_methods[allow_redirects]=never", "capture_method=manual", "description=Tea & cake",
                "receipt_email=a+b@shop.example", "statement_descriptor_suffix=TEA", "customer=cus_1", "metadata[basket]=b-9",
                "metadata[gateway_operation_id]=1", "metadata[order_id]=7", "metadata[user_id]=42",
            ])
        #expect(intent.id == "pi_1")
        #expect(intent.status == .requiresPaymentMethod)
        #expect(intent.amount == request.amount)
        #expect(intent.amountCaptured == 0)
        #expect(intent.clientSecret == JSON.clientSecret)
        #expect(intent.operationID == "1")
        #expect(intent.requestID == "req_1")
    }

    @Test("A plain creation is exactly these bytes")
    func exactBody() async throws {
        let stripe = try await ScriptedStripe([.stripe(JSON.paymentIntent())])
        _ = try await stripe.service.createPaymentIntent(try creation(), as: .testing(), in: .testing())
        #expect(
            String(decoding: try #require(stripe.requests.first).body, as: UTF8.self)
                == "amount=9999&currency=usd&automatic_payment_methods%5Benabled%5D=true"
                + "&automatic_payment_methods%5Ballow_redirects%5D=always&capture_method=automatic"
                + "&metadata%5Bgateway_operation_id%5D=1&metadata%5Border_id%5D=7&metadata%5Buser_id%5D=42")
    }

    @Test("Every call bears the key, the version and the gateway's name; a mutating one its idempotency key")
    func headers() async throws {
        let stripe = try await ScriptedStripe(
            [.stripe(JSON.paymentIntent()), .stripe(JSON.paymentIntent())], settings: ["stripe_account": .string("acct_1")])
        _ = try await stripe.service.createPaymentIntent(try creation(), as: .testing(), in: .testing())
        _ = try await stripe.service.retrievePaymentIntent("pi_1", in: .testing())
        for request in stripe.requests {
            #expect(request.headers.value(of: "Authorization") == "Bearer \(ScriptedStripe.secretKey)")
            #expect(request.headers.value(of: "Stripe-Version") == "2026-10-28.endive")
            #expect(request.headers.value(of: "Stripe-Account") == "acct_1")
            #expect(request.headers.value(of: "User-Agent")?.contains("payment-gateway") == true)
        }
        #expect(stripe.requests.map { $0.headers.value(of: "Idempotency-Key") } == ["gw-test-1", nil])
        #expect(stripe.requests.map { $0.headers.value(of: "Content-Type") } == ["application/x-www-form-urlencoded", nil])
    }

    @Test("Without a connected account there is no Stripe-Account")
    func noAccount() async throws {
        let stripe = try await ScriptedStripe([.stripe(JSON.paymentIntent())])
        _ = try await stripe.service.retrievePaymentIntent("pi_1", in: .testing())
        #expect(stripe.requests.first?.headers.value(of: "Stripe-Account") == nil)
    }

    @Test("Retrieving expands the charge, and fills in what only the charge knows")
    func retrieve() async throws {
        let stripe = try await ScriptedStripe([
            .stripe(
                JSON.paymentIntent(
                    received: 9999, status: "succeeded", latestCharge: JSON.charge(), paymentMethod: "\"pm_1\"",
                    more: #", "customer": "cus_1""#))
        ])
        let intent = try await stripe.service.retrievePaymentIntent("pi_1", in: .testing())
        #expect(stripe.requests.first?.method == "GET")
        #expect(stripe.requests.first?.url == "https://api.stripe.com/v1/payment_intents/pi_1?expand%5B%5D=latest_charge")
        #expect(intent.status == .succeeded)
        #expect(intent.amountCaptured == 9999)
        #expect(intent.paymentMethod == "card")
        #expect(intent.chargeID == "ch_1")
    }

    @Test(
        "An id never changes the path",
        arguments: [
            ("../x", "%2E%2E%2Fx"), ("pi_1/cancel", "pi_1%2Fcancel"), ("pi_1?a=b#c", "pi_1%3Fa%3Db%23c"),
            ("%2e%2e", "%252e%252e"),
        ])
    func hostileID(id: String, encoded: String) async throws {
        let stripe = try await ScriptedStripe([.final(JSON.error(#""type": "invalid_request_error""#), status: 404)])
        let error = try await stripe.failure { try await $0.retrievePaymentIntent(id, in: .testing()) }
        #expect(stripe.requests.first?.address == "https://api.stripe.com/v1/payment_intents/\(encoded)")
        #expect(error.rejection?.reason == .notFound)
    }

    @Test("An id that is empty or only dots is not found, and nothing is sent", arguments: ["", ".", "..", "..."])
    func emptyID(id: String) async throws {
        let stripe = try await ScriptedStripe()
        let error = try await stripe.failure { try await $0.retrieveRefund(id, in: .testing()) }
        #expect(error.rejection?.reason == .notFound)
        #expect(stripe.requests.isEmpty)
    }

    @Test("Confirming takes the return_url of the request before that of the settings")
    func confirm() async throws {
        let answer = JSON.paymentIntent(
            status: "requires_action",
            nextAction:
                #"{"type": "redirect_to_url", "redirect_to_url": {"url": "https://hooks.stripe.com/3ds", "return_url": null}}"#)
        let stripe = try await ScriptedStripe([.stripe(answer), .stripe(answer)])
        var request = ConfirmPaymentRequest(paymentIntentID: "pi_1")
        request.paymentMethod = "pm_card_visa"
        let intent = try await stripe.service.confirmPayment(request, as: .testing(), in: .testing())
        request.returnURL = "https://shop.example/orders/7"
        _ = try await stripe.service.confirmPayment(request, as: .testing("2"), in: .testing())

        #expect(
            stripe.requests.map(\.url) == Array(repeating: "https://api.stripe.com/v1/payment_intents/pi_1/confirm", count: 2))
        #expect(
            stripe.requests.map(\.form) == [
                ["payment_method=pm_card_visa", "return_url=https://shop.example/return", "expand[]=latest_charge"],
                ["payment_method=pm_card_visa", "return_url=https://shop.example/orders/7", "expand[]=latest_charge"],
            ])
        #expect(intent.nextAction == NextAction(type: "redirect_to_url", redirectURL: "https://hooks.stripe.com/3ds"))
    }

    @Test("Confirming without any return_url is refused by field, unless redirects are off")
    func confirmWithoutReturnURL() async throws {
        let stripe = try await ScriptedStripe(settings: ["return_url": .null])
        let request = ConfirmPaymentRequest(paymentIntentID: "pi_1")
        let error = try await stripe.failure { try await $0.confirmPayment(request, as: .testing(), in: .testing()) }
        #expect(error.rejection?.reason == .invalidRequest)
        #expect(error.rejection?.field == "return_url")
        #expect(stripe.requests.isEmpty)

        let without = try await ScriptedStripe(
            [.stripe(JSON.paymentIntent(status: "succeeded"))],
            settings: ["return_url": .null, "allow_redirects": .string("never")])
        _ = try await without.service.confirmPayment(request, as: .testing(), in: .testing())
        #expect(without.requests.first?.form == ["expand[]=latest_charge"])
    }

    @Test("Capturing sends the amount to capture")
    func capture() async throws {
        let stripe = try await ScriptedStripe([.stripe(JSON.paymentIntent(received: 4000, status: "succeeded"))])
        let request = CapturePaymentRequest(paymentIntentID: "pi_1", amount: try .of(4000, "USD"))
        let intent = try await stripe.service.capturePayment(request, as: .testing(), in: .testing())
        #expect(stripe.requests.first?.url == "https://api.stripe.com/v1/payment_intents/pi_1/capture")
        #expect(stripe.requests.first?.form == ["amount_to_capture=4000", "expand[]=latest_charge"])
        #expect(intent.amountCaptured == 4000)
    }

    @Test("A capture of another amount than asked for is not believed")
    func otherCapture() async throws {
        let stripe = try await ScriptedStripe([.stripe(JSON.paymentIntent(received: 9999, status: "succeeded"))])
        let request = CapturePaymentRequest(paymentIntentID: "pi_1", amount: try .of(4000, "USD"))
        #expect(try await stripe.failure { try await $0.capturePayment(request, as: .testing(), in: .testing()) }.unknown != nil)
    }

    @Test("Cancelling sends the reason under Stripe's name")
    func cancel() async throws {
        let stripe = try await ScriptedStripe([.stripe(JSON.paymentIntent(status: "canceled"))])
        var request = CancelPaymentRequest(paymentIntentID: "pi_1")
        request.reason = "abandoned"
        let intent = try await stripe.service.cancelPayment(request, as: .testing(), in: .testing())
        #expect(stripe.requests.first?.url == "https://api.stripe.com/v1/payment_intents/pi_1/cancel")
        #expect(stripe.requests.first?.form == ["cancellation_reason=abandoned", "expand[]=latest_charge"])
        #expect(intent.status == .canceled)
    }

    @Test("Refunding sends intent, amount, reason and metadata with the operation's id")
    func refund() async throws {
        let stripe = try await ScriptedStripe([.stripe(JSON.refund())])
        var request = CreateRefundRequest(paymentIntentID: "pi_1", amount: try .of(500, "USD"))
        request.reason = "requested_by_customer"
        request.metadata = ["ticket": "T-1"]
        let refund = try await stripe.service.createRefund(request, as: .testing(), in: .testing())
        #expect(stripe.requests.first?.url == "https://api.stripe.com/v1/refunds")
        #expect(stripe.requests.first?.headers.value(of: "Idempotency-Key") == "gw-test-1")
        #expect(
            stripe.requests.first?.form == [
                "payment_intent=pi_1", "amount=500", "reason=requested_by_customer", "metadata[gateway_operation_id]=1",
                "metadata[ticket]=T-1",
            ])
        #expect(refund.id == "re_1")
        #expect(refund.status == .succeeded)
        #expect(refund.operationID == "1")
        #expect(refund.requestID == "req_1")
    }

    @Test("Retrieving a refund addresses it by its id")
    func retrieveRefund() async throws {
        let stripe = try await ScriptedStripe([.stripe(JSON.refund(status: "\"pending\""))])
        let refund = try await stripe.service.retrieveRefund("re_1", in: .testing())
        #expect(stripe.requests.first?.url == "https://api.stripe.com/v1/refunds/re_1")
        #expect(refund.status == .pending)
    }

    @Test("An answer about another object, amount or currency is unknown, never a success")
    func wrongAnswers() async throws {
        let request = try creation()
        for answer in [
            JSON.paymentIntent(amount: 99), JSON.paymentIntent(currency: "eur"), JSON.paymentIntent(operation: "2"),
            JSON.paymentIntent(currency: "xxx"), #"{"id": "pi_1"}"#, "<html>", "",
        ] {
            let stripe = try await ScriptedStripe([.stripe(answer)])
            let error = try await stripe.failure { try await $0.createPaymentIntent(request, as: .testing(), in: .testing()) }
            #expect(error.unknown?.requestID == "req_1", "\(answer)")
        }
        let other = try await ScriptedStripe([.stripe(JSON.paymentIntent(id: "pi_2"))])
        let confirmation = ConfirmPaymentRequest(paymentIntentID: "pi_1")
        #expect(
            try await other.failure { try await $0.confirmPayment(confirmation, as: .testing(), in: .testing()) }.unknown != nil)

        let refund = CreateRefundRequest(paymentIntentID: "pi_1", amount: try .of(500, "USD"))
        for answer in [JSON.refund(amount: 5), JSON.refund(paymentIntent: "\"pi_2\""), JSON.refund(paymentIntent: "null")] {
            let stripe = try await ScriptedStripe([.stripe(answer)])
            #expect(try await stripe.failure { try await $0.createRefund(refund, as: .testing(), in: .testing()) }.unknown != nil)
        }
    }

    @Test("What the provider can do follows from its settings")
    func capabilities() async throws {
        let stripe = try await ScriptedStripe()
        #expect(stripe.service.capabilities.webhooks)
        #expect(stripe.service.capabilities.manualCapture && stripe.service.capabilities.partialRefunds)
        #expect(stripe.service.idempotencyKeyMemory < .seconds(23 * 3600))
        let silent = try await ScriptedStripe(settings: ["webhook_secrets": .list([])])
        #expect(!silent.service.capabilities.webhooks)
    }
}
