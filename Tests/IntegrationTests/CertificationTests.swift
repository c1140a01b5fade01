import Foundation
import GatewayHarness
import Testing

extension OneAtATime {
    /// The module is Tests/Fixtures/modules/flawed, built once; its setting `flaw`, which a recording gives, breaks it.
    @Suite("Certifying a module", .timeLimit(.minutes(10)))
    struct CertificationTests {
        private static let recording = TestPaths.fixtures.appending(path: "modules/flawed/recording")
        private static let sources = [
            "Flaw", "FlawedClient", "FlawedClient+errors", "FlawedModule", "FlawedObjects", "FlawedService",
            "FlawedService+webhooks", "Entry/Entry",
        ].map { "flawed/\($0).swift" }

        /// Builds the module into a folder of its own.
        private func withModule(
            _ definitions: [String] = [], _ body: (_ folder: TemporaryFolder, _ module: String) async throws -> Void
        ) async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let module = folder.path("libFlawedProvider.so")
            try await ModuleFixture.buildSwift(Self.sources, module: "FlawedProvider", definitions: definitions, to: module)
            try await body(folder, module)
        }

        private func certify(_ arguments: String...) async throws -> CommandResult {
            try await run(TestPaths.gateway, ["certify"] + arguments, within: hangLimit * 2)
        }

        /// The recording with one more setting.
        private func recording(in folder: TemporaryFolder, flaw: String) throws -> String {
            let copy = folder.path("recording-\(flaw)")
            try FileManager.default.copyItem(atPath: Self.recording.path, toPath: copy)
            let file = URL(fileURLWithPath: copy + "/provider.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            let changed = text.replacing(#""api_key": "key_recorded","#, with: #""api_key": "key_recorded", "flaw": "\#(flaw)","#)
            try #require(changed != text)
            try changed.write(to: file, atomically: true, encoding: .utf8)
            return copy
        }

        @Test("A module that keeps the rules passes every check and gets a certificate for its very content")
        func passes() async throws {
            try await withModule { folder, module in
                let page = folder.path("report.html")
                let result = try await certify(module, "--recording", Self.recording.path, "--html", page)
                #expect(result.end == .exited(0), "\(result.everything)")
                #expect(result.output.contains("\nPassed: 24 passed, in "), "\(result.output)")
                #expect(result.output.contains("Certificate: \(module).certificate.json\n"))
                let digest = try await sha256(of: URL(fileURLWithPath: module))
                let certificate = try JSONText(parsing: folder.read("libFlawedProvider.so.certificate.json"))
                #expect(certificate["sha256"].string == digest && certificate["abi"].integer == 1, "\(certificate)")
                #expect(certificate["checks"].elements.count == 24)
                let html = folder.read("report.html")
                #expect(html.contains("<h1>Flawed 1.0.0</h1>") && html.contains(digest) && html.contains("lost-answer"))

                let json = try JSONText(
                    parsing:
                        try await certify(module, "--recording", Self.recording.path, "--json", "--no-certificate").output)
                #expect(json["conformance"]["results"].elements.allSatisfy { $0["status"].string == "passed" })
                #expect(json["sha256"].string == digest)
            }
        }

        @Test(
            "A module that breaks a rule is told which, with the case, and gets no certificate",
            arguments: [
                ("lost-answer-as-not-sent", "lost-answer"), ("echoes-amount", "wrong-amount"), ("logs-secret", "secrets-kept"),
                ("ignores-timestamp", "webhook-stale"), ("retries-past-deadline", "deadline"),
                ("truncated-as-success", "truncated-answer"), ("server-error-as-declined", "server-error"),
            ])
        func fails(flaw: String, check: String) async throws {
            try await withModule { folder, module in
                let result = try await certify(module, "--recording", try recording(in: folder, flaw: flaw))
                #expect(result.end == .exited(1), "\(result.everything)")
                let lines = result.output.split(separator: "\n")
                let line = try #require(
                    lines.firstIndex { $0.contains("FAILED") && $0.contains(" \(check) ") }, "\(result.output)")
                #expect(lines[line...].prefix(5).contains { $0.contains("expected") }, "\(result.output)")
                #expect(result.output.contains("\nNot passed: "))
                #expect(!folder.exists("libFlawedProvider.so.certificate.json"))
                #expect(!result.everything.contains("key_recorded") || flaw == "logs-secret")
            }
        }

