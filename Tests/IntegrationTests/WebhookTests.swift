import GatewayHarness
import Testing

@Suite("Webhooks", .sharedGateway, .gatewayLogOnFailure, .timeLimit(.minutes(10)))
struct WebhookTests {
    @Test("A webhook for a provider that does not exist answers 404")
    func unknownProvider() async throws {
        let gateway = try GatewayProcess.shared
        let webhook = Webhook("payment_intent.succeeded", intent: "pi_x")
        expectProblem(try await webhook.post(to: gateway, provider: "nobody"), 404, "not_found")
    }

    /// What is wrong with a signature.
    enum Flaw: String, Sendable, CaseIterable {
        case none, otherSecret, bodyChanged, noTimestamp, onlyV0, garbage, stale, fromTheFuture, secretOfAnotherAccount

        func header(for webhook: Webhook) -> String? {
            var other = webhook
            switch self {
            case .none: return nil
            case .otherSecret: other.secret = "not-the-secret"
            case .secretOfAnotherAccount: other.secret = GatewayConfiguration.webhookSecret(of: "mock2")
            case .bodyChanged: other.body += " "
            case .noTimestamp: return webhook.signature.split(separator: ",").last.map(String.init)
            case .onlyV0: return webhook.signature.replacing("v1=", with: "v0=")
            case .garbage: return "t=,v1=,,=;~"
            case .stale: other.time -= 301
            case .fromTheFuture: other.time += 3600
            }
            return other.signature
        }
    }

    @Test("A webhook whose signature proves nothing answers 400, and nothing is written", arguments: Flaw.allCases)
    func badSignature(flaw: Flaw) async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let payment = try await user.begin()
        let webhook = Webhook("payment_intent.succeeded", intent: payment.intent)
        let headers = flaw.header(for: webhook).map { [("Mock-Signature", $0)] } ?? []
        let answer = try await gateway.anonymous.post("/payments/webhooks/mock", webhook.body, headers: headers)
        expectProblem(answer, 400, "invalid_signature")
        #expect(try await gateway.storedWebhooks(containing: webhook.id).isEmpty)
        #expect(try await user.transaction(payment)["status"].string == "requires_payment_method")
    }

    @Test("Any of several signatures suffices, and unknown schemes are passed over")
    func severalSignatures() async throws {
        let gateway = try GatewayProcess.shared
        let webhook = Webhook("payment_intent.succeeded", intent: "pi_of_nobody_\(Token.now)")
        let parts = webhook.signature.split(separator: ",")
        let header = "\(parts[0]),v0=00ff,v1=\(String(repeating: "0", count: 64)),\(parts[1]),v2=x"
        let answer = try await gateway.anonymous.post(
            "/payments/webhooks/mock", webhook.body, headers: [("Mock-Signature", header)])
        #expect(answer.status == 200, "\(answer)")
    }

    @Test("An old timestamp within the tolerance is taken")
    func tolerance() async throws {
        let gateway = try GatewayProcess.shared
        var webhook = Webhook("payment_intent.succeeded", intent: "pi_of_nobody")
        webhook.time -= 60
        #expect(try await webhook.post(to: gateway).status == 200)
    }

    @Test("An event about an intent that the gateway does not know is kept and acknowledged")
    func unknownIntent() async throws {
        let gateway = try GatewayProcess.shared
        let webhook = Webhook("payment_intent.succeeded", intent: "pi_never_made_here")
        let answer = try await webhook.post(to: gateway)
        #expect(answer.status == 200, "\(answer)")
        #expect(answer["received"] == .bool(true), "\(answer)")
        let stored = try await gateway.storedWebhooks(containing: webhook.id)
        #expect(stored.count == 1)
        #expect(stored.first?.values.contains(webhook.body) == true, "the raw body is kept as it came")
    }

    @Test("An event that comes ten times at once is stored once, and each delivery acknowledged")
    func duplicates() async throws {
        let gateway = try GatewayProcess.shared
        let webhook = Webhook("payment_intent.succeeded", intent: "pi_never_made_here")
        let answers = try await atOnce(10) { _ in try await webhook.post(to: gateway) }
        for answer in answers { #expect(answer.status == 200, "\(answer)") }
        #expect(try await gateway.storedWebhooks(containing: webhook.id).count == 1)
    }

    @Test("The provider's own event delivered again changes nothing")
    func redelivery() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let payment = try await user.pay()
        let stored = try await eventually("the provider's event is stored") {
            try await gateway.storedWebhooks(containing: payment.intent).first { row in
                row.values.contains { $0.contains("payment_intent.succeeded") }
            }
        }
        let body = try #require(stored["raw_body"])
        var again = Webhook("payment_intent.succeeded", intent: payment.intent)
        again.body = body
        let historyBefore = try await user.get("/payments/transactions/\(payment.transaction)/events")["data"].elements.count
        #expect(try await again.post(to: gateway).status == 200)
        let historyAfter = try await user.get("/payments/transactions/\(payment.transaction)/events")["data"].elements.count
        #expect(historyAfter == historyBefore)
    }

    @Test("A success over another amount than the books' is not believed: what the provider shows counts")
    func otherAmount() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let payment = try await user.begin("99.99")
        let webhook = Webhook("payment_intent.succeeded", intent: payment.intent, amount: 1)
        #expect(try await webhook.post(to: gateway).status == 200)
        try await eventually("the gateway has asked the provider") {
            try await gateway.storedWebhooks(containing: webhook.id).first?["state"] == "applied"
        }
        let transaction = try await user.transaction(payment)
        #expect(transaction["status"].string == "requires_payment_method", "\(transaction)")
        #expect(transaction["review"] == .null && transaction["amount_captured"] == .number("0.00"), "\(transaction)")
        #expect(try await user.orderStatus(payment) == "pending")
        // It can be paid as if the event had not come.
        #expect(try await user.confirm(payment)["status"].string == "succeeded")
        #expect(try await user.orderStatus(payment) == "completed")
    }

    @Test("A body that is signed and no event answers 400", arguments: ["", "{", "[]", "{}", #"{"id":1}"#])
    func signedGarbage(body: String) async throws {
        let gateway = try GatewayProcess.shared
        var webhook = Webhook("x", intent: "pi_x")
        webhook.body = body
        let answer = try await webhook.post(to: gateway)
        #expect(answer.status == 400, "\(answer)")
    }

    @Test("A webhook larger than 256 KiB answers 413, and nothing is written")
    func tooLarge() async throws {
        let gateway = try GatewayProcess.shared
        var webhook = Webhook("payment_intent.succeeded", intent: "pi_x")
        webhook.body += String(repeating: " ", count: 256 << 10)
        expectProblem(try await webhook.post(to: gateway), 413, "payload_too_large")
        #expect(try await gateway.storedWebhooks(containing: webhook.id).isEmpty)
    }

    @Test("A card number in a webhook is no reason to refuse it")
    func cardNumber() async throws {
        let gateway = try GatewayProcess.shared
        var webhook = Webhook("payment_intent.succeeded", intent: "pi_x")
        webhook.body = webhook.body.replacing(#""metadata":{}"#, with: #""metadata":{"phone":"4242 4242 4242 4242"}"#)
        #expect(try await webhook.post(to: gateway).status == 200)
    }
}
