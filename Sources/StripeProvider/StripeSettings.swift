import ProviderAPI

/// The settings of one Stripe account, checked.
struct StripeSettings: Sendable {
    /// Whether payment methods may send the payer to another site (https://docs.stripe.com/api/payment_intents/create,
    /// `automatic_payment_methods.allow_redirects`).
    enum AllowRedirects: String, Sendable, CaseIterable {
        case always
        case never
    }

    let secretKey: String
    let webhookSecrets: [String]
    /// Without a slash at the end.
    let apiBase: String
    let apiVersion: String
    let returnURL: String?
    let allowRedirects: AllowRedirects
    let account: String?

    /// Whether the key is one for live mode; nil where its prefix does not say.
    var isLive: Bool? {
        if secretKey.hasPrefix("sk_live_") || secretKey.hasPrefix("rk_live_") { return true }
        if secretKey.hasPrefix("sk_test_") || secretKey.hasPrefix("rk_test_") { return false }
        return nil
    }

    /// Reads settings that have passed ``schema``.
    ///
    /// - Throws: `rejected(invalidRequest)` with the setting's key as its field.
    init(_ settings: ProviderSettings) throws(ProviderError) {
        guard let secretKey = settings.string("secret_key") else {
            throw Self.mistake("secret_key", "is missing; Stripe shows it under Developers > API keys")
        }
        guard !secretKey.hasPrefix("pk_") else {
            throw Self.mistake(
                "secret_key", "is a publishable key (pk_...); give the secret key (sk_...) or a restricted one (rk_...)")
        }
        guard secretKey.hasPrefix("sk_") || secretKey.hasPrefix("rk_") else {
            throw Self.mistake(
                "secret_key", "is not a key of Stripe's API; give the secret key (sk_...) or a restricted one (rk_...)")
        }
        // A line break would end the header field; a space is a slip of the clipboard.
        guard secretKey.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Self.mistake("secret_key", "holds a space or a character that no Stripe key has")
        }
        self.secretKey = secretKey
        webhookSecrets = try Self.webhookSecrets(in: settings)

        let base = settings.string("api_base") ?? Self.defaultAPIBase
        apiBase = base.hasSuffix("/") ? String(base.dropLast()) : base
        apiVersion = settings.string("api_version") ?? Self.defaultAPIVersion
        returnURL = settings.string("return_url")
        account = settings.string("stripe_account")

        let redirects = settings.string("allow_redirects") ?? AllowRedirects.always.rawValue
        guard let allowRedirects = AllowRedirects(rawValue: redirects) else {
            throw Self.mistake("allow_redirects", "is \(redirects); it is always or never")
        }
        self.allowRedirects = allowRedirects

        if isLive == true, !apiBase.hasPrefix("https://") {
            throw Self.mistake("api_base", "must start with https:// where the key is a live one")
        }
    }

    /// Returns the signing secrets of the webhook endpoint. With any other value the gateway would refuse every webhook.
    private static func webhookSecrets(in settings: ProviderSettings) throws(ProviderError) -> [String] {
        let texts = (settings["webhook_secrets"]?.list ?? []).map { $0.string ?? "" }
        let fix = "Stripe shows the signing secret (whsec_...) under Developers > Webhooks, at the endpoint"
        for text in texts {
            if text.isEmpty {
                throw mistake("webhook_secrets", "holds an empty text; write the signing secret, or remove the entry. \(fix)")
            }
            if text.hasPrefix("we_") {
                throw mistake("webhook_secrets", "holds the id of an endpoint (we_...) in place of its signing secret; \(fix)")
            }
            guard text.hasPrefix(webhookSecretPrefix), text.utf8.count > webhookSecretPrefix.utf8.count else {
                throw mistake("webhook_secrets", "holds a value that is not a signing secret; \(fix)")
            }
        }
        return texts
    }

    /// Every signing secret begins with it; it is part of the secret.
    private static let webhookSecretPrefix = "whsec_"

    private static func mistake(_ key: String, _ what: String) -> ProviderError {
        var rejection = Rejection(.invalidRequest, message: "the setting \(key) \(what)")
        rejection.field = key
        return .rejected(rejection)
    }
}

extension StripeSettings {
    static let defaultAPIBase = "https://api.stripe.com"
    /// The version whose shapes this module was written for. Without one the account's own default would apply.
    static let defaultAPIVersion = "2026-10-28.endive"

    /// The settings in providers.yaml.
    static let schema = SettingsSchema([
        Setting(
            "secret_key", .secret,
            help:
                "The secret key (sk_...) or a restricted one (rk_...): writes payment intents, charges and refunds, reads events and disputes."
        ).required(),
        Setting(
            "webhook_secrets", .secrets,
            help:
                "The webhook endpoint's signing secrets (whsec_...), two while one is rolled. Without any, webhooks are off."
        ),
        Setting("api_base", .url, help: "Where Stripe's API is; another address only for tests or an egress proxy.")
            .defaulting(to: .string(defaultAPIBase)),
        Setting("api_version", .string, help: "The Stripe-Version of every call; change it only together with this module.")
            .defaulting(to: .string(defaultAPIVersion)),
        Setting(
            "return_url", .url,
            help: "Where the payer's browser returns after a redirect, for confirmations that name no return_url themselves."
        ),
        Setting(
            "allow_redirects", .oneOf(AllowRedirects.allCases.map(\.rawValue)),
            help: "always: payment methods that redirect are offered, and a confirmation needs a return_url. never: they are not."
        ).defaulting(to: .string(AllowRedirects.always.rawValue)),
        Setting("stripe_account", .string, help: "Connect: the connected account (acct_...) to act for; leave it out otherwise."),
    ])
}
