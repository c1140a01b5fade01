import GatewayHarness
import Testing

extension OneAtATime {
    @Suite("Commands of operators", .timeLimit(.minutes(10)))
    struct OperatorCommandTests {
        @Test("What a killed gateway left open is shown, and `reconcile` settles it without a gateway")
        func reconcile() async throws {
            try await withGateway(.losesRefunds) { gateway in
                let lost = try await gateway.loseRefund()

                let open = try await gateway.command("operations", "--open", "--json")
                #expect(open.end == .exited(0), "\(open.everything)")
                let line = try #require(try JSONText(parsing: open.output)["operations"].elements.first, "\(open.output)")
                #expect(line["id"].integer == lost.operation && line["kind"].string == "refund")
                #expect(line["state"].string == "pending" && line["attempts"].integer == 1)
                let table = try await gateway.command("operations", "--open")
                #expect(table.output.hasPrefix("ID ") && table.output.contains("refund"), "\(table.output)")

                let result = try await gateway.command("reconcile", "--fail-if-open")
                #expect(result.end == .exited(0), "\(result.everything)")
                #expect(
                    result.output.contains("succeeded") && result.output.contains("1 operation looked at, 1 of them settled"))
                #expect(try gateway.effects("refund") == 1, "it was found, and not made again")
                let ended = try JSONText(parsing: try await gateway.command("operations", "--json").output)
                #expect(ended.elements.map { $0["state"].string }.contains("succeeded"))
                #expect(ended.elements.allSatisfy { $0["next"].string == nil }, "what has ended has nothing next: \(ended)")
                #expect(try await gateway.command("operations", "--open").output == "Nothing is open.\n")

                try await gateway.start()
                let status = try await gateway.admin.transaction(lost.payment)["status"].string
                #expect(status == "partially_refunded")
            }
        }

