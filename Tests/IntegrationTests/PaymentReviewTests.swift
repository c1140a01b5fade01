import GatewayHarness
import Testing

extension OneAtATime {
    @Suite("Payments with a discrepancy", .timeLimit(.minutes(10)))
    struct PaymentReviewTests {
        /// A gateway at whose mock one call of this kind goes wrong.
        private static func configuration(_ operation: String, _ fault: String) -> GatewayConfiguration {
            var configuration = GatewayConfiguration()
            let scenario = "{match: {operation: \(operation)}, fault: \(fault), times: 1}"
            configuration.providers = [GatewayConfiguration.mock(more: ", scenarios: [\(scenario)]")]
            return configuration
        }

        @Test(
            "One whose capture differs waits for a person, and --accept lets the books stand, with a gateway and without one",
            arguments: [true, false])
        func accept(isRunning: Bool) async throws {
            try await withGateway(Self.configuration("confirm", "wrong_amount")) { gateway in
                let user = gateway.newUser()
                let payment = try await user.begin("20.00")
                let confirmed = try await user.confirm(payment)
                #expect(confirmed.status == 200 && confirmed["status"].string == "succeeded", "\(confirmed)")
                #expect(confirmed["amount_captured"] == .number("20.01") && confirmed["review"] != .null, "\(confirmed)")
                try await eventually("the mock's webhook is applied") {
                    try await gateway.database.count("SELECT count(*) FROM webhook_events WHERE state <> 'pending'") == 1
                }
                #expect(try await user.orderStatus(payment) == "pending")
                let refused = try await user.requestIntent(order: payment.order, "20.00")
                expectProblem(refused, 409, "payment_in_review")
                #expect(refused["review_code"].string == "captured_more", "\(refused)")

                if !isRunning { _ = try await gateway.terminate() }
                let listed = try await gateway.command("payments", "--json")
                let line = try #require(try JSONText(parsing: listed.output).elements.first, "\(listed.everything)")
                #expect(line["transaction_id"].integer == payment.transaction && line["code"].string == "captured_more")
                #expect(line["detail"].string?.contains("20.01 USD") == true, "\(line)")
                let resolved = try await gateway.command(
                    "payments", "resolve", "\(payment.transaction)", "--accept", "--note", "a tip, says the shop")
                #expect(resolved.end == .exited(0), "\(resolved.everything)")
                #expect(resolved.output == "transaction \(payment.transaction): succeeded\nNo discrepancy is open.\n")
                #expect(try await gateway.command("payments").output == "No discrepancy is open.\n")
                let told = try await gateway.command("explain", "\(payment.transaction)").output
                #expect(told.contains("captured_more: a tip, says the shop") && told.contains("operator:"), "\(told)")
                let again = try await gateway.command(
                    "payments", "resolve", "\(payment.transaction)", "--accept", "--note", "once more")
                #expect(again.end == .exited(1) && again.errors.contains("no open discrepancy"), "\(again.everything)")

                if !isRunning { try await gateway.start() }
                #expect(try await user.transaction(payment)["review"] == .null)
                #expect(try await user.orderStatus(payment) == "completed")
            }
        }

        @Test("--refund gives everything back by an ordinary refund")
        func refund() async throws {
            try await withGateway(Self.configuration("confirm", "wrong_id")) { gateway in
                let user = gateway.newUser()
                let payment = try await user.begin("20.00")
                let confirmed = try await user.confirm(payment)
                #expect(confirmed.status == 202 && confirmed["review"]["code"].string == "object_differs", "\(confirmed)")
                try await eventually("the gateway has found the payment") {
                    try await user.transaction(payment)["status"].string == "succeeded"
                }
                let resolved = try await gateway.command(
                    "payments", "resolve", "\(payment.transaction)", "--refund", "--note", "two payments at the provider")
                #expect(resolved.end == .exited(0) && resolved.output.contains("The money goes back"), "\(resolved.everything)")
                try await eventually("the money is back") {
                    try await user.transaction(payment)["status"].string == "refunded"
                }
                #expect(try gateway.effects("refund") == 1)
                // The money may still be at the other object: that stays a person's question, until it is accepted.
                #expect(try await user.transaction(payment)["review"]["code"].string == "object_differs")
                let accepted = try await gateway.command(
                    "payments", "resolve", "\(payment.transaction)", "--accept", "--note", "the other one was canceled")
                #expect(accepted.end == .exited(0), "\(accepted.everything)")
                #expect(try await gateway.command("payments").output == "No discrepancy is open.\n")
            }
        }

        @Test("One that the provider no longer shows is closed by the question before the decision, and the payment goes on")
        func closedByQuestion() async throws {
            try await withGateway(Self.configuration("create", "wrong_amount")) { gateway in
                let user = gateway.newUser()
                let payment = try await user.begin("20.00")
                #expect(try await user.transaction(payment)["review"]["code"].string == "amount_differs")
                expectProblem(try await user.confirm(payment), 409, "payment_in_review")
                expectProblem(try await gateway.admin.post("/payments/\(payment.intent)/capture"), 409, "payment_in_review")
                let resolved = try await gateway.command(
                    "payments", "resolve", "\(payment.transaction)", "--refund", "--note", "another amount")
                #expect(resolved.end == .exited(1), "\(resolved.everything)")
                #expect(resolved.errors.contains("amount_differs is closed"), "\(resolved.errors)")
                #expect(try await user.transaction(payment)["review"] == .null)
                #expect(try await user.confirm(payment).status == 200)
            }
        }

        @Test("One that is none is not resolved", arguments: [true, false])
        func unknown(isRunning: Bool) async throws {
            try await withGateway { gateway in
                _ = try await gateway.newUser().pay()
                if !isRunning { _ = try await gateway.terminate() }
                for (number, cause) in [("1", "has no open discrepancy"), ("4711", "no payment 4711")] {
                    let result = try await gateway.command("payments", "resolve", number, "--refund", "--note", "x")
                    #expect(result.end == .exited(1) && result.output.isEmpty, "\(result.everything)")
                    #expect(result.errors.contains(cause), "\(result.errors)")
                }
                #expect(try await gateway.database.count("SELECT count(*) FROM operations WHERE kind = 'refund'") == 0)
            }
        }
    }
}
