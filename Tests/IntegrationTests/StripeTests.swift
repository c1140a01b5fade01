import GatewayHarness
import Testing

extension OneAtATime {
    /// The whole gateway with the Stripe module, against a server that nobody here wrote.
    @Suite("Stripe, against localstripe", .timeLimit(.minutes(10)))
    struct StripeTests {
        @Test("A payment is created, confirmed and refunded in part and in whole, and Stripe's books say the same")
        func payment() async throws {
            try await withStripe { gateway, stripe in
                let user = gateway.newUser()
                let payment = try await user.begin("99.99")
                #expect(payment.intent.hasPrefix("pi_"))
                let confirmed = try await user.confirm(payment)
                #expect(confirmed.status == 200, "\(confirmed)")
                #expect(confirmed["status"].string == "succeeded")
                #expect(confirmed["provider"].string == "stripe")
                #expect(confirmed["stripe_payment_intent_id"].string == payment.intent, "clients of the original guide read it")
                #expect(confirmed["provider_charge_id"].string?.hasPrefix("ch_") == true, "\(confirmed)")
                #expect(confirmed["stripe_charge_id"].string == confirmed["provider_charge_id"].string, "\(confirmed)")
                #expect(confirmed["amount_captured"].decimal == "99.99")
                #expect(try await user.orderStatus(payment) == "completed")

                let part = try await user.refund(payment, "50.00", json: #"{"reason":"requested_by_customer"}"#)
                #expect(part.status == 200, "\(part)")
                let refund = try #require(part["refund_id"].string)
                #expect(refund.hasPrefix("re_"))
                #expect(part["message"].string == "Refund processed successfully. Refund ID: \(refund)")
                #expect(try await user.transaction(payment)["status"].string == "partially_refunded")
                let rest = try await user.refund(payment)
                #expect(rest["amount"].decimal == "49.99", "\(rest)")
                #expect(try await user.orderStatus(payment) == "refunded")

                let intent = try await stripe.object("payment_intents/\(payment.intent)", secretKey: Self.secretKey)
                #expect(intent["amount"].integer == 9999)
                #expect(intent["currency"].string == "usd")
                #expect(intent["status"].string == "succeeded")
                #expect(intent["metadata"]["order_id"].string == "\(payment.order)")
                #expect(intent["metadata"]["user_id"].string == user.subject)
                let refunds = try await stripe.object("refunds?payment_intent=\(payment.intent)", secretKey: Self.secretKey)
                #expect(Set(refunds["data"].elements.map { $0["amount"].integer }) == [5000, 4999])
            }
        }

        @Test("Each call speaks Stripe's wire format: pinned version, idempotency key, form encoding, automatic methods")
        func wireFormat() async throws {
            try await withStripe { gateway, stripe in
                let user = gateway.newUser()
                let payment = try await user.begin("12.50", "EUR", more: #","metadata":{"basket":"b-1"}"#)
                _ = try await user.confirm(payment)
                _ = try await user.refund(payment, "2.50")
                let requests = try await stripe.requests()
                #expect(
                    requests.map { $0["path"].string } == [
                        "/v1/payment_intents", "/v1/payment_intents/\(payment.intent)/confirm", "/v1/refunds",
                    ])
                for request in requests {
                    let headers = request["headers"]
                    #expect(headers["stripe-version"].string == "2026-10-28.endive", "\(request)")
                    #expect(headers["idempotency-key"].string?.hasPrefix("gw-") == true, "\(request)")
                    #expect(headers["content-type"].string?.hasPrefix("application/x-www-form-urlencoded") == true, "\(request)")
                    #expect(headers["user-agent"].string?.isEmpty == false, "\(request)")
                }
                try #require(requests.count == 3)
                #expect(Set(requests.map { $0["headers"]["idempotency-key"] }).count == 3)
                let create = requests[0]["parameters"]
                #expect(create["amount"].string == "1250")
                #expect(create["currency"].string == "eur")
                #expect(create["automatic_payment_methods"]["enabled"].string == "true")
                #expect(create["metadata"]["order_id"].string == "\(payment.order)")
                #expect(create["metadata"]["basket"].string == "b-1")
                #expect(!create.has("payment_method_types"), "Stripe refuses it since 2026-09-30")
                #expect(requests[1]["parameters"]["payment_method"].string == "pm_card_visa")
                #expect(requests[2]["parameters"]["amount"].string == "250")
                #expect(requests[2]["parameters"]["payment_intent"].string == payment.intent)
            }
        }

        @Test("A webhook that localstripe signs is taken, stored and applied")
        func webhook() async throws {
            try await withStripe { gateway, _ in
                let user = gateway.newUser()
                let payment = try await user.pay("42.00")
                // localstripe waits for a second before it posts.
                try await eventually("localstripe's event is stored") {
                    try await gateway.storedWebhooks(containing: payment.intent).contains { row in
                        row.values.contains { $0.contains("payment_intent.succeeded") }
                            && row.values.contains { $0.hasPrefix("evt_") }
                    }
                }
                #expect(try await user.transaction(payment)["status"].string == "succeeded")
                #expect(try await user.orderStatus(payment) == "completed")
                let history = try await user.get("/payments/transactions/\(payment.transaction)/events")["data"].elements
                #expect(history.contains { $0["to_status"].string == "succeeded" })
            }
        }

        @Test("A payment that was made without the gateway's doing arrives by webhook alone")
        func paidElsewhere() async throws {
            try await withStripe { gateway, stripe in
                let user = gateway.newUser()
                let payment = try await user.begin("15.00")
                // The payer's browser pays at Stripe; the gateway is not asked.
                try await stripe.post(
                    "payment_intents/\(payment.intent)/confirm", "payment_method=pm_card_visa", secretKey: Self.secretKey)
                try await eventually("the payment is booked") {
                    try await user.transaction(payment)["status"].string == "succeeded"
                }
                #expect(try await user.orderStatus(payment) == "completed")
                let transaction = try await user.transaction(payment)
                #expect(transaction["amount_captured"].decimal == "15", "\(transaction)")
                #expect(transaction["provider_charge_id"].string?.hasPrefix("ch_") == true, "\(transaction)")
            }
        }

        @Test("A webhook with another secret's signature answers 400, and one that is not localstripe's own too")
        func badSignature() async throws {
            try await withStripe { gateway, _ in
                var webhook = Webhook("payment_intent.succeeded", intent: "pi_x")
                webhook.secret = "whsec_another"
                let answer = try await webhook.post(to: gateway, provider: "stripe", header: "Stripe-Signature")
                expectProblem(answer, 400, "invalid_signature")
                webhook.secret = Self.webhookSecret
                let good = try await webhook.post(to: gateway, provider: "stripe", header: "Stripe-Signature")
                #expect(good.status == 200, "\(good)")
                // The whole secret is the key, `whsec_` included.
                webhook.secret = String(Self.webhookSecret.dropFirst("whsec_".count))
                let withoutPrefix = try await webhook.post(to: gateway, provider: "stripe", header: "Stripe-Signature")
                expectProblem(withoutPrefix, 400, "invalid_signature")
            }
        }

        @Test("A card that Stripe declines answers 402 with its code, and another card pays")
        func decline() async throws {
            try await withStripe { gateway, _ in
                let user = gateway.newUser()
                let payment = try await user.begin("30.00")
                let declined = try await user.confirm(payment, "pm_card_chargeCustomerFail")
                expectProblem(declined, 402, "payment_declined")
                #expect(declined["provider_code"].string == "card_declined", "\(declined)")
                let failed = try await user.transaction(payment)
                #expect(failed["status"].string == "failed")
                #expect(failed["error_code"].string == "card_declined")
                #expect(try await user.orderStatus(payment) == "failed")

                let paid = try await user.confirm(payment)
                #expect(paid.status == 200, "\(paid)")
                #expect(paid["status"].string == "succeeded")
                // The late webhook of the declined attempt changes nothing.
                try await eventually("both events are stored") {
                    let stored = try await gateway.storedWebhooks(containing: payment.intent)
                    return stored.contains { $0.values.contains { $0.contains("payment_intent.payment_failed") } }
                        && stored.contains { $0.values.contains { $0.contains("payment_intent.succeeded") } }
                }
                #expect(try await user.transaction(payment)["status"].string == "succeeded")
                #expect(try await user.orderStatus(payment) == "completed")
            }
        }

        @Test("A payment is canceled, and a canceled one cannot be confirmed")
        func cancel() async throws {
            try await withStripe { gateway, stripe in
                let user = gateway.newUser()
                let payment = try await user.begin("30.00")
                let canceled = try await user.post("/payments/\(payment.intent)/cancel", #"{"reason":"requested_by_customer"}"#)
                #expect(canceled.status == 200, "\(canceled)")
                #expect(canceled["status"].string == "canceled")
                #expect(try await user.orderStatus(payment) == "canceled")
                let intent = try await stripe.object("payment_intents/\(payment.intent)", secretKey: Self.secretKey)
                #expect(intent["status"].string == "canceled")
                expectProblem(try await user.confirm(payment), 409, "invalid_state")
            }
        }

        @Test("An authorised payment is captured later")
        func manualCapture() async throws {
            try await withStripe { gateway, _ in
                let user = gateway.newUser()
                let payment = try await user.begin("30.00", more: #","capture_method":"manual""#)
                let authorised = try await user.confirm(payment)
                #expect(authorised["status"].string == "requires_capture", "\(authorised)")
                let captured = try await gateway.admin.post("/payments/\(payment.intent)/capture")
                #expect(captured.status == 200, "\(captured)")
                #expect(captured["status"].string == "succeeded")
                #expect(captured["amount_captured"].decimal == "30")
            }
        }

        @Test("A wrong secret key is the operator's problem, and no word of it is told")
        func wrongKey() async throws {
            try await withStripe(secretKey: "rk_test_refused") { gateway, _ in
                let user = gateway.newUser()
                let order = try await user.createOrder()
                let answer = try await user.requestIntent(order: order)
                expectProblem(answer, 502, "provider_misconfigured")
                #expect(!answer.text.contains("rk_test_refused"))
                #expect(!gateway.everythingWritten.contains("rk_test_refused"))
            }
        }

        @Test("A Stripe that nobody answers for is 503 with Retry-After, and the same key pays once it is back")
        func unreachable() async throws {
            let port = try SocketConnection.freeServerPort()
            try await withGateway(Self.configuration(base: "http://127.0.0.1:\(port)", secretKey: Self.secretKey)) { gateway in
                let user = gateway.newUser()
                let order = try await user.createOrder()
                let answer = try await user.requestIntent(order: order, key: "again")
                expectProblem(answer, 503, "provider_unavailable")
                #expect(answer.header("retry-after").flatMap { Int($0) } != nil, "\(answer)")
                let again = try await user.requestIntent(order: order, key: "again")
                expectProblem(again, 503, "provider_unavailable")
                #expect(again.header("idempotency-replayed") == nil, "a key whose request was never sent is free again")
            }
        }

        @Test("A webhook secret is rolled while the gateway runs: both are taken, then the new one alone")
        func rolledSecret() async throws {
            let base = "http://127.0.0.1:\(try SocketConnection.freeServerPort())"
            var configuration = Self.configuration(base: base, secretKey: Self.secretKey)
            configuration.providers = [
                GatewayConfiguration.stripe(
                    base: base, webhookSecret: #"${STRIPE_WEBHOOK_SECRET}", "${STRIPE_WEBHOOK_SECRET_OLD:-}"#)
            ]
            try await withGateway(configuration, started: false) { gateway in
                func statuses() async throws -> [Int] {
                    var statuses: [Int] = []
                    for secret in ["whsec_old", "whsec_new"] {
                        var webhook = Webhook("customer.created", intent: "pi_x")
                        webhook.secret = secret
                        statuses.append(
                            try await webhook.post(to: gateway, provider: "stripe", header: "Stripe-Signature").status)
                    }
                    return statuses
                }
                func reload(_ secrets: String) async throws -> Int {
                    try gateway.folder.write(secrets, to: ".env")
                    return try await gateway.admin.post("/providers/reload").status
                }
                try gateway.folder.write("STRIPE_WEBHOOK_SECRET=whsec_old\n", to: ".env")
                try await gateway.start()
                #expect(try await statuses() == [200, 400])

                #expect(try await reload("STRIPE_WEBHOOK_SECRET=whsec_new\nSTRIPE_WEBHOOK_SECRET_OLD=whsec_old\n") == 200)
                #expect(try await statuses() == [200, 200])
                #expect(try await reload("") == 422, "a configuration without the secret is refused")
                #expect(try await statuses() == [200, 200], "and what was in use stays")
                #expect(try await reload("STRIPE_WEBHOOK_SECRET=whsec_new\n") == 200)
                #expect(try await statuses() == [400, 200])
                #expect(!gateway.everythingWritten.contains("whsec_"))
            }
        }

        // Made up, and of no use anywhere.
        private static let secretKey = "sk_test_of_localstripe"
        private static let webhookSecret = "whsec_of_localstripe"

        private static func configuration(base: String, secretKey: String) -> GatewayConfiguration {
            var configuration = GatewayConfiguration()
            configuration.providers = [GatewayConfiguration.stripe(base: base, webhookSecret: webhookSecret)]
            configuration.defaultProvider = "stripe"
            configuration.variables = ["STRIPE_ENABLED": "true", "STRIPE_SECRET_KEY": secretKey]
            return configuration
        }

        /// A gateway with Stripe as its only provider, and the localstripe that it talks to, which posts its events back.
        private func withStripe(
            secretKey: String = Self.secretKey, _ body: (GatewayProcess, LocalStripe) async throws -> Void
        ) async throws {
            try await withLocalStripe { stripe in
                try await withGateway(Self.configuration(base: stripe.base, secretKey: secretKey)) { gateway in
                    try await stripe.registerWebhook(
                        url: "http://127.0.0.1:\(gateway.port)/api/v1/payments/webhooks/stripe", secret: Self.webhookSecret
                    )
                    try await body(gateway, stripe)
                }
            }
        }
    }
}
