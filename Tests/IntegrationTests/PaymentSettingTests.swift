import GatewayHarness
import Testing

extension OneAtATime {
    @Suite("The settings of `payments`", .timeLimit(.minutes(10)))
    struct PaymentSettingTests {
        /// A gateway with these settings, at whose mock calls of this kind fail before they do anything.
        private static func configuration(_ settings: String, failing operation: String) -> GatewayConfiguration {
            var configuration = GatewayConfiguration()
            let scenario = "{match: {operation: \(operation)}, fault: error_500_before_effect}"
            configuration.providers = [GatewayConfiguration.mock(more: ", scenarios: [\(scenario)]")]
            configuration.appendix = "payments: { \(settings) }"
            return configuration
        }

        @Test("With refund_duplicates a payment that is paid beside the one of its order is refunded at once")
        func refundDuplicates() async throws {
            try await withGateway(Self.configuration("refund_duplicates: true", failing: "cancel")) { gateway in
                let user = gateway.newUser()
                let first = try await user.begin("20.00")
                #expect(try await user.post("/payments/\(first.intent)/cancel").status == 202)
                let cancellation = try await gateway.database.count("SELECT max(id) FROM operations")
                try await eventually("an operator declares the payment canceled") {
                    let word = ["--as", "succeeded", "--force", "--note", "the provider's support says so"]
                    return try await gateway.command(["operations", "resolve", "\(cancellation)"] + word).end == .exited(0)
                }
                let second = try await user.requestIntent(order: first.order, "20.00")
                let intent = try #require(second["payment_intent_id"].string, "\(second)")
                #expect(try await user.post("/payments/\(intent)/confirm", #"{"payment_method":"pm_card_visa"}"#).status == 200)
                let paid = try await gateway.command(
                    "call", "mock", "event", "payment_intent.succeeded", "--intent", first.intent)
                #expect(paid.end == .exited(0), "\(paid.everything)")
                try await eventually("the first payment's money is back") {
                    try await user.transaction(first)["status"].string == "refunded"
                }
                #expect(try gateway.effects("refund") == 1)
                #expect(try await user.orderStatus(first) == "partially_refunded")
            }
        }

        @Test("After confirm_retry_window a confirmation without an outcome is looked up, and not sent again")
        func confirmRetryWindow() async throws {
            try await withGateway(Self.configuration("confirm_retry_window: 0s", failing: "confirm")) { gateway in
                let user = gateway.newUser()
                let payment = try await user.begin("20.00")
                #expect(try await user.confirm(payment).status == 202)
                let healed = try await gateway.command("call", "mock", "scenario", "set", "[]")
                #expect(healed.end == .exited(0), "\(healed.everything)")
                // Each attempt begins after the one before has ended.
                try await eventually("it was looked up and is looked up again") {
                    try await gateway.database.count("SELECT max(attempts) FROM operations WHERE kind = 'confirm'") >= 3
                }
                #expect(try gateway.effects("confirm") == 0)
                #expect(try await user.transaction(payment)["status"].string == "processing")
            }
        }
    }
}
