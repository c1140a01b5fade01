import Foundation
import GatewayHarness
import Testing

extension OneAtATime {
    @Suite("Client examples", .timeLimit(.minutes(10)))
    struct ClientExampleTests {
        private static let folder = TestPaths.repository.appending(path: "Examples/Clients")

        enum Language: String, Sendable, CaseIterable {
            case curl, python, javascript, swift

            /// What runs the example.
            var command: (program: URL, arguments: [String]) {
                switch self {
                case .curl: (URL(filePath: "/bin/bash"), [folder.appending(path: "curl/example.sh").path])
                case .python: (TestPaths.python, ["-B", folder.appending(path: "python/example.py").path])
                case .javascript: (URL(filePath: "/usr/bin/node"), [folder.appending(path: "javascript/example.mjs").path])
                case .swift: (TestPaths.products.appending(path: "GatewayExample"), [])
                }
            }
        }

        @Test("Each pays, repeats, refunds, handles errors and a slow provider, and sees webhooks", arguments: Language.allCases)
        func example(_ language: Language) async throws {
            var configuration = GatewayConfiguration()
            configuration.providers = [GatewayConfiguration.mock()]
            try await withGateway(configuration) { gateway in
                let scenarios = try String(contentsOf: Self.folder.appending(path: "scenarios.json"), encoding: .utf8)
                let set = try await gateway.command("call", "mock", "scenario", "set", scenarios)
                #expect(set.end == .exited(0), "\(set.everything)")

                let result = try await Self.run(language, against: gateway)
                #expect(result.end == .exited(0), "\(result.everything)\n\(gateway.recentLog)")
                let lines = result.output.split(separator: "\n").map(String.init)
                let expected = [
                    "order 1: pending, payment intent: requires_payment_method", "confirmed: succeeded",
                    "the key of another request: 422 idempotency_key_reused",
                    "declined: 402 payment_declined, insufficient_funds", "invalid: 422 invalid_request, amount",
                    "unknown: 404 not_found", "  no answer, asking again with the same key",
                    "  409 idempotency_in_flight, asking again", "  202 accepted, asking again",
                    "a slow provider: succeeded, refund succeeded", "paid later: processing, then succeeded, by webhook",
                    "webhook: forged 400, signed 200, again 200, canceled once", "done",
                ]
                for line in expected { #expect(lines.contains(line), "\(line)\n\(result.output)") }

                // The provider's own book: what was asked for several times was done once.
                let refunds = try gateway.journal().filter { $0["operation"].string == "refund" }
                #expect(refunds.compactMap { $0["amount"].integer }.sorted() == [1000, 5000])
                #expect(try await gateway.database.count("SELECT count(*) FROM orders") == 5)
            }
        }

        @Test("An example that is not answered as expected ends with another code than 0", arguments: Language.allCases)
        func failure(_ language: Language) async throws {
            try await withGateway { gateway in
                let result = try await Self.run(language, against: gateway, ["GATEWAY_TOKEN": "no-token"])
                #expect(result.end != .exited(0))
                #expect(!result.output.contains("done"))
            }
        }

        @Test("The Swift example asks for the dependencies that it is tested with")
        func dependencies() throws {
            func requirements(_ manifest: URL) throws -> Set<Substring> {
                Set(try String(contentsOf: manifest, encoding: .utf8).matches(of: /\.package\(url: .*\)/).map(\.output))
            }
            let example = try requirements(Self.folder.appending(path: "swift/Package.swift"))
            #expect(example.count == 3)
            #expect(example.isSubset(of: try requirements(TestPaths.repository.appending(path: "Package.swift"))))
        }

        private static func run(
            _ language: Language, against gateway: GatewayProcess, _ more: [String: String] = [:]
        ) async throws -> CommandResult {
            let (program, arguments) = language.command
            var environment = gateway.environment
            environment["GATEWAY_URL"] = "http://127.0.0.1:\(gateway.port)"
            environment["GATEWAY_TOKEN"] = Token.valid(subject: "42")
            environment["MOCK_WEBHOOK_SECRET"] = GatewayConfiguration.webhookSecret(of: "mock")
            return try await GatewayHarness.run(
                program, arguments, environment: environment.merging(more) { $1 }, in: gateway.folder.url, within: hangLimit)
        }
    }
}
