import Foundation
import GatewayHarness
import Testing

extension OneAtATime {
    @Suite("Changing providers without a restart", .timeLimit(.minutes(10)))
    struct ReloadTests {
        /// A gateway whose modules lie in a folder of its own.
        private func withModules(_ body: (GatewayProcess, _ module: URL) async throws -> Void) async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let module = folder.url.appending(path: "libMockProvider.so")
            try FileManager.default.copyItem(at: TestPaths.mockModule, to: module)
            var configuration = GatewayConfiguration()
            configuration.modulesDirectory = folder.url.path
            configuration.providers = [GatewayConfiguration.mock()]
            try await withGateway(configuration) { try await body($0, module) }
        }

        /// Other content that works the same: the dynamic linker takes no notice of what follows the last section.
        private static func appendByte(to module: URL, inPlace: Bool) throws {
            let bytes = try Data(contentsOf: module) + [0]
            try bytes.write(to: module, options: inPlace ? [] : .atomic)
        }

        @Test("A reload that is refused for its parameters has reloaded nothing")
        func refusedParameters() async throws {
            try await withModules { gateway, _ in
                let answer = try await gateway.admin.post("/providers/reload?dry_run=true")
                expectProblem(answer, 422, "invalid_request", field: "dry_run")
                #expect(!gateway.log.contains("Providers reloaded."))
            }
        }

        @Test(
            "No request fails during a hundred reloads under load, though the module's file is exchanged or written to in between"
        )
        func underLoad() async throws {
            try await withModules { gateway, module in
                let payments = try await withThrowingTaskGroup { group in
                    for _ in 0..<8 {
                        group.addTask {
                            let user = gateway.newUser()
                            var count = 0
                            // What was begun is finished: cancelling ends the round after it.
                            while !Task.isCancelled {
                                let payment = try await user.pay()
                                let refund = try await user.refund(payment, "1.00")
                                #expect(refund.status == 200, "\(refund)")
                                count += 1
                            }
                            return count
                        }
                    }
                    for round in 0..<100 {
                        if round.isMultiple(of: 25) {
                            try Self.appendByte(to: module, inPlace: round.isMultiple(of: 50))
                        }
                        let answer = try await gateway.admin.post("/providers/reload")
                        #expect(answer.status == 200, "\(answer)")
                    }
                    group.cancelAll()
                    return try await group.reduce(0, +)
                }
                #expect(payments > 0)
                #expect(gateway.log.split(separator: "\n").count { $0.contains("Providers reloaded.") } == 100)
                try await eventually("the webhooks of all payments are applied") {
                    try await gateway.database.count("SELECT count(*) FROM webhook_events WHERE state <> 'applied'") == 0
                }
                #expect(try await gateway.database.count("SELECT count(*) FROM operations WHERE state <> 'succeeded'") == 0)
                let journal = try gateway.journal()
                #expect(journal.count { $0["operation"].string == "confirm" } == payments)
                #expect(journal.count { $0["operation"].string == "refund" } == payments)
            }
        }

        @Test("SIGHUP takes in a new provider and the new code of one whose file has changed, and drops one that is gone")
        func signal() async throws {
            try await withModules { gateway, module in
                func digests() async throws -> [String: String] {
                    let listed = try await gateway.admin.get("/providers")["data"].elements
                    return Dictionary(uniqueKeysWithValues: listed.map { ($0["name"].string ?? "", $0["digest"].string ?? "") })
                }
                let before = try await digests()
                let paid = try await gateway.newUser().pay()
                try Self.appendByte(to: module, inPlace: true)
                try gateway.reconfigure { $0.providers.append(GatewayConfiguration.mock(named: "mock2")) }
                gateway.signal(SIGHUP)
                try await eventually("the new provider is in use") { try await digests().keys.sorted() == ["mock", "mock2"] }
                let after = try await digests()
                #expect(after["mock"] != before["mock"] && after["mock"] == after["mock2"])
                #expect(try await sha256(of: module) == after["mock"])
                _ = try await gateway.newUser().pay(more: #","provider":"mock2""#)
                #expect(try await gateway.admin.get("/payments/\(paid.intent)").status == 200, "payments of before go on")

                try gateway.reconfigure {
                    $0.providers = [GatewayConfiguration.mock(named: "mock2")]
                    $0.defaultProvider = "mock2"
                }
                gateway.signal(SIGHUP)
                try await eventually("the old provider is gone") { try await digests().keys.sorted() == ["mock2"] }
            }
        }

        @Test("What cannot be used changes nothing, and the log says why", arguments: ["typo", "module", "setting", "yaml"])
        func refused(mistake: String) async throws {
            try await withModules { gateway, module in
                try gateway.reconfigure {
                    switch mistake {
                    case "typo": $0.providers = [GatewayConfiguration.mock(more: ", jurnal: x")]
                    case "module": $0.providers.append(GatewayConfiguration.mock(named: "new", module: "libNew.so"))
                    case "setting": $0.providers = [GatewayConfiguration.mock(more: #", scenarios: [{"fault": "explode"}]"#)]
                    default: $0.appendix = "routing: ["
                    }
                }
                let why = ["typo": "jurnal", "module": "libNew.so", "setting": "scenarios[0].fault", "yaml": "providers.yaml"]
                expectProblem(try await gateway.admin.post("/providers/reload"), 422, "invalid_request")
                gateway.signal(SIGHUP)
                try await eventually("the signal's reload is refused too") { gateway.log.contains("The reload was refused") }
                let lines = gateway.log.split(separator: "\n").filter { $0.contains("providers.yaml cannot be reloaded.") }
                #expect(lines.count == 2 && lines.allSatisfy { $0.contains(why[mistake] ?? "-") }, "\(gateway.recentLog)")
                #expect(try await gateway.admin.get("/providers")["data"].elements.map { $0["name"].string } == ["mock"])
                _ = try await gateway.newUser().pay()
            }
        }

        @Test("What a reload cannot change is said in the log")
        func fixedParts() async throws {
            try await withModules { gateway, _ in
                try gateway.reconfigure { $0.appendix = "" }
                let file = gateway.folder.url.appending(path: "providers.yaml")
                let text = try String(contentsOf: file, encoding: .utf8)
                try text.replacing("sqlite:var/gateway.db", with: "sqlite:var/other.db").write(
                    to: file, atomically: true, encoding: .utf8)
                #expect(try await gateway.admin.post("/providers/reload").status == 200)
                let line = gateway.log.split(separator: "\n").first { $0.contains("takes effect at the next start") }
                #expect(line?.contains("changed=database") == true, "\(gateway.recentLog)")
            }
        }
    }
}
