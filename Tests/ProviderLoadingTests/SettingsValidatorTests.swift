import ProviderAPI
import Testing

@testable import ProviderLoading

@Suite("Settings against a module's schema")
struct SettingsValidatorTests {
    private static let schema = SettingsSchema([
        Setting("secret_key", .secret, help: "The API key.").required(),
        Setting("webhook_secrets", .secrets, help: "The signing secrets."),
        Setting("api_base", .url, help: "Where the API is.").defaulting(to: .string("https://api.example.com/v1")),
        Setting("journal", .path, help: "A file.").defaulting(to: .string("var/journal.jsonl")),
        Setting("verbose", .bool, help: "Whether to talk.").defaulting(to: .bool(false)),
        Setting("retries", .integer(in: 0...5), help: "How often."),
        Setting("mode", .oneOf(["slow", "fast"]), help: "How."),
        Setting("label", .string, help: "For people."),
        Setting("scenarios", .structure, help: "A script."),
    ])

    private func validate(
        _ settings: String, variables: [String: String] = [:], schema: SettingsSchema = schema,
        secrets: DevelopmentSecrets? = nil,
        environment: GatewayEnvironment = .development
    ) throws -> ValidatedSettings {
        let configuration = try ConfigurationFixture.read(
            """
            environment: development
            providers:
              - name: acme
                module: libAcme.so
                settings: { \(settings) }
            routing: { default: acme }
            """, variables: variables)
        let provider = try #require(configuration.providers.first)
        return try SettingsValidator(
            provider, schema: schema, environment: environment, baseDirectory: "/etc/gateway", madeUpSecrets: secrets
        ).validate()
    }

    private func mistakes(
        _ settings: String, variables: [String: String] = [:], schema: SettingsSchema = schema,
        environment: GatewayEnvironment = .development
    ) throws -> [String] {
        do {
            _ = try validate(settings, variables: variables, schema: schema, environment: environment)
            return []
        } catch let error as ConfigurationError {
            return error.problems.map(\.description)
        }
    }

