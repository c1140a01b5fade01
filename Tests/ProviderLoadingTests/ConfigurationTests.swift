import Foundation
import GatewayCore
import Logging
import ProviderAPI
import Testing

@testable import ProviderLoading

@Suite("A configuration that is right")
struct ConfigurationTests {
    @Test("What a file leaves out has safe defaults, and relative paths start at its folder")
    func defaults() throws {
        let configuration = try ConfigurationFixture.read(ConfigurationFixture.valid)

        #expect(configuration.environment == .development)
        #expect(configuration.server == GatewayConfiguration.Server(host: "127.0.0.1", port: 8080, publicURL: nil))
        #expect(configuration.server.bodyMemory == 48 << 20)
        #expect(configuration.database.path == "/etc/gateway/var/gateway.db")
        #expect(configuration.authentication.keys == .sharedSecret(nil))
        #expect(
            configuration.authentication.maximumTokenLifetime == .seconds(24 * 3600) && configuration.authentication.type == nil)
        #expect(configuration.authorization == AuthorizationPolicy(refund: .owner, cancel: .owner, capture: .admin))
        #expect(configuration.rateLimit == nil)
        #expect(!configuration.payments.requiresIdempotencyKey && !configuration.payments.refundsDuplicates)
        #expect(configuration.payments.confirmRetryWindow == .seconds(120))
        #expect(configuration.modulesDirectory == "/opt/gateway")
        #expect(configuration.log == .init(level: .info, format: .text))
        #expect(configuration.routing.defaultProvider == "mock")
        let provider = try #require(configuration.providers.first)
        #expect(provider.name == "mock" && provider.module == "libMockProvider.so" && provider.sha256 == nil)
        #expect(provider.isEnabled)
        #expect(provider.maximumConcurrentCalls == 4000)
        #expect(configuration.warnings.isEmpty)
    }

    @Test("Every key is read")
    func everyKey() throws {
        let digest = String(repeating: "Ab", count: 32)
        let configuration = try ConfigurationFixture.read(
            """
            environment: production
            server: { host: "::", port: 443, public_url: "https://pay.example.com/gateway/", body_memory_mib: 16 }
            database: { url: "sqlite:///srv/pay.db" }
            auth: { algorithm: ES256, jwks: "https://id.example.com/jwks.json", issuer: us, audience: them, type: at+jwt, max_token_lifetime: 90m }
            authorization: { refund: scope, cancel: admin, capture: owner }
            rate_limits: { requests_per_second: 20, burst: 7 }
            payments: { require_idempotency_key: true, refund_duplicates: true, confirm_retry_window: 90s }
            modules: { directory: ../modules }
            providers:
              - { name: first, module: liba.so, sha256: \(digest), enabled: yes_or_no_is_false }
              - { name: second-2_b, module: liba.so, sha256: \(digest), max_concurrent_calls: 250, settings: {} }
            routing: { default: second-2_b, rules: [] }
            """.replacing("yes_or_no_is_false", with: "False"))

        #expect(configuration.environment == .production)
        #expect(
            configuration.server
                == GatewayConfiguration.Server(
                    host: "::", port: 443, publicURL: "https://pay.example.com/gateway", bodyMemory: 16 << 20))
        #expect(configuration.database.path == "/srv/pay.db")
        let authentication = configuration.authentication
        #expect(authentication.keys == .keySetURL("https://id.example.com/jwks.json", algorithm: .es256))
        #expect(authentication.issuer == "us" && authentication.audience == "them")
        #expect(authentication.type == "at+jwt" && authentication.maximumTokenLifetime == .seconds(90 * 60))
        #expect(configuration.authorization == AuthorizationPolicy(refund: .scope, cancel: .admin, capture: .owner))
        #expect(configuration.rateLimit == SubjectRateLimit(perSecond: 20, burst: 7))
        #expect(configuration.payments.requiresIdempotencyKey && configuration.payments.refundsDuplicates)
        #expect(configuration.payments.confirmRetryWindow == .seconds(90))
        #expect(configuration.modulesDirectory == "/etc/modules")
        #expect(configuration.enabledProviders.map(\.name) == ["second-2_b"])
        #expect(configuration.providers.map(\.maximumConcurrentCalls) == [4000, 250])
        #expect(configuration.providers.map(\.sha256) == [digest.lowercased(), digest.lowercased()])
    }

    @Test("The providers.yaml of the repository is right as it stands")
    func shippedFile() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let configuration = try GatewayConfiguration.read(
            path: root.appendingPathComponent("providers.yaml").path, variables: [:], executableDirectory: "/opt/gateway")
        #expect(configuration.enabledProviders.map(\.name) == ["mock"])
        #expect(configuration.providers.map(\.name) == ["mock", "stripe"])
        #expect(configuration.baseDirectory == root.path)
    }

    @Test(
        "Without a public URL the gateway is reached where it listens",
        arguments: [
            ("127.0.0.1", "http://127.0.0.1:8080"), ("0.0.0.0", "http://127.0.0.1:8080"), ("::", "http://[::1]:8080"),
            ("fd00::1", "http://[fd00::1]:8080"), ("pay.local", "http://pay.local:8080"),
        ])
    func reachableURL(host: String, url: String) {
        #expect(GatewayConfiguration.Server(host: host, port: 8080, publicURL: nil).reachableURL == url)
    }

    @Test("A key set in a file is found from the folder of providers.yaml")
    func keySetFile() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("{}", to: "jwks.json")
        let configuration = try ConfigurationFixture.read(
            ConfigurationFixture.valid + "\nauth: { jwks: jwks.json }", baseDirectory: folder.path)
        #expect(configuration.authentication.keys == .keySetFile(path: path, algorithm: nil))
    }

    @Test("Log lines are JSON in production and text elsewhere, unless the file says otherwise")
    func logFormat() throws {
        let digest = String(repeating: "a", count: 64)
        let production = """
            environment: production
            server: { public_url: "https://pay.example.com" }
            auth: { algorithm: HS256, secret: k9Xw2mQ7vT4zR8bN1cJ6yH3fL5sD0gPa }
            authorization: { refund: admin }
            providers: [{ name: first, module: liba.so, sha256: \(digest) }]
            routing: { default: first }
            """
        #expect(try ConfigurationFixture.read(production).log == .init(level: .info, format: .json))
        let text = production + "\nlog: { format: text, level: warning }"
        #expect(try ConfigurationFixture.read(text).log == .init(level: .warning, format: .text))
        let json = ConfigurationFixture.valid + "\nlog: { format: json, level: null }"
        #expect(try ConfigurationFixture.read(json).log == .init(level: .info, format: .json))
        #expect(
            try ConfigurationFixture.mistakes(ConfigurationFixture.valid + "\nlog: { format: xml, levl: info }") == [
                "providers.yaml:9:16: log.format: must be text or json",
                "providers.yaml:9:21: log.levl: unknown key; did you mean `level`?",
            ])
    }

    @Test("Retention has defaults, is read in days and hours, and has bounds")
    func retention() throws {
        #expect(try ConfigurationFixture.read(ConfigurationFixture.valid).retention == RetentionPolicy())
        var policy = RetentionPolicy()
        policy.idempotencyKeys = .hours(48)
        policy.webhookBodies = .days(1)
        policy.webhookEvents = .days(35)
        policy.clientSecrets = .days(30)
        let text = """
            \(ConfigurationFixture.valid)
            retention: { idempotency_key_hours: 48, webhook_body_days: 1, webhook_event_days: 35, client_secret_days: 30 }
            """
        #expect(try ConfigurationFixture.read(text).retention == policy)
        let wrong =
            ConfigurationFixture.valid + "\nretention: { idempotency_key_hours: 1, webhook_event_days: 34, webhook_body_days: 0 }"
        #expect(
            try ConfigurationFixture.mistakes(wrong).map { String($0.split(separator: " ", maxSplits: 1)[1]) } == [
                "retention.idempotency_key_hours: must be a whole number from 24 to 8760",
                "retention.webhook_event_days: must be a whole number from 35 to 36500",
                "retention.webhook_body_days: must be a whole number from 1 to 36500",
            ])
    }

    @Test("Flags win over variables, and variables over the file")
    func overrides() throws {
        let variables = [
            "GATEWAY_HOST": "10.0.0.1", "GATEWAY_PORT": "1111", "GATEWAY_DATABASE": "sqlite:other.db",
            "GATEWAY_LOG_LEVEL": "debug", "GATEWAY_LOG_FORMAT": "json",
            "GATEWAY_JWT_SECRET": String(repeating: "s", count: 32),
        ]
        var overrides = ConfigurationOverrides(variables: variables)
        overrides.set(.port, to: "2222", origin: "--port")
        let configuration = try ConfigurationFixture.read(
            ConfigurationFixture.valid + "\nserver: { host: localhost, port: 9 }\nlog: { level: error, format: text }",
            overrides: overrides)
        #expect(configuration.server.host == "10.0.0.1" && configuration.server.port == 2222)
        #expect(configuration.database.path == "/etc/gateway/other.db")
        #expect(configuration.log == .init(level: .debug, format: .json))
        #expect(configuration.authentication.keys == .sharedSecret(SecretText(String(repeating: "s", count: 32))))
    }

    @Test("A mistake in an override names the flag or the variable, and shows no value")
    func wrongOverrides() throws {
        var overrides = ConfigurationOverrides(variables: [
            "GATEWAY_LOG_LEVEL": "debgu", "GATEWAY_DATABASE": "postgres://u:pw@h/d",
        ])
        overrides.set(.port, to: "70000", origin: "--port")
        let mistakes = try ConfigurationFixture.mistakes(ConfigurationFixture.valid, overrides: overrides)
        #expect(
            mistakes == [
                "--port: server.port: must be a whole number from 0 to 65535",
                "GATEWAY_DATABASE: database.url: must be sqlite: and a path, such as sqlite:var/gateway.db; "
                    + "no other database is supported yet",
                "GATEWAY_LOG_LEVEL: log.level: must be trace or debug or info or notice or warning or error or critical; "
                    + "did you mean debug?",
            ])
    }

    @Test("Printing or dumping a configuration shows no secret")
    func redaction() throws {
        let configuration = try ConfigurationFixture.read(
            ConfigurationFixture.valid, variables: ["MOCK_SECRET": "sesame-mock"],
            overrides: ConfigurationOverrides(variables: ["GATEWAY_JWT_SECRET": "sesame-jwt"]))
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("sesame"))
        #expect(!"\(configuration)".contains("sesame"))
        #expect(!String(reflecting: configuration).contains("sesame"))
    }

    @Test("The management listener's address comes from the file, and from the flag and the variable before it")
    func management() throws {
        let text = ConfigurationFixture.valid + "\nserver: { management: \"[::1]:9090\", max_connections: 500 }"
        let configuration = try ConfigurationFixture.read(text)
        #expect(configuration.server.management == ListenAddress(host: "::1", port: 9090))
        #expect(configuration.server.maximumConnections == 500)
        let overrides = ConfigurationOverrides(variables: ["GATEWAY_MANAGEMENT": "127.0.0.1:0"])
        #expect(try ConfigurationFixture.read(text, overrides: overrides).server.management == ListenAddress("127.0.0.1:0"))
        #expect(try ConfigurationFixture.read(ConfigurationFixture.valid).server.management == nil)
    }

    @Test(
        "An address to listen on is a host and a port",
        arguments: [
            ("127.0.0.1:9090", "127.0.0.1", 9090), ("localhost:0", "localhost", 0), ("[::1]:65535", "::1", 65535),
            ("0.0.0.0:80", "0.0.0.0", 80),
        ])
    func listenAddress(text: String, host: String, port: Int) {
        #expect(ListenAddress(text) == ListenAddress(host: host, port: port))
        #expect(ListenAddress(text)?.description == text)
    }

    @Test(
        "What is not a host and a port is no address to listen on",
        arguments: [
            "", "9090", ":9090", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1",
            "::1:9090",
            "[::1]", "[::1]9090", "[127.0.0.1]:9090", "http://127.0.0.1:9090", "a b:9090", "user@host:9090", "127.0.0.1:000080",
        ])
    func noListenAddress(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test("The port that was taken for port 0 is the one that others reach, and all else stays as configured")
    func takenPort() throws {
        func server(port: Int) throws -> GatewayConfiguration {
            try ConfigurationFixture.read(
                ConfigurationFixture.valid
                    + "\nserver: { port: \(port), management: 127.0.0.1:9090, max_connections: 7, body_memory_mib: 5 }")
        }
        let configuration = try server(port: 0)
        #expect(configuration.server.port == 0)
        let listening = configuration.listening(onPort: 4711)
        #expect(listening.server.reachableURL == "http://127.0.0.1:4711")
        #expect(listening.server == (try server(port: 4711).server))
    }

    @Test(
        "Two listeners cannot share a port of one address",
        arguments: [
            ("127.0.0.1:80", "127.0.0.1:80", true), ("127.0.0.1:80", "127.0.0.1:81", false),
            ("127.0.0.1:0", "127.0.0.1:0", false),
            ("127.0.0.1:80", "0.0.0.0:80", true), ("0.0.0.0:80", "10.0.0.1:80", true), ("[::]:80", "127.0.0.1:80", true),
            ("0.0.0.0:80", "[::1]:80", false), ("localhost:80", "127.0.0.1:80", true), ("10.0.0.1:80", "10.0.0.2:80", false),
            ("PAY.local:80", "pay.local:80", true),
        ])
    func overlaps(one: String, other: String, isShared: Bool) throws {
        let first = try #require(ListenAddress(one))
        let second = try #require(ListenAddress(other))
        #expect(first.overlaps(second) == isShared && second.overlaps(first) == isShared)
    }

    @Test("In production `auth.secret` in the file itself is a warning; that of a variable is none")
    func secretInFile() throws {
        func warnings(_ environment: String, _ secret: String) throws -> [ConfigurationProblem] {
            try ConfigurationFixture.read(
                """
                environment: \(environment)
                authorization: { refund: admin }
                auth: { secret: "\(secret)" }
                providers: [{ name: a, module: liba.so, sha256: \(String(repeating: "0", count: 64)) }]
                routing: { default: a }
                """, variables: ["SECRET": "p7Yw2mQ7vT4zR8bN1cJ6yH3fL5sD0gPa"]
            ).warnings.filter { $0.keyPath == "auth.secret" }
        }
        let literal = "k9Xw2mQ7vT4zR8bN1cJ6yH3fL5sD0gPa"
        let found = try warnings("production", literal).map(\.description)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("providers.yaml:3:17: auth.secret: the secret itself") == true, "\(found)")
        #expect(!"\(found)".contains(literal))
        #expect(try warnings("production", "${SECRET}").isEmpty)
        #expect(try warnings("development", literal).isEmpty)
    }

    @Test("Production without a management listener is a warning")
    func productionWithoutManagement() throws {
        let digest = String(repeating: "ab", count: 32)
        let text = """
            environment: production
            server: { public_url: "https://pay.example.com" }
            auth: { algorithm: ES256, jwks: "https://id.example.com/jwks.json", issuer: us, audience: them }
            authorization: { refund: admin }
            providers: [{ name: first, module: liba.so, sha256: \(digest) }]
            routing: { default: first }
            """
        let warnings = { (text: String) in try ConfigurationFixture.read(text).warnings.map(\.keyPath) }
        #expect(try warnings(text).contains("server.management"))
        let managed = text.replacing("com\" }", with: "com\", management: \"127.0.0.1:9090\" }")
        #expect(try !warnings(managed).contains("server.management"))
    }

    @Test("Production limits each user's requests unless the file says otherwise")
    func rateLimits() throws {
        func limit(_ environment: String, _ section: String) throws -> SubjectRateLimit? {
            try ConfigurationFixture.read(
                """
                environment: \(environment)
                authorization: { refund: admin }
                auth: { secret: k9Xw2mQ7vT4zR8bN1cJ6yH3fL5sD0gPa }
                rate_limits: \(section)
                providers: [{ name: a, module: liba.so, sha256: \(String(repeating: "0", count: 64)) }]
                routing: { default: a }
                """
            ).rateLimit
        }
        #expect(try limit("production", "null") == SubjectRateLimit(perSecond: 100, burst: 200))
        #expect(try limit("production", "{ burst: 5 }") == SubjectRateLimit(perSecond: 100, burst: 5))
        #expect(try limit("production", "{ requests_per_second: 0 }") == nil)
        #expect(try limit("development", "null") == nil)
        #expect(try limit("development", "{ requests_per_second: 3 }") == SubjectRateLimit(perSecond: 3, burst: 6))
    }

    @Test("A short HS256 secret is a warning in development and an error in production")
    func shortSecret() throws {
        let overrides = ConfigurationOverrides(variables: ["GATEWAY_JWT_SECRET": "short"])
        let development = try ConfigurationFixture.read(ConfigurationFixture.valid, overrides: overrides)
        #expect(development.warnings.map(\.keyPath) == ["auth.secret"])
        let production = try ConfigurationFixture.mistakes(
            ConfigurationFixture.valid.replacing("development", with: "production"), overrides: overrides)
        #expect(production.contains { $0.hasPrefix("GATEWAY_JWT_SECRET: auth.secret: has fewer than 32 bytes") })
    }

    /// The mock on, and Stripe under a switch, as the repository's providers.yaml has them.
    private static func withStripe(enabled: String, shared: String = "") -> String {
        """
        environment: development
        providers:
          - name: mock
            module: libMockProvider.so
            settings: { webhook_secret: "${MOCK_SECRET:-}", other: "\(shared)" }
          - name: stripe
            module: libStripeProvider.so
            enabled: \(enabled)
            settings:
              secret_key: "${STRIPE_SECRET_KEY}"
              webhook_secrets: ["${STRIPE_WEBHOOK_SECRET}", "${STRIPE_WEBHOOK_SECRET_OLD:-}", "${STRIPE_WEBHOOK_SECRET}"]
              literal: "$${STRIPE_SECRET_KEY}"
        routing:
          default: mock
        """
    }

    private static let stripeVariables = [
        "STRIPE_SECRET_KEY": "sk_test_sesame", "STRIPE_WEBHOOK_SECRET": "whsec_sesame", "STRIPE_WEBHOOK_SECRET_OLD": "",
    ]

    @Test(
        "A variable that is set for a provider which is off is a warning, once for each, with the way to turn it on",
        arguments: [
            (#""${STRIPE_ENABLED:-false}""#, "set STRIPE_ENABLED=true, or remove the variable"),
            ("false", "give it `enabled: true`, or remove the variable"),
        ])
    func variablesOfDisabledProvider(enabled: String, remedy: String) throws {
        let configuration = try ConfigurationFixture.read(Self.withStripe(enabled: enabled), variables: Self.stripeVariables)
        #expect(
            configuration.warnings.map(\.description) == [
                "providers.yaml:10:19: providers[1].settings.secret_key: STRIPE_SECRET_KEY is set, but the provider stripe is off and "
                    + "takes no payments; \(remedy)",
                "providers.yaml:11:25: providers[1].settings.webhook_secrets[0]: STRIPE_WEBHOOK_SECRET is set, but the provider stripe "
                    + "is off and takes no payments; \(remedy)",
            ])
        #expect(!"\(configuration.warnings)".contains("sesame"))
    }

    @Test("A variable that is unset, or that something in use refers to as well, is no warning")
    func variablesInUse() throws {
        let off = Self.withStripe(enabled: "false")
        #expect(try ConfigurationFixture.read(off).warnings.isEmpty)
        #expect(try ConfigurationFixture.read(off, variables: ["STRIPE_SECRET_KEY": ""]).warnings.isEmpty)
        let shared = Self.withStripe(enabled: "false", shared: "${STRIPE_SECRET_KEY} ${STRIPE_WEBHOOK_SECRET}")
        #expect(try ConfigurationFixture.read(shared, variables: Self.stripeVariables).warnings.isEmpty)
        let on = Self.withStripe(enabled: #""${STRIPE_ENABLED:-false}""#)
        let variables = Self.stripeVariables.merging(["STRIPE_ENABLED": "true"]) { $1 }
        #expect(try ConfigurationFixture.read(on, variables: variables).warnings.isEmpty)
    }

    @Test("A file that is missing, a folder or no text says so")
    func unreadable() throws {
        let folder = try TemporaryFolder()
        let binary = try folder.write(Data([0xFF, 0xFE, 0x00]), to: "binary.yaml")
        for (path, words) in [
            (folder.path + "/absent.yaml", "there is no such file"), (folder.path, "is a folder"), (binary, "is not UTF-8 text"),
        ] {
            let error = #expect(throws: ConfigurationError.self) {
                try GatewayConfiguration.read(path: path, variables: [:], executableDirectory: "/")
            }
            #expect(error?.description.contains(words) == true)
        }
    }
}
