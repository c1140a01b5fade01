import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Stripe's events")
struct EventTests {
    private func parse(_ body: String, with stripe: ScriptedStripe) async throws -> WebhookEvent {
        try await stripe.service.parseWebhookEvent(Self.request(body), in: .testing())
    }

    private func parse(_ body: String) async throws -> WebhookEvent {
        try await parse(body, with: try await ScriptedStripe())
    }

    private static func request(_ body: String) -> WebhookRequest {
        WebhookRequest(headers: [], query: "", body: Array(body.utf8), receivedAt: Timestamp(unixSeconds: 1_767_834_000))
    }

    @Test(
        "An intent's event shows the intent",
        arguments: [
            ("payment_intent.succeeded", "succeeded", .succeeded),
            ("payment_intent.payment_failed", "requires_payment_method", .requiresPaymentMethod),
            ("payment_intent.canceled", "canceled", .canceled), ("payment_intent.processing", "processing", .processing),
            ("payment_intent.requires_action", "requires_action", .requiresAction),
            ("payment_intent.amount_capturable_updated", "requires_capture", .requiresCapture),
            ("payment_intent.created", "requires_payment_method", .requiresPaymentMethod),
        ] as [(String, String, PaymentIntent.Status)])
    func intents(type: String, status: String, expected: PaymentIntent.Status) async throws {
        let event = try await parse(JSON.event(type, JSON.paymentIntent(status: status, latestCharge: "\"ch_1\"")))
        #expect(event.id == "evt_1")
        #expect(event.type == type)
        #expect(event.createdAt == Timestamp(unixSeconds: 1_767_834_000))
        guard case .paymentIntent(let intent) = event.subject else {
            Issue.record("\(event.subject)")
            return
        }
        #expect(intent.status == expected)
        #expect(intent.chargeID == "ch_1")
        #expect(intent.operationID == "1")
    }

    @Test(
        "A refund's event shows the refund",
        arguments: ["refund.created", "refund.updated", "refund.failed", "charge.refund.updated"])
    func refunds(type: String) async throws {
        let event = try await parse(JSON.event(type, JSON.refund(status: "\"failed\"")))
        guard case .refund(let refund) = event.subject else {
            Issue.record("\(event.subject)")
            return
        }
        #expect(refund.id == "re_1")
        #expect(refund.status == .failed)
    }

    @Test("A refunded charge names its intent only")
    func refundedCharge() async throws {
        #expect(try await parse(JSON.event("charge.refunded", JSON.charge())).subject == .refundsOfPaymentIntent(id: "pi_1"))
    }

    @Test(
        "A dispute's event shows the dispute",
        arguments: ["created", "updated", "closed", "funds_withdrawn", "funds_reinstated"].map { "charge.dispute.\($0)" })
    func disputes(type: String) async throws {
        let dispute = Dispute(
            id: "dp_1", paymentIntentID: "pi_1", amount: try .of(9999, "USD"), status: "needs_response", reason: "fraudulent")
        #expect(try await parse(JSON.event(type, JSON.dispute())).subject == .dispute(dispute))
    }

