import Testing

@testable import ProviderLoading

/// One way to spoil a configuration, and the line that it brings.
struct Mistake: Sendable, CustomTestStringConvertible {
    var title: String
    var text: String
    var line: String
    var testDescription: String { title }

    init(_ title: String, _ text: String, _ line: String) {
        self.title = title
        self.text = text
        self.line = line
    }

    /// `ConfigurationFixture.valid` with lines after it.
    static func adding(_ title: String, _ text: String, _ line: String) -> Mistake {
        Mistake(title, ConfigurationFixture.valid + "\n" + text, line)
    }

    /// `ConfigurationFixture.valid` with one piece exchanged.
    static func replacing(_ title: String, _ old: String, _ new: String, _ line: String) -> Mistake {
        Mistake(title, ConfigurationFixture.valid.replacing(old, with: new), line)
    }
}

@Suite("Mistakes in providers.yaml")
struct ConfigurationMistakeTests {
    static let single: [Mistake] = [
        .adding("unknown key", "sever: {}", "providers.yaml:9:1: sever: unknown key; did you mean `server`?"),
        .adding(
            "unknown key within", "server: { prot: 1 }", "providers.yaml:9:11: server.prot: unknown key; did you mean `port`?"),
        .adding(
            "unknown key like no other", "server: { x: 1 }",
            "providers.yaml:9:11: server.x: unknown key; known keys: host, port, public_url, management, max_connections, "
                + "body_memory_mib"),
        .replacing(
            "unknown key of a provider", "    settings:", "    setings:",
            "providers.yaml:5:5: providers[0].setings: unknown key; did you mean `settings`?"),
        .adding(
            "map where text belongs", "server: { host: {} }", "providers.yaml:9:17: server.host: must be text; found a map"),
        .adding(
            "number where text belongs", "auth: { issuer: 12 }",
            "providers.yaml:9:17: auth.issuer: must be text; found a number; put it into quotes"),
        .adding(
            "text where a number belongs", "server: { port: \"80\" }",
            "providers.yaml:9:17: server.port: must be a whole number from 0 to 65535, without quotes; found text"),
        .adding(
            "port out of range", "server: { port: 65536 }",
            "providers.yaml:9:17: server.port: must be a whole number from 0 to 65535"
        ),
        .adding(
            "memory for bodies out of range", "server: { body_memory_mib: 0 }",
            "providers.yaml:9:28: server.body_memory_mib: must be a whole number from 4 to 65536"),
        .adding(
            "text where a map belongs", "server: localhost",
            "providers.yaml:9:9: server: must be a map with the keys host, port, public_url, management, max_connections, "
                + "body_memory_mib; found text"),
        .adding(
            "host with a scheme", "server: { host: \"http://x\" }",
            "providers.yaml:9:17: server.host: must be a host name or an address alone, such as 127.0.0.1, 0.0.0.0 or ::1"),
        .adding(
            "management without a port", "server: { management: localhost }",
            "providers.yaml:9:23: server.management: must be an address and a port, such as 127.0.0.1:9090, 0.0.0.0:9090 or "
                + "[::1]:9090"),
        .adding(
            "management where the gateway listens", "server: { management: \"127.0.0.1:8080\" }",
            "providers.yaml:9:23: server.management: is the address that server.host and server.port listen on; choose another port, "
                + "such as 9090"),
        .adding(
            "no connections", "server: { max_connections: 0 }",
            "providers.yaml:9:28: server.max_connections: must be a whole number from 1 to 1000000"),
        .adding(
            "public URL without a scheme", "server: { public_url: pay.example.com }",
            "providers.yaml:9:23: server.public_url: must be an absolute URL with http or https, such as https://pay.example.com, "
                + "without a user, a query or a fragment"),
        .adding(
            "database in memory", "database: { url: \"sqlite::memory:\" }",
            "providers.yaml:9:18: database.url: must name a file after sqlite:, such as sqlite:var/gateway.db or "
                + "sqlite:/var/lib/gateway/gateway.db; a database in memory would forget payments"),
        .adding(
            "key set in the clear", "auth: { jwks: \"http://id.example.com/jwks\" }",
            "providers.yaml:9:15: auth.jwks: must be a file or an https URL: keys that come in the clear can be exchanged on the way"
        ),
        .adding(
            "key set that does not exist", "auth: { jwks: absent.json }",
            "providers.yaml:9:15: auth.jwks: there is no such file; a relative path starts at the folder of providers.yaml"),
        .adding(
            "HS256 with public keys", "auth: { algorithm: HS256, jwks: \"https://id.example.com/jwks\" }",
            "providers.yaml:9:20: auth.algorithm: HS256 is for a shared secret, and auth.jwks holds public keys; "
                + "remove it, or name the one algorithm to accept, such as RS256, ES256 or EdDSA"),
        .adding(
            "public-key algorithm without keys", "auth: { algorithm: RS256 }",
            "providers.yaml:9:20: auth.algorithm: RS256 needs public keys; set auth.jwks to a file or an https URL, or use HS256"),
        .adding(
            "no algorithm at all", "auth: { algorithm: none }",
            "providers.yaml:9:20: auth.algorithm: must be HS256 or RS256 or RS384 or RS512 or PS256 or PS384 or PS512 or ES256 "
                + "or ES384 or ES512 or EdDSA"),
        .adding(
            "secret beside a key set", "auth: { secret: abc, jwks: \"https://id.example.com/jwks\" }",
            "providers.yaml:9:17: auth.secret: contradicts auth.jwks; keep one of the two"),
        .adding(
            "token lifetime without a unit", "auth: { max_token_lifetime: '3600' }",
            "providers.yaml:9:29: auth.max_token_lifetime: must be a whole number with s, m, h or d, from 1m to 366d, such as 90s or 24h"
        ),
        .adding(
            "token lifetime of ages", "auth: { max_token_lifetime: 367d }",
            "providers.yaml:9:29: auth.max_token_lifetime: must be a whole number with s, m, h or d, from 1m to 366d, such as 90s or 24h"
        ),
        .adding(
            "burst without a limit", "rate_limits: { burst: 5 }",
            "providers.yaml:9:23: rate_limits.burst: has no meaning while there is no limit; set requests_per_second, or remove it"
        ),
        .replacing(
            "environment misspelt", "development", "prodution",
            "providers.yaml:1:14: environment: must be development or production; did you mean production?"),
        .replacing(
            "environment missing", "environment: development", "modules: {}",
            "providers.yaml:1:1: environment: is missing; write `environment: development` or `environment: production`"),
        .replacing(
            "default unknown", "default: mock", "default: mok",
            "providers.yaml:8:12: routing.default: there is no provider of this name; did you mean mock?"),
        .replacing(
            "default missing", "default: mock", "rules: []",
            "providers.yaml:8:3: routing.default: is missing; name the provider of requests that name none"),
        .replacing(
            "default empty", "default: mock", "default: ''",
            "providers.yaml:8:3: routing.default: is missing; name the provider of requests that name none"),
        .adding(
            "rules", "  rules: [{ to: mock }]",
            "providers.yaml:9:10: routing.rules: rules are not supported yet; write `rules: []` and name the provider in the request"
        ),
        .replacing(
            "module missing", "    module: libMockProvider.so\n", "",
            "providers.yaml:3:5: providers[0].module: is missing; name the file in modules.directory, such as libMockProvider.so"),
        .replacing(
            "digest malformed", "    settings:", "    sha256: abc\n    settings:",
            "providers.yaml:5:13: providers[0].sha256: must be the SHA-256 of the module's file, 64 hexadecimal digits, "
                + "as `sha256sum` prints it"),
        .replacing(
            "settings as a list", "      webhook_secret: \"${MOCK_SECRET:-}\"", "      - 1",
            "providers.yaml:6:7: providers[0].settings: must be a map of settings; found a list"),
        .replacing(
            "no calls at once", "    settings:", "    max_concurrent_calls: 0\n    settings:",
            "providers.yaml:5:27: providers[0].max_concurrent_calls: must be a whole number from 1 to 100000"),
        .replacing(
            "calls at once as text", "    settings:", "    max_concurrent_calls: \"many\"\n    settings:",
            "providers.yaml:5:27: providers[0].max_concurrent_calls: must be a whole number from 1 to 100000, without quotes; "
                + "found text"),
        .replacing(
            "enabled as text", "    settings:", "    enabled: \"true\"\n    settings:",
            "providers.yaml:5:14: providers[0].enabled: must be true or false, without quotes"),
        .replacing(
            "reference to an unset variable", "${MOCK_SECRET:-}", "${MOCK_SECRET}",
            "providers.yaml:6:23: providers[0].settings.webhook_secret: the environment variable MOCK_SECRET is not set; "
                + "set it in the environment or in .env, or write ${MOCK_SECRET:-default}"),
        .replacing(
            "reference without an end", "${MOCK_SECRET:-}", "${MOCK_SECRET",
            "providers.yaml:6:23: providers[0].settings.webhook_secret: a reference has no end; write ${NAME} or ${NAME:-default}"
        ),
        .replacing(
            "reference malformed", "${MOCK_SECRET:-}", "${MOCK-SECRET}",
            "providers.yaml:6:23: providers[0].settings.webhook_secret: a reference is malformed; write ${NAME} or ${NAME:-default}, "
                + "with letters, digits and _ in NAME"),
        .adding(
            "key given twice", "environment: production",
            "providers.yaml:1:1: `environment` is given twice in the same map; keep one"),
        Mistake(
            "no YAML", "environment: [development\nproviders: {",
            "providers.yaml:2:10: this is no YAML: did not find expected ',' or ']'; check the indentation, "
                + "and put values with special characters into quotes"),
        Mistake("empty file", "# nothing\n", "providers.yaml:1:1: the file is empty"),
        Mistake("list at the top", "- 1", "providers.yaml:1:1: must be a map of keys such as `environment:`; found a list"),
    ]

