import Foundation
import GatewayHarness
import Glibc
import Testing

extension OneAtATime {
    @Suite("Configuration", .timeLimit(.minutes(10)))
    struct ConfigurationTests {
        @Test("A typo in a key is an error with file, line and key", arguments: [["serve"], ["check"]])
        func typo(command: [String]) async throws {
            var configuration = GatewayConfiguration()
            configuration.providers = [
                """
                name: mock
                module: libMockProvider.so
                enabeld: true
                settings: { webhook_secret: "a-secret", journal: var/mock-journal.jsonl }
                """
            ]
            try await withGateway(configuration, started: false) { gateway in
                let result = try await gateway.command(command[0])
                #expect(result.end == .exited(78), "\(result.everything)")
                let line = try #require(Self.lineNumber(of: "enabeld", in: gateway.folder.read("providers.yaml")))
                #expect(result.everything.contains("providers.yaml:\(line)"), "\(result.everything)")
                #expect(result.everything.contains("enabeld"), "\(result.everything)")
                #expect(result.everything.contains("enabled"), "the correction is named: \(result.everything)")
            }
        }

        @Test("A key of Stripe in .env while Stripe is off is a warning of `gateway check` and of the start, without the key")
        func keyOfDisabledProvider() async throws {
            var configuration = GatewayConfiguration()
            configuration.providers.append(GatewayConfiguration.stripe(base: "https://api.stripe.com", webhookSecret: "whsec_a"))
            try await withGateway(configuration, started: false) { gateway in
                try gateway.folder.write("STRIPE_SECRET_KEY=sk_test_sesame\n", to: ".env")
                let warning =
                    "STRIPE_SECRET_KEY is set, but the provider stripe is off and takes no payments; set STRIPE_ENABLED=true"
                let check = try await gateway.command("check")
                #expect(check.end == .exited(0) && check.errors.contains(warning), "\(check.everything)")
                try await gateway.start()
                #expect(gateway.log.contains(warning), "\(gateway.recentLog)")
                #expect(!(check.everything + gateway.log).contains("sesame"))
            }
        }

        @Test("An empty STRIPE_WEBHOOK_SECRET is a mistake; without any secret webhooks are off, which `check` warns of")
        func emptyWebhookSecret() async throws {
            for (reference, isMistake) in [("${STRIPE_WEBHOOK_SECRET}", true), ("${STRIPE_WEBHOOK_SECRET:-}", false)] {
                var configuration = GatewayConfiguration()
                configuration.providers.append(
                    GatewayConfiguration.stripe(base: "https://api.stripe.com", webhookSecret: reference))
                configuration.variables = [
                    "STRIPE_ENABLED": "true", "STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_WEBHOOK_SECRET": "",
                ]
                try await withGateway(configuration, started: false) { gateway in
                    let result = try await gateway.command("check")
                    #expect(result.end == .exited(isMistake ? 78 : 0), "\(result.everything)")
                    #expect(result.errors.contains("webhook_secrets[0]: is empty; ") == isMistake, "\(result.errors)")
                    #expect(result.errors.contains("webhooks are off") == !isMistake, "\(result.errors)")
                }
            }
        }

        @Test("An environment that does not exist brings no warning of what would not fit another one")
        func warningsOfWrongEnvironment() async throws {
            var configuration = GatewayConfiguration()
            configuration.environment = "prod"
            configuration.providers.append(GatewayConfiguration.stripe(base: "https://api.stripe.com", webhookSecret: "whsec_a"))
            configuration.variables = ["STRIPE_ENABLED": "true", "STRIPE_SECRET_KEY": "sk_live_x"]
            try await withGateway(configuration, started: false) { gateway in
                let result = try await gateway.command("check")
                #expect(result.end == .exited(78), "\(result.everything)")
                #expect(result.errors.contains("environment: must be development or production"), "\(result.errors)")
                #expect(!result.everything.contains("live Stripe key"), "\(result.everything)")
            }
        }

