import GatewayHarness
import Testing

@Suite("The corpus of webhooks", .timeLimit(.minutes(10)))
struct WebhookCorpusTests {
    @Test("has 46 cases and more, each of its own name")
    func size() {
        #expect(WebhookCase.all.count >= 46)
        #expect(Set(WebhookCase.all.map(\.name)).count == WebhookCase.all.count)
        #expect(WebhookCase.all.filter { !$0.isStored }.count >= 46)
    }

    @Test("is answered, each case with its status and its code, and stores what is genuine, once")
    func answered() async throws {
        var configuration = GatewayConfiguration()
        configuration.providers.append(
            GatewayConfiguration.stripe(base: "http://127.0.0.1:9", webhookSecret: WebhookCase.stripeSecret))
        configuration.variables = ["STRIPE_ENABLED": "true", "STRIPE_SECRET_KEY": "sk_test_of_the_corpus"]
        try await withGateway(configuration) { gateway in
            for sent in WebhookCase.all {
                let (answers, event) = try await sent.send(to: gateway)
                for answer in answers {
                    #expect(answer.status == sent.status, "\(sent.name): \(answer)")
                    if let code = sent.code { expectProblem(answer, sent.status, code) }
                    #expect(!answer.text.contains("4242424242424242"), "\(sent.name)")
                }
                let stored = try await gateway.storedWebhooks(containing: event.id)
                #expect(stored.count == (sent.isStored ? 1 : 0), "\(sent.name): \(stored)")
                if let row = stored.first { #expect(row["raw_body"] == event.body, "\(sent.name)") }
            }
            // Events of another mode and of another account are no business of this gateway's.
            for part in [#""livemode":true,"api"#, "acct_of_others"] {
                let rows = try await gateway.storedWebhooks(containing: part)
                #expect(rows.map { $0["state"] } == ["ignored"], "\(part): \(rows)")
            }
            #expect(try await gateway.admin.get("/payments/transactions")["data"].elements.isEmpty)
        }
    }
}
