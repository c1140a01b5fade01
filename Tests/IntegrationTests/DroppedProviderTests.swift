import Foundation
import GatewayHarness
import Testing

extension OneAtATime {
    @Suite("Providers that payments need", .timeLimit(.minutes(10)))
    struct DroppedProviderTests {
        /// A provider that production loads, and that can reach nothing.
        private static func real(named name: String, sha256: String, more: String = "") -> String {
            """
            name: \(name)
            module: libStripeProvider.so
            sha256: \(sha256)\(more)
            settings: { secret_key: "${STRIPE_SECRET_KEY}", webhook_secrets: ["whsec_7Yq2mXvT4zR8bN1c"], api_base: "https://127.0.0.1:1" }
            """
        }

        /// A gateway of production, not started, in whose books are payments at `mock` and `mock2`.
        private func withProduction(_ body: (GatewayProcess, _ sha256: String) async throws -> Void) async throws {
            let digest = try await sha256(
                of: TestPaths.mockModule.deletingLastPathComponent().appending(path: "libStripeProvider.so"))
            try await withGateway { gateway in
                _ = try await gateway.newUser().pay()
                for _ in 0..<2 { _ = try await gateway.newUser().pay(more: #","provider":"mock2""#) }
                _ = try await gateway.terminate()
                try gateway.reconfigure {
                    $0.environment = "production"
                    $0.variables["STRIPE_SECRET_KEY"] = "sk_live_" + "k9Xw2mQ7vT4zR8bN1cJ6"
                    $0.providers = ["mock", "mock2"].map { Self.real(named: $0, sha256: digest) }
                    $0.appendix = "authorization: { refund: admin }"
                }
                try await body(gateway, digest)
            }
        }

        @Test("Production starts without one only if it is forced to, and names what needs it")
        func start() async throws {
            try await withProduction { gateway, digest in
                for how in ["left out", "off"] {
                    try gateway.reconfigure {
                        $0.providers = [Self.real(named: "mock", sha256: digest)]
                        if how == "off" {
                            $0.providers.append(Self.real(named: "mock2", sha256: digest, more: "\nenabled: false"))
                        }
                    }
                    let end = try await gateway.startAndFail()
                    #expect(end == .exited(78), "\(gateway.log)")
                }
                #expect(
                    gateway.log.components(
                        separatedBy: "drops mock2 (2 payments younger than 180 days). Keep each of them with "
                            + "`enabled: true` and `accepts_new_payments: false`, or start with --force."
                    ).count == 3, "\(gateway.log)")
                try await gateway.start(["--force"])
                #expect(gateway.log.contains("mock2 (2 payments younger than 180 days)"))
                #expect(try await gateway.admin.get("/providers")["data"].elements.map { $0["name"].string } == ["mock"])
            }
        }

        @Test("A reload of production drops one only if it is forced to, and a retired one stays")
        func reload() async throws {
            try await withProduction { gateway, digest in
                try await gateway.start()
                try gateway.reconfigure { $0.providers.removeLast() }
                let refused = try await gateway.admin.post("/providers/reload")
                expectProblem(refused, 422, "invalid_request")
                #expect(
                    refused["detail"].string?.contains("drops mock2 (2 payments younger than 180 days)") == true, "\(refused)")
                let command = try await gateway.command("reload")
                #expect(command.end == .exited(1) && command.errors.contains("drops mock2"), "\(command.everything)")
                gateway.signal(SIGHUP)
                try await eventually("the signal's reload is refused") {
                    gateway.log.split(separator: "\n").contains {
                        $0.contains("The reload was refused") && $0.contains("drops mock2")
                    }
                }
                // A file of development would be read by weaker rules.
                try gateway.reconfigure { $0.environment = "development" }
                let weaker = try await gateway.admin.post("/providers/reload")
                expectProblem(weaker, 422, "invalid_request", field: "environment")
                try gateway.reconfigure { $0.environment = "production" }
                func names() async throws -> [String?] {
                    try await gateway.admin.get("/providers")["data"].elements.map { $0["name"].string }
                }
                #expect(try await names() == ["mock", "mock2"])

                try gateway.reconfigure {
                    $0.providers.append(Self.real(named: "mock2", sha256: digest, more: "\naccepts_new_payments: false"))
                }
                let kept = try await gateway.admin.post("/providers/reload")
                #expect(
                    kept.status == 200 && kept["data"].elements.map { $0["accepts_new_payments"] } == [.bool(true), .bool(false)])
                let order = try await gateway.admin.createOrder("10.00")
                let answer = try await gateway.admin.post(
                    "/payments/create-payment-intent", #"{"order_id":\#(order),"amount":10,"provider":"mock2"}"#)
                expectProblem(answer, 422, "invalid_request", field: "provider")

                try gateway.reconfigure { $0.providers.removeLast() }
                let forced = try await gateway.admin.post("/providers/reload?force=true")
                #expect(forced.status == 200, "\(forced)")
                #expect(try await names() == ["mock"])
                // What is gone already is dropped by no later reload.
                let again = try await gateway.command("reload", "--force")
                #expect(again.end == .exited(0) && again.output == "in use: mock\n", "\(again.everything)")
                #expect(try await gateway.admin.post("/providers/reload").status == 200)
            }
        }

        @Test("Development starts and reloads without one, and warns")
        func development() async throws {
            try await withGateway { gateway in
                _ = try await gateway.newUser().pay(more: #","provider":"mock2""#)
                try gateway.reconfigure { $0.providers.removeLast() }
                #expect(try await gateway.admin.post("/providers/reload").status == 200)
                func warnings() -> Int { gateway.log.components(separatedBy: "mock2 (1 payment younger").count - 1 }
                #expect(warnings() == 1, "\(gateway.log)")
                _ = try await gateway.terminate()
                try await gateway.start()
                #expect(warnings() == 2, "\(gateway.log)")
            }
        }

        @Test("A reload by command needs a gateway that runs")
        func noGateway() async throws {
            try await withGateway { gateway in
                _ = try await gateway.terminate()
                let result = try await gateway.command("reload")
                #expect(result.end == .exited(1) && result.errors.contains("no gateway runs"), "\(result.everything)")
            }
        }
    }
}