    @Test("Values are typed, defaults filled in, paths absolute, and the origins of URLs collected")
    func values() throws {
        let validated = try validate(
            "secret_key: \"${KEY}\", webhook_secrets: [a, \"${EMPTY:-}\", b], retries: \"${RETRIES:-3}\", mode: fast, label: \"12\", "
                + "scenarios: [{ amount: 100, outcome: ok }]",
            variables: ["KEY": "12345"])
        #expect(
            validated.settings
                == ProviderSettings([
                    "secret_key": .string("12345"), "webhook_secrets": .list([.string("a"), .string("b")]),
                    "api_base": .string("https://api.example.com/v1"), "journal": .string("/etc/gateway/var/journal.jsonl"),
                    "verbose": .bool(false), "retries": .integer(3), "mode": .string("fast"), "label": .string("12"),
                    "scenarios": .list([.map(["amount": .integer(100), "outcome": .string("ok")])]),
                ]))
        #expect(validated.allowedOrigins.map(\.description) == ["https://api.example.com:443"])
    }

    @Test("One secret may stand where a list of them may, and an absolute path stays as it is")
    func leniency() throws {
        let validated = try validate("secret_key: k, webhook_secrets: one, journal: /srv/j, api_base: \"http://[::1]:8420\"")
        #expect(validated.settings.strings("webhook_secrets") == ["one"])
        #expect(validated.settings.string("journal") == "/srv/j")
        #expect(validated.allowedOrigins.map(\.description) == ["http://[::1]:8420"])
    }

    @Test("Every mistake is reported at once, with its place, and none shows a value")
    func everyMistake() throws {
        let mistakes = try mistakes(
            "secret_kee: sesame1, webhook_secrets: { a: sesame2 }, api_base: \"${BASE}\", verbose: sesame3, retries: 6, "
                + "mode: fst, label: [sesame4], scenarios: sesame5",
            variables: ["BASE": "sesame6"])
        #expect(
            mistakes.map { line in line.drop { $0 != " " }.dropFirst() } == [
                "providers[0].settings.secret_key: is missing and required: The API key.",
                "providers[0].settings.secret_kee: unknown key; did you mean `secret_key`?",
                "providers[0].settings.webhook_secrets: must be a list of texts; found a map",
                "providers[0].settings.api_base: must be an absolute URL with http or https, such as https://api.example.com, "
                    + "without a user or password",
                "providers[0].settings.verbose: must be true or false, without quotes",
                "providers[0].settings.retries: must be a whole number from 0 to 5",
                "providers[0].settings.mode: must be slow or fast; did you mean fast?",
                "providers[0].settings.label: must be text; found a list",
                "providers[0].settings.scenarios: must be a list or a map; found text",
            ])
        #expect(mistakes.allSatisfy { $0.hasPrefix("providers.yaml:5:") })
        #expect(!mistakes.joined().contains("sesame"))
    }

    @Test(
        "A required secret that is empty or torn is refused without being shown",
        arguments: [
            ("", "is empty and required"), ("sesame\n", "holds a space, a line break"),
            ("ses ame", "holds a space, a line break"),
        ])
    func badSecrets(value: String, words: String) throws {
        let mistakes = try mistakes("secret_key: \"${KEY}\"", variables: ["KEY": value])
        #expect(mistakes.count == 1)
        #expect(mistakes.first?.contains(words) == true)
        #expect(mistakes.first?.contains("ses") == false)
    }

    @Test(
        "An empty one of several secrets is refused, unless the file says that it may be empty",
        arguments: [
            (#"["${EMPTY}"]"#, ["webhook_secrets[0]"]), (#"[a, "${EMPTY}", ""]"#, ["webhook_secrets[1]", "webhook_secrets[2]"]),
            (#""${EMPTY}""#, ["webhook_secrets"]), (#"["${EMPTY:-}", a]"#, []), (#"["${EMPTY:-}"]"#, []),
            (#""${EMPTY:-}""#, []), ("[]", []), ("null", []),
        ] as [(String, [String])])
    func emptySecrets(value: String, places: [String]) throws {
        let mistakes = try mistakes("secret_key: k, webhook_secrets: \(value)", variables: ["EMPTY": ""])
        #expect(mistakes.count == places.count, "\(mistakes)")
        for (mistake, place) in zip(mistakes, places) {
            #expect(mistake.contains("providers[0].settings.\(place): is empty; set it, or the variable"), "\(mistake)")
        }
    }

    @Test("In production a secret that stands in the file itself is a warning; one of a variable is none")
    func secretsInFile() throws {
        let settings = "secret_key: \(Self.strong), webhook_secrets: [\"${HOOK}\", whsec_5f2c8e1b9a7d4036]"
        let variables = ["HOOK": "whsec_9f86d081884c7d65"]
        let warnings = try validate(settings, variables: variables, environment: .production).warnings
        #expect(
            warnings.map(\.keyPath) == ["providers[0].settings.secret_key", "providers[0].settings.webhook_secrets[1]"])
        #expect(warnings.first?.message.contains("write \"${ACME_SECRET_KEY}\" in its place") == true, "\(warnings)")
        #expect(warnings.allSatisfy { "\($0)".hasPrefix("providers.yaml:5:") && !"\($0)".contains("5f2c8e") }, "\(warnings)")
        #expect(try validate(settings, variables: variables).warnings.isEmpty)
    }

    @Test(
        "A URL must be absolute, with http or https, and without credentials",
        arguments: [
            "api.example.com", "ftp://x.example.com", "https://", "https://user:pw@x.example.com", "https://x.example.com:99999",
            "https://x example.com", "file:///etc/passwd",
        ])
    func badURLs(url: String) throws {
        let mistakes = try mistakes("secret_key: k, api_base: \"\(url)\"")
        #expect(mistakes.count == 1)
        #expect(mistakes.first?.contains("api_base: must be an absolute URL") == true)
    }

    @Test("An empty secret is made up where the host allows it, and is required where not")
    func madeUp() throws {
        let folder = try TemporaryFolder()
        let secrets = DevelopmentSecrets(
            environment: .development, baseDirectory: folder.path, logger: LogRecorder().logger())
        let schema = SettingsSchema([
            Setting("one", .secret, help: "A secret.").required().madeUpInDevelopment(),
            Setting("many", .secrets, help: "Secrets.").madeUpInDevelopment(),
        ])
        let validated = try validate("one: \"${UNSET:-}\"", schema: schema, secrets: secrets)
        #expect(validated.settings.string("one") == (try secrets.secret(named: "acme.one").revealed))
        #expect(validated.settings.strings("many") == [try secrets.secret(named: "acme.many").revealed])
        #expect(
            try mistakes("one: \"${UNSET:-}\"", schema: schema)
                == ["providers.yaml:5:22: providers[0].settings.one: is empty and required: A secret."])
    }

    private static let strong = "sk_live_9wVb3Tq7Lr2"

    @Test(
        "Production refuses a secret that can be guessed, with the reason and never the secret; development takes it",
        arguments: [
            ("x", "is shorter than 16 bytes"), ("sk_live_1234567", "is shorter than 16 bytes"),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "repeats a few characters"),
            ("abababababababababababab", "repeats a few characters"),
            ("0123456701234567", "repeats a few characters"), ("aaaabbbbccccdddd", "repeats a few characters"),
            ("sk_live_................", "is a placeholder"), ("sk_test_your-secret-key-here", "is a placeholder"),
            ("change-me-to-something-long", "is a placeholder"), ("CHANGEME-CHANGEME-2026", "is a placeholder"),
            ("sk_test_xxxxxxxxxx1234567890", "is a placeholder"), ("whsec_replace-this-now", "is a placeholder"),
            ("<paste-the-key-in-here>", "is a placeholder"), ("MyPassword-of-2026!", "is a placeholder"),
        ])
    func weakSecrets(secret: String, reason: String) throws {
        for settings in ["secret_key: '\(secret)'", "secret_key: \(Self.strong), webhook_secrets: ['\(secret)']"] {
            let mistakes = try mistakes(settings, environment: .production)
            #expect(mistakes.count == 1 && mistakes[0].contains(reason), "\(mistakes)")
            #expect(!mistakes.contains { $0.contains(secret) && secret.count > 1 })
            #expect(try self.mistakes(settings) == [])
        }
    }

    @Test(
        "Production takes secrets as providers and `openssl rand` make them",
        arguments: [
            strong, "rk_live_51H8xYzAb", "whsec_5f2c8e1b9a7d4036", "9f86d081884c7d65",
            "3q2+7wAAECAwQFBgcICQoLDA0ODw==", "b1946ac92492d2347c6235b4d2611184",
        ])
    func strongSecrets(secret: String) throws {
        #expect(try mistakes("secret_key: '\(secret)'", environment: .production) == [])
    }

    @Test(
        "Production refuses a URL without TLS, unless it stays on this machine; development takes it",
        arguments: [
            ("http://api.example.com", true), ("http://10.0.0.1:8080/v1", true), ("http://127.0.0.1.example.com", true),
            ("http://127.1", true), ("http://localhost.example.com", true), ("https://api.example.com", false),
            ("http://127.0.0.1:8420", false), ("http://127.9.9.9", false), ("http://localhost:1", false),
            ("http://[::1]:8420", false),
        ])
    func plainURLs(url: String, isRefused: Bool) throws {
        let settings = "secret_key: \(Self.strong), api_base: '\(url)'"
        let mistakes = try mistakes(settings, environment: .production)
        #expect(mistakes.count == (isRefused ? 1 : 0), "\(mistakes)")
        #expect(mistakes.allSatisfy { $0.contains("settings.api_base: has no TLS") }, "\(mistakes)")
        #expect(try self.mistakes(settings) == [])
    }
}