    @Test("What belongs to no payment intent, or is about something else, concerns no payment of the gateway's")
    func others() async throws {
        for body in [
            JSON.event("refund.created", JSON.refund(paymentIntent: "null")),
            JSON.event("charge.refunded", JSON.charge(paymentIntent: "null")),
            JSON.event("charge.dispute.created", JSON.dispute(paymentIntent: "null")),
            JSON.event("charge.succeeded", JSON.charge()),
            JSON.event("customer.created", #"{"id": "cus_1", "object": "customer"}"#),
            JSON.event("balance.available", #"{"object": "balance"}"#),
        ] {
            #expect(try await parse(body).subject == .other)
        }
    }

    @Test("An object that cannot be read is asked for, by whatever id the event has")
    func unreadable() async throws {
        #expect(
            try await parse(JSON.event("payment_intent.succeeded", JSON.paymentIntent(currency: "xxx"))).subject
                == .paymentIntentReference(id: "pi_1"))
        #expect(
            try await parse(JSON.event("payment_intent.succeeded", #"{"id": "pi_1", "object": "payment_intent", "amount": "9"}"#))
                .subject
                == .paymentIntentReference(id: "pi_1"))
        #expect(
            try await parse(JSON.event("refund.created", JSON.refund(currency: "xxx"))).subject
                == .refundsOfPaymentIntent(id: "pi_1"))
        let stripe = try await ScriptedStripe()
        #expect(
            try await parse(JSON.event("charge.dispute.created", #"{"id": "dp_1", "object": "dispute"}"#), with: stripe).subject
                == .other)
        #expect(stripe.log.lines.contains { $0.hasPrefix("warning") && $0.contains("event=evt_1") })
    }

    @Test("A body that is no event is refused", arguments: ["", "[]", "{}", #"{"object": "charge", "id": "ch_1"}"#])
    func noEvent(body: String) async throws {
        let stripe = try await ScriptedStripe()
        let error = try await stripe.failure { try await $0.parseWebhookEvent(Self.request(body), in: .testing()) }
        #expect(error.rejection?.reason == .invalidRequest)
    }

    @Test(
        "An event of the key's other mode changes nothing, and says so",
        arguments: [
            ("sk_live_x", false, true), ("rk_live_x", false, true), ("sk_test_x", true, true), ("rk_test_x", true, true),
            ("sk_live_x", true, false), ("sk_test_x", false, false), ("some_key", true, false), ("some_key", false, false),
        ])
    func modes(key: String, livemode: Bool, ignored: Bool) async throws {
        let stripe = try await ScriptedStripe(settings: ["secret_key": .string(key)])
        let event = try await parse(
            JSON.event("payment_intent.succeeded", JSON.paymentIntent(status: "succeeded"), livemode: livemode), with: stripe)
        #expect((event.subject == .other) == ignored)
        #expect(stripe.log.lines.contains { $0.contains("other mode") } == ignored)
    }

    @Test(
        "An event of an account that the provider does not act for changes nothing",
        arguments: [
            (nil, nil, false), ("acct_1", "acct_1", false), ("acct_1", nil, false), (nil, "acct_1", true),
            ("acct_1", "acct_2", true),
        ] as [(String?, String?, Bool)])
    func accounts(configured: String?, ofEvent: String?, ignored: Bool) async throws {
        let stripe = try await ScriptedStripe(settings: ["stripe_account": configured.map(SettingValue.string) ?? .null])
        let body = JSON.event("payment_intent.succeeded", JSON.paymentIntent(status: "succeeded"), account: ofEvent)
        #expect((try await parse(body, with: stripe).subject == .other) == ignored)
    }

    @Test("A thin event about an intent is a reference to it")
    func thinIntent() async throws {
        let event = try await parse(
            JSON.thinEvent(
                "v1.payment_intent.succeeded",
                related: #"{"id": "pi_1", "type": "payment_intent", "url": "/v1/payment_intents/pi_1"}"#))
        #expect(event.id == "evt_thin")
        #expect(event.createdAt == Timestamp(unixSeconds: 1_767_834_000))
        #expect(event.subject == .paymentIntentReference(id: "pi_1"))
    }

    @Test("A thin event about a refund, a dispute or a refunded charge has it fetched")
    func thinFetches() async throws {
        let refund = try await ScriptedStripe([.stripe(JSON.refund())])
        guard
            case .refund(let fetched) = try await parse(
                JSON.thinEvent("v1.refund.updated", related: #"{"id": "re_1", "type": "refund"}"#), with: refund
            ).subject
        else {
            Issue.record("the refund was not fetched")
            return
        }
        #expect(fetched.id == "re_1")
        #expect(refund.requests.map(\.url) == ["https://api.stripe.com/v1/refunds/re_1"])

        let dispute = try await ScriptedStripe([.stripe(JSON.dispute())])
        guard
            case .dispute = try await parse(
                JSON.thinEvent("v1.charge.dispute.created", related: #"{"id": "dp_1", "type": "dispute"}"#), with: dispute
            ).subject
        else {
            Issue.record("the dispute was not fetched")
            return
        }
        let charge = try await ScriptedStripe([.stripe(JSON.charge())])
        #expect(
            try await parse(JSON.thinEvent("v1.charge.refunded", related: #"{"id": "ch_1", "type": "charge"}"#), with: charge)
                .subject
                == .refundsOfPaymentIntent(id: "pi_1"))
    }

    @Test("A thin event about nothing, something else or an unknown object concerns no payment")
    func thinOthers() async throws {
        #expect(try await parse(JSON.thinEvent("v2.core.event_destination.ping", related: nil)).subject == .other)
        #expect(
            try await parse(JSON.thinEvent("v2.core.account.updated", related: #"{"id": "acct_1", "type": "v2.core.account"}"#))
                .subject
                == .other)
        let stripe = try await ScriptedStripe([.final(JSON.error(#""type": "invalid_request_error""#), status: 404)])
        #expect(
            try await parse(JSON.thinEvent("v1.refund.updated", related: #"{"id": "re_9", "type": "refund"}"#), with: stripe)
                .subject
                == .other)
        #expect(
            try await parse(
                JSON.thinEvent(
                    "v1.payment_intent.succeeded", related: #"{"id": "pi_1", "type": "payment_intent"}"#, context: "\"acct_2\"")
            ).subject == .other)
    }

    @Test("A thin event whose object cannot be fetched now is not lost: the call fails, and Stripe sends it again")
    func thinFailure() async throws {
        let stripe = try await ScriptedStripe([.final("", status: 503)])
        let body = JSON.thinEvent("v1.refund.updated", related: #"{"id": "re_1", "type": "refund"}"#)
        #expect(try await stripe.failure { try await $0.parseWebhookEvent(Self.request(body), in: .testing()) }.unknown != nil)
    }
}