        @Test("What is open is an operation or a discrepancy, and both are listed")
        func discrepancies() async throws {
            var configuration = GatewayConfiguration()
            configuration.providers = [
                GatewayConfiguration.mock(
                    more: ", webhooks: false, scenarios: [{match: {operation: confirm}, fault: wrong_amount}]")
            ]
            try await withGateway(configuration) { gateway in
                let user = gateway.newUser()
                let payment = try await user.begin()
                #expect(try await gateway.command("operations", "--open").output == "Nothing is open.\n")
                #expect(try await user.confirm(payment).status == 200)
                let table = try await gateway.command("operations", "--open")
                #expect(
                    table.end == .exited(0) && table.output.hasPrefix("Open discrepancies:\nTRANSACTION "), "\(table.everything)")
                #expect(table.output.contains("amount_differs"), "\(table.output)")
                let json = try JSONText(parsing: try await gateway.command("operations", "--open", "--json").output)
                #expect(json["operations"].elements.isEmpty, "\(json)")
                let line = try #require(json["discrepancies"].elements.first, "\(json)")
                #expect(line["transaction_id"].integer == payment.transaction && line["code"].string == "amount_differs")
                let all = try await gateway.command("operations", "--json")
                #expect(try JSONText(parsing: all.output).elements.count == 2, "without --open it is a list: \(all.output)")
            }
        }

        @Test("A gateway that runs does what the commands ask: reconcile tells what stays open, resolve ends it by hand")
        func throughTheSocket() async throws {
            try await withGateway(.losesRefunds) { gateway in
                let lost = try await gateway.loseRefund()
                // The provider cannot be asked: its module is gone from the configuration.
                try gateway.reconfigure {
                    $0.providers = [GatewayConfiguration.mock(named: "mock2")]
                    $0.defaultProvider = "mock2"
                }
                try await gateway.start()

                // Recovery may be at work on it at any one moment, and it is left to it then.
                try await eventually("it was looked at") {
                    let result = try await gateway.command("reconcile", "--json", "--fail-if-open")
                    #expect(result.end == .exited(1), "\(result.everything)")
                    let lines = try JSONText(parsing: result.output)["lines"].elements
                    return lines.map { $0["after"].string } == ["unknown"]
                }

                func resolve(_ more: String...) async throws -> CommandResult {
                    try await eventually("the gateway is not at work on it") {
                        let result = try await gateway.command(
                            ["operations", "resolve", "\(lost.operation)", "--as", "succeeded", "--object", lost.refund]
                                + ["--note", "seen in the provider's book"] + more)
                        return result.errors.contains("works on the operation") ? nil : result
                    }
                }
                let unverified = try await resolve()
                #expect(unverified.end == .exited(1), "\(unverified.everything)")
                #expect(unverified.errors.contains("could not be asked. Try again, or use --force."), "\(unverified.errors)")
                let resolved = try await resolve("--force")
                #expect(resolved.end == .exited(0), "\(resolved.everything)")
                #expect(resolved.output.contains("unknown -> succeeded"), "\(resolved.output)")
                #expect(resolved.output.contains("succeeded -> partially_refunded"), "\(resolved.output)")

                let told = try await gateway.command("explain", "\(lost.payment.transaction)")
                #expect(
                    told.output.contains("seen in the provider's book") && told.output.contains("operator:"), "\(told.output)")
                let again = try await gateway.command(
                    "operations", "resolve", "\(lost.operation)", "--as", "failed", "--note", "a second thought")
                #expect(again.end == .exited(1) && again.errors.contains("has ended"), "\(again.everything)")
            }
        }

        @Test("`explain` tells a refunded payment by number and by intent, with the requests' ids and without its secret")
        func explain() async throws {
            try await withGateway { gateway in
                let user = gateway.newUser()
                let order = try await user.createOrder()
                let created = try await user.requestIntent(order: order, key: "key-of-explain")
                let secret = try #require(created["client_secret"].string)
                let intent = try #require(created["payment_intent_id"].string)
                let number = try #require(created["transaction_id"].integer)
                let payment = Payment(order: order, intent: intent, transaction: number)
                _ = try await user.confirm(payment)
                _ = try await user.refund(payment, "10.00")
                try await eventually("the provider's events have arrived") {
                    try await gateway.database.count("SELECT count(*) FROM webhook_events WHERE state = 'applied'") == 3
                }

                let told = try await gateway.command("explain", intent)
                #expect(told.end == .exited(0), "\(told.everything)")
                let requestID = try #require(created.header("x-request-id"))
                for text in [
                    "Transaction \(number) of order \(order)", requestID, "key-of-explain", "payment_intent.succeeded",
                    "10.00 USD",
                    "-> partially_refunded", "Now: partially_refunded", "Next (nobody)",
                ] { #expect(told.output.contains(text), "\(text) in\n\(told.output)") }
                #expect(!told.output.contains(secret))
                let json = try await gateway.command("explain", "\(number)", "--json")
                #expect(try JSONText(parsing: json.output)["status"].string == "partially_refunded")
                #expect(!json.output.contains(secret))

                _ = try await gateway.terminate()
                #expect(try await gateway.command("explain", intent).output == told.output, "it needs no gateway")
                let unknown = try await gateway.command("explain", "pi_of_nobody")
                #expect(unknown.end == .exited(1) && unknown.output.isEmpty && unknown.errors.contains("no transaction"))
            }
        }

        @Test("An ignored event is replayed, through a gateway and without one", arguments: [true, false])
        func replay(isRunning: Bool) async throws {
            try await withGateway { gateway in
                var webhook = Webhook("customer.created", intent: "cus_1")
                webhook.body = webhook.body.replacing(#""object":"payment_intent""#, with: #""object":"customer""#)
                #expect(try await webhook.post(to: gateway).status == 200)
                if !isRunning { _ = try await gateway.terminate() }
                let listed = try await gateway.command("webhooks", "--state", "ignored", "--json")
                let line = try #require(try JSONText(parsing: listed.output).elements.first, "\(listed.everything)")
                #expect(line["event"].string == webhook.id && line["provider"].string == "mock")

                let result = try await gateway.command("webhooks", "replay", "--event", webhook.id)
                #expect(result.end == .exited(0), "\(result.everything)")
                #expect(
                    result.output.contains(webhook.id) && result.output.contains("1 replayed: 1 ignored."), "\(result.output)")
                let none = try await gateway.command("webhooks", "replay", "--state", "contradicted")
                #expect(none.output == "0 replayed.\n", "\(none.everything)")
            }
        }

        @Test("Events that were applied are replayed without a change of the books")
        func replayOfApplied() async throws {
            try await withGateway { gateway in
                let user = gateway.newUser()
                let payment = try await user.pay()
                _ = try await user.refund(payment, "10.00")
                try await eventually("the provider's events have arrived") {
                    try await gateway.database.count("SELECT count(*) FROM webhook_events WHERE state = 'applied'") == 3
                }
                func books() async throws -> [JSONText] {
                    var rows: [JSONText] = []
                    for table in ["orders", "payment_transactions", "refunds", "operations"] {
                        rows += try await gateway.database.rows("SELECT * FROM \(table) ORDER BY id")
                    }
                    return rows
                }
                let before = try await books()
                let result = try await gateway.command("webhooks", "replay", "--state", "applied")
                #expect(result.end == .exited(0), "\(result.everything)")
                #expect(result.output.contains("3 replayed: 3 applied."), "\(result.output)")
                #expect(try await books() == before)
            }
        }

        @Test("An operation that is none is not resolved, and the books stay as they are", arguments: [true, false])
        func unknownOperation(isRunning: Bool) async throws {
            try await withGateway { gateway in
                _ = try await gateway.newUser().pay()
                if !isRunning { _ = try await gateway.terminate() }
                let result = try await gateway.command(
                    "operations", "resolve", "4711", "--as", "failed", "--note", "seen nowhere")
                #expect(result.end == .exited(1) && result.output.isEmpty, "\(result.everything)")
                #expect(result.errors.contains("there is no operation 4711"), "\(result.errors)")
                #expect(try await gateway.database.count("SELECT count(*) FROM operations WHERE state <> 'succeeded'") == 0)
            }
        }

        @Test(
            "Wrong usage is 64, before anything is read",
            arguments: [
                ["operations", "--limit", "0"], ["operations", "resolve"],
                ["operations", "resolve", "1", "--as", "maybe", "--note", "x"],
                ["operations", "resolve", "1", "--as", "failed"],
                ["operations", "resolve", "1", "--as", "failed", "--note", " "],
                ["operations", "resolve", "x", "--as", "failed", "--note", "x"],
                ["operations", "resolve", "1", "--as", "failed", "--note", "paid with 4242 4242 4242 4242"],
                ["operations", "resolve", "1", "--as", "failed", "--note", String(repeating: "a", count: 501)], ["explain"],
                ["payments", "--limit", "0"], ["payments", "resolve", "--accept", "--note", "x"],
                ["payments", "resolve", "0", "--accept", "--note", "x"], ["payments", "resolve", "1", "--accept"],
                ["payments", "resolve", "1", "--note", "x"], ["payments", "resolve", "1", "--accept", "--refund", "--note", "x"],
                ["payments", "resolve", "1", "--accept", "--note", " "],
                ["payments", "resolve", "1", "--refund", "--note", "paid with 4242 4242 4242 4242"],
                ["webhooks", "replay"], ["webhooks", "replay", "--state", "done"],
                ["webhooks", "replay", "--since", "yesterday"],
                ["webhooks", "--limit", "-1"], ["reconcile", "now"],
            ])
        func usage(arguments: [String]) async throws {
            let result = try await run(TestPaths.gateway, arguments)
            #expect(result.end == .exited(64), "\(result.end): \(result.everything)")
            #expect(!result.errors.isEmpty && result.output.isEmpty, "\(result.output)")
            #expect(!result.errors.contains("4242"), "\(result.errors)")
        }

        @Test(
            "Without a database the commands say so, and make none",
            arguments: [
                ["operations"], ["explain", "1"], ["reconcile"], ["webhooks"], ["webhooks", "replay", "--provider", "mock"],
                ["payments"], ["payments", "resolve", "1", "--accept", "--note", "x"],
            ])
        func noDatabase(arguments: [String]) async throws {
            try await withGateway(started: false) { gateway in
                let result = try await run(
                    TestPaths.gateway, arguments + ["--config", gateway.folder.path("providers.yaml")],
                    environment: gateway.environment)
                #expect(result.end == .exited(1), "\(result.everything)")
                #expect(result.errors.contains("gateway.db"), "\(result.errors)")
                #expect(!gateway.folder.exists("var/gateway.db"))
            }
        }

        @Test(
            "--help teaches each command",
            arguments: [
                ["operations", "list"], ["operations", "resolve"], ["explain"], ["reconcile"], ["webhooks", "list"],
                ["webhooks", "replay"], ["payments", "list"], ["payments", "resolve"],
            ])
        func help(command: [String]) async throws {
            let result = try await run(TestPaths.gateway, command + ["--help"])
            #expect(result.end == .exited(0) && result.output.contains("gateway \(command.joined(separator: " "))"))
            #expect(result.output.contains("--config"), "\(result.output)")
        }
    }
}
