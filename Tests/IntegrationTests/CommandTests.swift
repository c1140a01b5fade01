import GatewayHarness
import Testing

extension OneAtATime {
    @Suite("Commands", .timeLimit(.minutes(10)))
    struct CommandTests {
        @Test("`check` passes a good configuration and makes neither database nor secret")
        func check() async throws {
            try await withGateway(started: false) { gateway in
                let result = try await gateway.command("check")
                #expect(result.end == .exited(0), "\(result.everything)")
                let line = "providers.yaml: ok, development, 2 of 2 providers enabled\n"
                #expect(result.output.hasSuffix(line), "\(result.everything)")
                #expect(!gateway.folder.exists("var/gateway.db"))
                #expect(!gateway.folder.exists("var/secrets"))
            }
        }

        @Test("`migrate` makes the database, and a second time changes nothing")
        func migrate() async throws {
            try await withGateway(started: false) { gateway in
                #expect(try await gateway.command("migrate").end == .exited(0))
                let tables = try await gateway.database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
                let names = Set(tables.compactMap { $0["name"].string })
                let expected: Set = [
                    "orders", "payment_transactions", "operations", "refunds", "idempotency_keys", "webhook_events",
                    "transaction_events",
                ]
                #expect(names.isSuperset(of: expected), "\(names)")
                #expect(try await gateway.command("migrate").end == .exited(0))
                try await gateway.start()
                _ = try await gateway.newUser().pay()
            }
        }

        @Test("The database itself refuses what must never be true")
        func constraints() async throws {
            try await withGateway { gateway in
                let payment = try await gateway.newUser().pay("10.00")
                _ = try await gateway.terminate()
                let row = "payment_transactions WHERE id = \(payment.transaction)"
                for change in ["refunded = 1001", "reserved = -1", "amount = 0", "captured = NULL", "order_id = 999999999"] {
                    await #expect(throws: HarnessError.self, "\(change)") {
                        try await gateway.database.execute(
                            "UPDATE payment_transactions SET \(change) WHERE id = \(payment.transaction)"
                        )
                    }
                }
                #expect(try await gateway.database.count("SELECT refunded + reserved FROM \(row)") == 0)
            }
        }

        @Test("`providers` tells what would be loaded: version, capabilities, digest")
        func providers() async throws {
            try await withGateway(started: false) { gateway in
                let result = try await gateway.command("providers")
                #expect(result.end == .exited(0), "\(result.everything)")
                let digest = try await sha256(of: TestPaths.mockModule)
                for text in ["mock", "mock2", digest, "refunds"] {
                    #expect(result.output.contains(text), "\(text) in \(result.output)")
                }
            }
        }

        @Test(
            "`token` wants a subject and a sensible time",
            arguments: [
                ["token"], ["token", "--subject", "1", "--ttl", "soon"], ["token", "--subject", "1", "--ttl", "-1h"],
                ["token", "--subject", "\u{212A}"], ["token", "--subject", "1", "--scope", "payments"],
                ["token", "--subject", ""], ["frobnicate"], ["serve", "--port", "99999999"], ["serve", "--no-such-flag"],
            ])
        func usage(arguments: [String]) async throws {
            let result = try await run(TestPaths.gateway, arguments, environment: ["GATEWAY_JWT_SECRET": Token.secret])
            #expect(result.end == .exited(64), "\(result.end): \(result.everything)")
            #expect(!result.errors.isEmpty)
            #expect(result.output.isEmpty, "what goes into a pipe is no error message: \(result.output)")
        }

        @Test("--help teaches each command", arguments: [[], ["serve"], ["check"], ["migrate"], ["token"], ["providers"]])
        func help(command: [String]) async throws {
            let result = try await run(TestPaths.gateway, command + ["--help"])
            #expect(result.end == .exited(0), "\(result.everything)")
            #expect(result.output.contains("USAGE"), "\(result.output)")
            if let name = command.first {
                #expect(result.output.contains("gateway \(name)"))
                #expect(result.output.contains("--config"), "\(result.output)")
            } else {
                for name in ["serve", "check", "migrate", "token", "providers"] { #expect(result.output.contains(name)) }
            }
        }
    }
}
