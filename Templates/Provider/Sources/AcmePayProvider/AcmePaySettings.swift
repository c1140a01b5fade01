import Foundation
import ProviderAPI

/// The settings of one account at Acme Pay, checked.
struct AcmePaySettings: Sendable {
    let apiKey: String
    let webhookSecrets: [String]
    /// Without a slash at the end.
    let apiBase: String

    private static let defaultAPIBase = "https://api.acme-pay.example"

    /// The settings in providers.yaml. The gateway checks kinds and required keys before it makes a service.
    static let schema = SettingsSchema([
        Setting("api_key", .secret, help: "The account's key, from the dashboard under API keys.").required(),
        Setting(
            "webhook_secrets", .secrets,
            help: "What webhooks are signed with, two while one is rolled. Without any, webhooks are off."
        ),
        // A setting of this kind is what lets the module call a host: the transport refuses all others.
        Setting("api_base", .url, help: "Where the API is; another address only for tests, such as the simulator's.")
            .defaulting(to: .string(defaultAPIBase)),
    ])

    /// Reads settings that have passed ``schema``, and checks what a schema cannot say.
    ///
    /// - Throws: `rejected(invalidRequest)` with the setting's key as its field. A message never repeats a secret.
    init(_ settings: ProviderSettings) throws(ProviderError) {
        guard let apiKey = settings.string("api_key") else {
            throw Self.mistake("api_key", "is missing; the dashboard shows it under API keys")
        }
        // A line break would end the header field; a space is a slip of the clipboard.
        guard apiKey.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Self.mistake("api_key", "holds a space or a character that no key has")
        }
        let base = settings.string("api_base") ?? Self.defaultAPIBase
        guard let url = URL(string: base), let host = url.host(), url.query() == nil, url.fragment() == nil else {
            throw Self.mistake("api_base", "must be an absolute URL without a query")
        }
        guard url.scheme == "https" || ["127.0.0.1", "localhost"].contains(host) else {
            throw Self.mistake("api_base", "must start with https://, since the key travels with each request")
        }
        self.apiKey = apiKey
        webhookSecrets = settings.strings("webhook_secrets")
        apiBase = base.hasSuffix("/") ? String(base.dropLast()) : base
    }

    private static func mistake(_ key: String, _ what: String) -> ProviderError {
        var rejection = Rejection(.invalidRequest, message: "the setting \(key) \(what)")
        rejection.field = key
        return .rejected(rejection)
    }
}