        @Test("A module that crashes or ends the process while it is checked is told so")
        func crashes() async throws {
            for (definition, words) in [
                ("FLAWED_TRAPS", "the module crashed while it was checked (SIG"),
                ("FLAWED_EXITS", "the module ended the process while it was checked (exit 7)"),
            ] {
                try await withModule([definition]) { folder, module in
                    let temporary = folder.url.appending(path: "tmp")
                    try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: false)
                    let result = try await run(
                        TestPaths.gateway, ["certify", module, "--recording", Self.recording.path],
                        environment: ["TMPDIR": temporary.path], within: hangLimit)
                    #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == [], "nothing is left behind")
                    #expect(result.end == .exited(1) && result.errors.contains(words), "\(result.everything)")
                    #expect(!folder.exists("libFlawedProvider.so.certificate.json"))
                }
            }
        }

        @Test("What cannot be checked says why")
        func unusable() async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try folder.write("no library", to: "libA.so")
            let recording = Self.recording.path
            for (arguments, words) in [
                ([folder.path("libGone.so"), "--recording", recording], "libGone.so: there is no such file"),
                ([folder.path("libA.so"), "--recording", recording], "libA.so: is no ELF shared object"),
                ([TestPaths.mockModule.path, "--recording", folder.path("nowhere")], "nowhere: there is no such folder"),
                ([TestPaths.mockModule.path], "libMockProvider.so.recording"),
            ] {
                let result = try await run(TestPaths.gateway, ["certify"] + arguments)
                #expect(result.end == .exited(1) && result.errors.contains(words), "\(result.everything)")
            }
        }

        @Test("Stripe's module passes with its recording")
        func stripe() async throws {
            let module = TestPaths.products.appending(path: "libStripeProvider.so").path
            let result = try await certify(
                module, "--recording", TestPaths.fixtures.appending(path: "stripe").path, "--no-certificate")
            #expect(result.end == .exited(0), "\(result.everything)")
        }

        @Test(
            "A gateway warns of a module without a certificate in production, takes one with it, and refuses one where it must be"
        )
        func production() async throws {
            try await withModule { folder, module in
                let digest = try await sha256(of: URL(fileURLWithPath: module))
                func configuration(_ modules: String) throws {
                    try folder.write(
                        """
                        environment: production
                        server: { host: 127.0.0.1, port: 8080, public_url: "https://pay.example" }
                        auth: { algorithm: HS256, secret: "\(Token.secret)" }
                        authorization: { refund: admin }
                        modules: { directory: .\(modules) }
                        routing: { default: flawed }
                        providers:
                          - name: flawed
                            module: libFlawedProvider.so
                            sha256: \(digest)
                            settings: { api_key: key_4f9a1c0d7b2e6853, webhook_secrets: [whsec_4f9a1c0d7b2e6853] }
                        """, to: "providers.yaml")
                }
                func check() async throws -> CommandResult {
                    try await run(TestPaths.gateway, ["check", "--config", folder.path("providers.yaml")])
                }
                try configuration("")
                let warned = try await check()
                #expect(warned.end == .exited(0), "\(warned.everything)")
                #expect(
                    warned.errors.contains("warning: ") && warned.errors.contains("has no certificate"), "\(warned.everything)")
                try configuration(", require_certificates: true")
                let refused = try await check()
                #expect(refused.end == .exited(78) && refused.errors.contains("has no certificate"), "\(refused.everything)")

                #expect(try await certify(module, "--recording", Self.recording.path).end == .exited(0))
                let taken = try await check()
                #expect(taken.end == .exited(0) && !taken.errors.contains("certificate"), "\(taken.everything)")
            }
        }
    }
}
