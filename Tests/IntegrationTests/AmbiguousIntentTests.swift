import GatewayHarness
import Testing

extension OneAtATime {
    @Suite("The same intent id at two providers", .timeLimit(.minutes(10)))
    struct AmbiguousIntentTests {
        @Test("It answers 409 until the request says which")
        func ambiguous() async throws {
            var configuration = GatewayConfiguration()
            // The same seed and a fresh journal each: the first intents of both bear the same id.
            configuration.providers = ["mock", "mock2"].map { name in
                GatewayConfiguration.mock(named: name).replacing("settings: {", with: "settings: { seed: 7,")
            }
            try await withGateway(configuration) { gateway in
                let user = gateway.newUser()
                let first = try await user.begin("10.00", more: #","provider":"mock""#)
                let second = try await user.begin("20.00", more: #","provider":"mock2""#)
                try #require(first.intent == second.intent)

                expectProblem(try await user.get("/payments/\(first.intent)"), 409, "ambiguous_intent")
                expectProblem(try await user.confirm(first), 409, "ambiguous_intent")
                let path = "/payments/\(first.intent)"
                #expect(try await user.get("\(path)?provider=mock")["id"].integer == first.transaction)
                #expect(try await user.get("\(path)?provider=mock2")["id"].integer == second.transaction)
                let paid = try await user.post("\(path)/confirm?provider=mock2", #"{"payment_method":"pm_card_visa"}"#)
                #expect(paid["id"].integer == second.transaction, "\(paid)")
                let refunded = try await user.post("\(path)/refund?provider=mock2&amount=5")
                #expect(refunded.status == 200, "\(refunded)")
                #expect(try await user.transaction(first)["status"].string == "requires_payment_method")
                #expect(try await user.transaction(second)["amount_refunded"].decimal == "5")
            }
        }
    }
}
