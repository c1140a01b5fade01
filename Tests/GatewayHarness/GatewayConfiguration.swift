import Foundation

/// What a test gateway's providers.yaml says. Its text is made anew at each start, because it names the port.
package struct GatewayConfiguration: Sendable {
    /// `development` or `production`.
    package var environment = "development"
    /// The folder of the modules; nil for the one of the executable.
    package var modulesDirectory: String?
    /// The items under `providers`, each a block of YAML without indentation.
    package var providers = [Self.mock(), Self.mock(named: "mock2")]
    /// The default provider.
    package var defaultProvider = "mock"
    /// More keys of `server`, with a leading comma.
    package var server = ""
    /// Added to the environment.
    package var variables: [String: String] = [:]
    /// `auth.max_token_lifetime`; nil for the gateway's default.
    package var maximumTokenLifetime: String?
    /// Lines appended to the file.
    package var appendix = ""

    /// Two mocks on a database of their own.
    package init() {}

    /// What webhooks of mocks are signed with, by the mock's name.
    package static func webhookSecret(of name: String) -> String { "webhook-secret-of-\(name)" }

    /// A mock provider.
    ///
    /// - Parameter more: further settings as YAML, with a leading comma.
    package static func mock(
        named name: String = "mock", module: String = "libMockProvider.so", sha256: String? = nil, more: String = ""
    ) -> String {
        """
        name: \(name)
        module: \(module)
        sha256: \(sha256 ?? "null")
        enabled: true
        settings: { webhook_secret: "\(webhookSecret(of: name))", journal: var/\(name)-journal.jsonl\(more) }
        """
    }

    /// The Stripe provider, at another server that speaks Stripe's API.
    package static func stripe(base: String, webhookSecret: String) -> String {
        """
        name: stripe
        module: libStripeProvider.so
        enabled: "${STRIPE_ENABLED:-false}"
        settings:
          secret_key: "${STRIPE_SECRET_KEY}"
          webhook_secrets: ["\(webhookSecret)"]
          api_base: "\(base)"
          return_url: https://shop.example/back
        """
    }

    /// The text of providers.yaml.
    package func yaml(port: Int) -> String {
        let items = providers.map { item in
            let lines = item.split(separator: "\n", omittingEmptySubsequences: false)
            return lines.enumerated().map { index, line in (index == 0 ? "  - " : "    ") + line }.joined(separator: "\n")
        }
        return """
            environment: \(environment)
            server:   { host: 127.0.0.1, port: \(port), public_url: "http://127.0.0.1:\(port)"\(server) }
            database: { url: "sqlite:var/gateway.db" }
            auth:
              algorithm: HS256
              secret: "${GATEWAY_JWT_SECRET:-}"
              issuer: null
              audience: null
              max_token_lifetime: \(maximumTokenLifetime ?? "null")
            modules:  { directory: \(modulesDirectory.map { "\"\($0)\"" } ?? "null") }
            providers:
            \(items.joined(separator: "\n"))
            routing:
              default: \(defaultProvider)
              rules: []
            \(appendix)
            """
    }
}