    @Test("A single mistake brings a single line with its place, its key and its correction", arguments: single)
    func singleMistake(mistake: Mistake) throws {
        let lines = try ConfigurationFixture.mistakes(mistake.text)
        #expect(lines == [mistake.line])
    }

    @Test("All mistakes of a file are reported at once, in its order")
    func allAtOnce() throws {
        let mistakes = try ConfigurationFixture.mistakes(
            """
            environment: production
            server: { port: 99999 }
            authorization: { refund: owner }
            providers:
              - { name: Bad Name, module: liba.so }
              - { name: twin, module: liba.so, sha256: xyz }
              - { name: twin, module: libb.so, sha256: \(String(repeating: "0", count: 64)) }
            routing: { default: nobody }
            """)
        #expect(
            mistakes.map { $0.prefix { $0 != " " } } == [
                "providers.yaml:1:1:", "providers.yaml:2:17:", "providers.yaml:5:5:", "providers.yaml:5:13:",
                "providers.yaml:6:44:",
                "providers.yaml:7:13:", "providers.yaml:8:21:",
            ])
        #expect(mistakes[0].contains("auth.secret: is empty, and production makes up no secret"))
        #expect(mistakes[2].contains("providers[0].sha256: is missing; production loads no module without its digest"))
        #expect(mistakes[5].contains("the name twin is taken by providers[1] (providers.yaml:6:5)"))
    }

    @Test("In production a key set needs the issuer and the audience of its tokens", arguments: ["issuer", "audience"])
    func keySetInProduction(key: String) throws {
        let digest = String(repeating: "0", count: 64)
        func mistakes(_ environment: String, _ authentication: String) throws -> [String] {
            try ConfigurationFixture.mistakes(
                """
                environment: \(environment)
                authorization: { refund: admin }
                auth: { \(authentication) }
                providers: [{ name: a, module: liba.so, sha256: \(digest) }]
                routing: { default: a }
                """)
        }
        let others = ["issuer", "audience"].filter { $0 != key }.map { "\($0): x" }.joined(separator: ", ")
        let jwks = #"jwks: "https://id.example.com/jwks""#
        let found = try mistakes("production", "\(jwks), \(others)")
        #expect(found.count == 1)
        #expect(found.first?.contains("auth.\(key): is missing; production needs it beside auth.jwks") == true, "\(found)")
        #expect(try mistakes("production", "\(jwks), issuer: x, audience: y").isEmpty)
        #expect(try mistakes("development", jwks).isEmpty)
        #expect(try mistakes("production", "secret: k9Xw2mQ7vT4zR8bN1cJ6yH3fL5sD0gPa").isEmpty)
    }

    @Test(
        "In production it is written down who may refund",
        arguments: ["authorization: {}", "authorization: { cancel: admin }", ""])
    func refundsInProduction(section: String) throws {
        let found = try ConfigurationFixture.mistakes(
            """
            environment: production
            \(section)
            auth: { secret: k9Xw2mQ7vT4zR8bN1cJ6yH3fL5sD0gPa }
            providers: [{ name: a, module: liba.so, sha256: \(String(repeating: "0", count: 64)) }]
            routing: { default: a }
            """)
        #expect(found.count == 1)
        #expect(found.first?.contains("authorization.refund: is missing; production needs it") == true, "\(found)")
    }

    @Test(
        "A provider's name is part of URLs and has to look so",
        arguments: ["Mock", "1mock", "-mock", "mock/../x", "mo ck", "möck", "m" + String(repeating: "x", count: 32)])
    func names(name: String) throws {
        let mistakes = try ConfigurationFixture.mistakes(
            ConfigurationFixture.valid.replacing("name: mock", with: "name: \"\(name)\""))
        #expect(mistakes.first?.contains("providers[0].name: must start with a letter a-z") == true)
    }

    @Test("A default that is off, and no provider that is on, are both named")
    func allOff() throws {
        let mistakes = try ConfigurationFixture.mistakes(
            ConfigurationFixture.valid.replacing("    settings:", with: "    enabled: false\n    settings:"))
        #expect(
            mistakes == [
                "providers.yaml:3:3: providers: no provider is on; give one `enabled: true`",
                "providers.yaml:9:12: routing.default: the provider mock is off; give it `enabled: true`, "
                    + "or name one of those that are on",
            ])
    }

    @Test("A default that takes no new payments is a mistake, and another provider may")
    func retiredDefault() throws {
        let retired = ConfigurationFixture.valid.replacing(
            "    settings:", with: "    accepts_new_payments: false\n    settings:")
        #expect(
            try ConfigurationFixture.mistakes(retired) == [
                "providers.yaml:9:12: routing.default: the provider mock takes no new payments; "
                    + "name one that does, or remove its `accepts_new_payments: false`"
            ])
        let other = retired.replacing("default: mock", with: "default: other")
            .replacing("providers:\n", with: "providers:\n  - { name: other, module: libOther.so }\n")
        let configuration = try ConfigurationFixture.read(other)
        #expect(configuration.providers.map(\.acceptsNewPayments) == [true, false])
    }

    @Test("Aliases that multiply values to billions are refused")
    func aliasBomb() throws {
        var text = ConfigurationFixture.valid + "\na0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"
        for level in 1...12 {
            text += "\na\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]"
        }
        let mistakes = try ConfigurationFixture.mistakes(text)
        #expect(mistakes.count == 1)
        #expect(mistakes.first?.contains("more than 100000 values") == true)
    }
}