        @Test(
            "A file that this user may not read is told so, with the user and what to do",
            arguments: [".env", "providers.yaml", "keys.json"])
        func forbidden(name: String) async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try folder.write(
                """
                environment: development
                auth: { jwks: keys.json }
                providers: [{ name: mock, module: libMockProvider.so }]
                routing: { default: mock }
                """, to: "providers.yaml")
            try folder.write("A=b", to: ".env")
            try folder.write(#"{"keys":[]}"#, to: "keys.json")
            try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: folder.path(name))
            let check = ["check", "--config", folder.path("providers.yaml")]
            let result: CommandResult
            if geteuid() == 0 {
                // Root may read every file, unless it has no capabilities.
                result = try await run(
                    URL(filePath: "/usr/bin/setpriv"), ["--bounding-set=-all", "--inh-caps=-all", TestPaths.gateway.path] + check)
            } else {
                result = try await run(TestPaths.gateway, check)
            }
            #expect(result.end == .exited(78), "\(result.everything)")
            #expect(
                result.errors.contains(
                    "the user \(geteuid()) may not read this file; run the command as the gateway's user"), "\(result.everything)"
            )
            #expect(result.errors.contains(name == "keys.json" ? "auth.jwks: " : "\(name):1:1: "), "\(result.everything)")
        }

        @Test("A management listener on the port of the gateway is a mistake of the configuration, from a variable too")
        func managementOnServerPort() async throws {
            try await withGateway(started: false) { gateway in
                try gateway.reconfigure { $0.variables["GATEWAY_MANAGEMENT"] = "127.0.0.1:\(gateway.port)" }
                let check = try await gateway.command("check")
                #expect(check.end == .exited(78), "\(check.everything)")
                #expect(check.errors.contains("GATEWAY_MANAGEMENT: server.management: is the address that"), "\(check.errors)")
                #expect(try await gateway.startAndFail() == .exited(78), "\(gateway.recentLog)")
            }
        }

        @Test("Every mistake is reported at once")
        func allMistakes() async throws {
            var configuration = GatewayConfiguration()
            configuration.environment = "staging"
            configuration.providers = [
                """
                name: mock
                module: libMockProvider.so
                settings: { webhook_secret: "a-secret", jornal: x.jsonl }
                """
            ]
            configuration.defaultProvider = "nobody"
            configuration.appendix = "colour: red"
            try await withGateway(configuration, started: false) { gateway in
                let result = try await gateway.command("check")
                #expect(result.end == .exited(78), "\(result.everything)")
                let text = gateway.folder.read("providers.yaml")
                for mistake in ["environment", "jornal", "default", "colour"] {
                    let line = try #require(Self.lineNumber(of: mistake, in: text))
                    #expect(result.everything.contains("providers.yaml:\(line)"), "\(mistake) in \(result.everything)")
                }
            }
        }

        @Test("What is no YAML, a missing file and an unset variable are configuration errors that say so")
        func unreadable() async throws {
            try await withGateway(started: false) { gateway in
                let good = gateway.folder.read("providers.yaml")
                try gateway.folder.write("providers: [\n  {name: mock\n", to: "providers.yaml")
                let broken = try await gateway.command("check")
                #expect(broken.end == .exited(78), "\(broken.everything)")
                #expect(broken.everything.contains("providers.yaml"), "\(broken.everything)")

                try gateway.folder.write(
                    good.replacing(GatewayConfiguration.webhookSecret(of: "mock2"), with: "${SECRET_THAT_NOBODY_SET}"),
                    to: "providers.yaml"
                )
                let unset = try await gateway.command("check")
                #expect(unset.end == .exited(78), "\(unset.everything)")
                #expect(unset.everything.contains("SECRET_THAT_NOBODY_SET"), "\(unset.everything)")

                let missing = try await run(
                    TestPaths.gateway, ["check", "--config", gateway.folder.path("absent.yaml")], environment: gateway.environment
                )
                #expect(missing.end == .exited(78), "\(missing.everything)")
                #expect(missing.everything.contains("absent.yaml"), "\(missing.everything)")
            }
        }

        @Test("An unset variable matters only for what is enabled")
        func unsetButDisabled() async throws {
            var configuration = GatewayConfiguration()
            configuration.providers.append(
                GatewayConfiguration.stripe(base: "https://api.stripe.com", webhookSecret: "${UNSET_TOO}"))
            try await withGateway(configuration) { gateway in
                let listed = try await gateway.admin.get("/providers")
                #expect(listed["data"].elements.count == 2, "\(listed)")
            }
        }

        @Test("A variable is read from .env beside providers.yaml, and the environment wins over it")
        func dotEnv() async throws {
            var configuration = GatewayConfiguration()
            configuration.providers = [
                """
                name: mock
                module: libMockProvider.so
                settings: { webhook_secret: "${WEBHOOK_SECRET_OF_THE_TEST}", journal: var/mock-journal.jsonl }
                """
            ]
            try await withGateway(configuration, started: false) { gateway in
                try gateway.folder.write("# a comment\nWEBHOOK_SECRET_OF_THE_TEST=from-the-file\n", to: ".env")
                try await gateway.start()
                var webhook = Webhook("payment_intent.succeeded", intent: "pi_x")
                webhook.secret = "from-the-file"
                #expect(try await webhook.post(to: gateway).status == 200)
                _ = try await gateway.terminate()

                try gateway.reconfigure { $0.variables["WEBHOOK_SECRET_OF_THE_TEST"] = "from-the-environment" }
                try await gateway.start()
                #expect(try await webhook.post(to: gateway).status == 400)
                webhook.secret = "from-the-environment"
                #expect(try await webhook.post(to: gateway).status == 200)
            }
        }

        @Test("In development an empty JWT secret is made up, kept with mode 0600, and lasts over a restart")
        func madeUpSecret() async throws {
            var configuration = GatewayConfiguration()
            configuration.variables["GATEWAY_JWT_SECRET"] = ""
            try await withGateway(configuration) { gateway in
                expectProblem(try await gateway.newUser().get("/orders"), 401, "unauthenticated")
                let token = try await gateway.command("token", "--subject", "42").output.split(separator: "\n")[0]
                let client = Client(gateway: gateway, subject: "42", authorization: "Bearer \(token)")
                #expect(try await client.get("/orders").status == 200)
                _ = try await gateway.terminate()
                try await gateway.start()
                #expect(try await client.get("/orders").status == 200)
                #expect(try gateway.folder.filesReadableByOthers(below: "var").filter { $0.contains("secret") } == [])
            }
        }

        @Test("Production refuses test modules and made-up secrets")
        func production() async throws {
            var configuration = GatewayConfiguration()
            configuration.environment = "production"
            configuration.variables["GATEWAY_JWT_SECRET"] = ""
            let digest = try await sha256(of: TestPaths.mockModule)
            configuration.providers = [GatewayConfiguration.mock(sha256: digest)]
            try await withGateway(configuration, started: false) { gateway in
                let end = try await gateway.startAndFail()
                #expect(end == .exited(78), "\(gateway.log)")
                #expect(gateway.log.contains("libMockProvider.so: is for tests"), "\(gateway.log)")
                #expect(gateway.log.contains("secret"), "\(gateway.log)")
            }
        }

        @Test("`check` reports what production refuses along with every other mistake, also of modules without a digest")
        func productionAtOnce() async throws {
            var configuration = GatewayConfiguration()
            configuration.environment = "production"
            configuration.variables["GATEWAY_JWT_SECRET"] = ""
            let stripe = try await sha256(
                of: TestPaths.mockModule.deletingLastPathComponent().appending(path: "libStripeProvider.so"))
            configuration.providers = [
                GatewayConfiguration.mock(),
                """
                name: stripe
                module: libStripeProvider.so
                sha256: \(stripe)
                settings: { secret_key: sk_live_1, colour: red }
                """,
            ]
            try await withGateway(configuration, started: false) { gateway in
                let result = try await gateway.command("check")
                #expect(result.end == .exited(78), "\(result.everything)")
                for mistake in [
                    "auth.secret: is empty", "providers[0].sha256: is missing", "libMockProvider.so: is for tests",
                    "providers[1].settings.colour",
                ] {
                    #expect(result.errors.contains(mistake), "\(mistake) in \(result.errors)")
                }
            }
        }

        @Test("In development a provider whose variable is not set names itself, and the others serve")
        func unsetVariable() async throws {
            var configuration = GatewayConfiguration()
            configuration.providers.append(
                """
                name: stripe
                module: libStripeProvider.so
                settings: { secret_key: "${NO_SUCH_VARIABLE}" }
                """)
            try await withGateway(configuration) { gateway in
                #expect(gateway.log.contains("NO_SUCH_VARIABLE"), "\(gateway.log)")
                _ = try await gateway.newUser().pay()
            }
        }

        @Test("A database that a newer gateway has migrated is left alone")
        func newerSchema() async throws {
            try await withGateway { gateway in
                let payment = try await gateway.newUser().pay()
                _ = try await gateway.terminate()
                try await gateway.database.execute("INSERT INTO grdb_migrations (identifier) VALUES ('v9999 from the future')")
                let end = try await gateway.startAndFail()
                #expect(end != .exited(0) && end != .signaled(6), "\(end)")
                #expect(gateway.recentLog.contains("newer"), "\(gateway.recentLog)")
                let migrate = try await gateway.command("migrate")
                #expect(migrate.end != .exited(0), "\(migrate.everything)")
                let rows = try await gateway.database.count(
                    "SELECT count(*) FROM payment_transactions WHERE id = \(payment.transaction)")
                #expect(rows == 1)
            }
        }

        private static func lineNumber(of text: String, in file: String) -> Int? {
            file.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.contains(text) }.map { $0 + 1 }
        }
    }
}
