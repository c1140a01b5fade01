import GatewayHarness
import Testing

extension OneAtATime {
    @Suite("Commands that providers offer", .timeLimit(.minutes(10)))
    struct ProviderCommandTests {
        @Test("The mock's are listed and run, in the gateway that runs: a scenario strikes its next payment")
        func running() async throws {
            try await withGateway { gateway in
                let listed = try await gateway.command("call", "mock")
                #expect(listed.end == .exited(0) && listed.output.contains("scenario list | set JSON"), "\(listed.everything)")

                let user = gateway.newUser()
                let payment = try await user.begin("20.00")
                let set = try await gateway.command(
                    "call", "mock", "scenario", "set", #"[{"match":{"operation":"confirm"},"outcome":"decline","times":1}]"#)
                #expect(set.end == .exited(0), "\(set.everything)")
                expectProblem(try await user.confirm(payment), 402, "payment_declined")
                #expect(try await user.confirm(payment).status == 200)

                let ledger = try await gateway.command("call", "mock", "ledger", "--json")
                let effects = try JSONText(parsing: ledger.output).elements.map { $0["operation"].string }
                #expect(effects == ["create", "decline", "confirm"], "\(ledger.everything)")
                #expect(try await gateway.command("call", "mock2", "ledger").output == "The journal is empty.\n")
            }
        }

        @Test("An event that is asked for changes the mock's object and reaches the books by webhook")
        func event() async throws {
            try await withGateway { gateway in
                let user = gateway.newUser()
                let payment = try await user.begin("20.00")
                let paid = try await gateway.command(
                    "call", "mock", "event", "payment_intent.succeeded", "--intent", payment.intent)
                #expect(paid.end == .exited(0) && paid.output.hasPrefix("evt_mock_"), "\(paid.everything)")
                try await eventually("the order is paid") { try await user.orderStatus(payment) == "completed" }

                let back = try await gateway.command(
                    "call", "mock", "event", "charge.refunded", "--intent", payment.intent, "--amount", "500")
                #expect(back.end == .exited(0), "\(back.everything)")
                try await eventually("the refund made elsewhere is booked") {
                    try await user.transaction(payment)["amount_refunded"].decimal == "5"
                }
                for (type, more, status) in [
                    ("charge.dispute.created", [], "needs_response"), ("charge.dispute.closed", ["--status", "lost"], "lost"),
                ] {
                    let told = try await gateway.command(["call", "mock", "event", type, "--intent", payment.intent] + more)
                    #expect(told.end == .exited(0), "\(told.everything)")
                    try await eventually("the dispute is \(status)") {
                        try await user.transaction(payment)["dispute"]["status"].string == status
                    }
                }
            }
        }

        @Test("An admin runs them over HTTP: text comes as text, JSON as JSON, and a refusal with the provider's words")
        func http() async throws {
            try await withGateway { gateway in
                let admin = gateway.admin
                let listed = try await admin.get("/providers/mock/commands")
                #expect(listed.status == 200, "\(listed)")
                let names = try listed.json()["data"].elements.compactMap { $0["name"].string }
                #expect(names == ["ledger", "event", "advance", "scenario", "reset"])

                let empty = try await admin.post("/providers/mock/commands/ledger")
                #expect(empty.status == 200 && empty["output"].string == "The journal is empty.", "\(empty)")
                let user = gateway.newUser()
                let payment = try await user.begin("20.00")
                let set = try await admin.post(
                    "/providers/mock/commands/scenario",
                    #"{"arguments":["set",[{"match":{"operation":"confirm"},"outcome":"decline","times":1}]]}"#)
                #expect(set.status == 200 && set["output"].string?.contains("matched 0 times") == true, "\(set)")
                expectProblem(try await user.confirm(payment), 402, "payment_declined")
                #expect(try await user.confirm(payment).status == 200)
                let ledger = try await admin.post("/providers/mock/commands/ledger", #"{"arguments":["--json"]}"#)
                let effects = try ledger.json()["output"].elements.map { $0["operation"].string }
                #expect(effects == ["create", "decline", "confirm"], "\(ledger)")

                expectProblem(try await admin.post("/providers/nobody/commands/ledger"), 404, "not_found")
                expectProblem(try await admin.post("/providers/mock/commands/dance"), 404, "not_found")
                let refused = try await admin.post("/providers/mock/commands/advance", #"{"arguments":["soon"]}"#)
                expectProblem(refused, 422, "provider_rejected")
                #expect(refused["detail"].string?.contains("the usage is: advance DURATION") == true, "\(refused)")
                expectProblem(try await user.post("/providers/mock/commands/reset"), 403, "forbidden")
            }
        }

        @Test("Without a gateway the command runs them itself")
        func alone() async throws {
            try await withGateway { gateway in
                _ = try await gateway.newUser().pay("20.00")
                _ = try await gateway.terminate()
                let ledger = try await gateway.command("call", "mock", "ledger")
                #expect(ledger.end == .exited(0), "\(ledger.everything)")
                #expect(ledger.output.contains("payment_intent.succeeded") && ledger.output.contains("2000 USD"))
            }
        }

        @Test("What cannot be done is told, with a gateway and without", arguments: [true, false])
        func refusals(isRunning: Bool) async throws {
            try await withGateway { gateway in
                if !isRunning { _ = try await gateway.terminate() }
                let cases: [([String], String)] = [
                    (["nobody"], "There is no provider nobody in use; there are: mock, mock2."),
                    (["nobody", "ledger"], "There is no provider nobody in use; there are: mock, mock2."),
                    (
                        ["mock", "dance"],
                        "The provider mock offers no command dance; it offers: ledger, event, advance, scenario, reset."
                    ),
                    (["mock", "ledger", "all"], "mock ledger: the usage is: ledger [--json]"),
                    (
                        ["mock", "scenario", "set", #"[{"fault":"explode"}]"#],
                        "mock scenario: scenarios[0].fault: must be one of"
                    ),
                ]
                for (words, told) in cases {
                    let result = try await gateway.command(["call"] + words)
                    #expect(result.end == .exited(1) && result.output.isEmpty, "\(words): \(result.everything)")
                    #expect(result.errors.contains(told), "\(words): \(result.errors)")
                }
            }
        }
    }
}
