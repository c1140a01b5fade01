import GatewayHarness
import Testing

extension OneAtATime {
    @Suite("`gateway wait`", .timeLimit(.minutes(10)))
    struct WaitCommandTests {
        @Test("It ends with 0 when a webhook brings the status, by the transaction, the intent and the order")
        func reached() async throws {
            try await withGateway { gateway in
                let user = gateway.newUser()
                let payment = try await user.begin("20.00")
                let subjects = [
                    ("--transaction", "\(payment.transaction)", "succeeded", "transaction \(payment.transaction)"),
                    ("--intent", payment.intent, "succeeded", "transaction \(payment.transaction)"),
                    ("--order", "\(payment.order)", "completed", "order \(payment.order)"),
                ]
                try await withThrowingTaskGroup { group in
                    for (option, value, status, name) in subjects {
                        group.addTask {
                            let result = try await gateway.command("wait", option, value, "--status", status, "--timeout", "30s")
                            #expect(result.end == .exited(0), "\(result.everything)")
                            #expect(result.output == "\(name) is \(status).\n")
                        }
                    }
                    group.addTask {
                        let paid = try await gateway.command(
                            "call", "mock", "event", "payment_intent.succeeded", "--intent", payment.intent)
                        #expect(paid.end == .exited(0), "\(paid.everything)")
                    }
                    try await group.waitForAll()
                }
                // Without a gateway, and for one of several.
                _ = try await gateway.terminate()
                let result = try await gateway.command(
                    "wait", "--order", "\(payment.order)", "--status", "failed", "--status", "completed")
                #expect(result.end == .exited(0), "\(result.everything)")
            }
        }

        @Test("It ends with 1 and the status where the time is over, or the status is another that stays")
        func others() async throws {
            try await withGateway { gateway in
                let user = gateway.newUser()
                let open = try await user.begin("20.00")
                let declined = try await user.begin("20.00")
                expectProblem(try await user.confirm(declined, "pm_card_chargeDeclined"), 402, "payment_declined")
                let canceled = try await user.begin("20.00")
                #expect(try await user.post("/payments/\(canceled.intent)/cancel").status == 200)
                let cases = [
                    (["--transaction", "\(open.transaction)", "--timeout", "1s"], "is still requires_payment_method after 1 s"),
                    (["--transaction", "\(declined.transaction)"], "is failed, and does not become succeeded by itself"),
                    (["--intent", canceled.intent], "is canceled, and does not become succeeded by itself"),
                    (["--transaction", "999999"], "There is no transaction 999999."),
                    (["--intent", "pi_nobody"], "There is no transaction with this payment intent."),
                ]
                for (words, message) in cases {
                    let result = try await gateway.command(["wait"] + words + ["--status", "succeeded"])
                    #expect(result.end == .exited(1) && result.output.isEmpty, "\(words): \(result.everything)")
                    #expect(
                        result.errors.contains("gateway wait: ") && result.errors.contains(message), "\(words): \(result.errors)")
                }
                let order = try await gateway.command("wait", "--order", "999999", "--status", "completed")
                #expect(order.end == .exited(1) && order.errors.contains("There is no order 999999."), "\(order.everything)")
            }
        }

        @Test(
            "What cannot be waited for is wrong usage",
            arguments: [
                (["--status", "succeeded"], "Name one of --transaction, --intent and --order."),
                (["--transaction", "1", "--order", "1", "--status", "succeeded"], "Name one of"),
                (["--transaction", "1"], "--status"), (["--transaction", "1", "--status", "paid"], "--status paid is none of:"),
                (["--order", "1", "--status", "succeeded"], "--status succeeded is none of: pending, completed"),
                (["--intent", "1", "--status", "succeeded"], "for a number use --transaction"),
                (["--transaction", "1", "--status", "succeeded", "--timeout", "10"], "--timeout"),
            ])
        func usage(words: [String], message: String) async throws {
            try await withGateway(started: false) { gateway in
                let result = try await gateway.command(["wait"] + words)
                #expect(result.end == .exited(64) && result.errors.contains(message), "\(result.everything)")
            }
        }
    }
}
