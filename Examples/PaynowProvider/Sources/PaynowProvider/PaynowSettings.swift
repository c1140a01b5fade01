import ProviderAPI

/// The settings of one integration, checked.
///
/// Paynow's messages name no currency: an integration is set up for one (in Paynow's own pages), and `currency` repeats which.
/// A shop that sells in two has two integrations, and so two names in providers.yaml.
struct PaynowSettings: Sendable {
    let integrationID: Int64
    /// Not empty. The first signs; any of them is believed.
    let integrationKeys: [String]
    let currency: Currency
    let returnURL: String
    let authEmail: String?
    /// Without a slash at the end.
    let apiBase: String

    /// Reads settings that have passed ``schema``.
    ///
    /// - Throws: `rejected(invalidRequest)` with the setting's key as its field.
    init(_ settings: ProviderSettings, environment: GatewayEnvironment) throws(ProviderError) {
        guard let integrationID = settings.integer("integration_id") else {
            throw Self.mistake("integration_id", "is missing; Paynow shows it beside the integration's name")
        }
        self.integrationID = integrationID
        integrationKeys = settings.strings("integration_keys")
        guard !integrationKeys.isEmpty else {
            throw Self.mistake("integration_keys", "holds no key; Paynow sends it by mail to the company's address")
        }
        // The key is hashed as it stands: a space at its end is a slip of the clipboard that no answer would explain.
        guard integrationKeys.allSatisfy({ $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }) else {
            throw Self.mistake("integration_keys", "holds a key with a space or another character that no key has")
        }
        guard let currency = Currency(settings.string("currency") ?? "") else {
            throw Self.mistake("currency", "is no currency of ISO 4217, such as USD or ZWG")
        }
        // "Initiate a transaction", field amount: two decimal places.
        guard currency.exponent == 2 else {
            throw Self.mistake(
                "currency", "is \(currency.code); Paynow's amounts have two decimals, and \(currency.code) has not")
        }
        self.currency = currency
        guard let returnURL = settings.string("return_url") else {
            throw Self.mistake("return_url", "is missing; Paynow asks for it when a payment is created")
        }
        self.returnURL = returnURL
        authEmail = settings.string("auth_email")
        let base = settings.string("api_base") ?? Self.defaultAPIBase
        apiBase = base.hasSuffix("/") ? String(base.dropLast()) : base
        if environment == .production, !apiBase.hasPrefix("https://") {
            throw Self.mistake("api_base", "must start with https:// in a gateway for real money")
        }
    }

    private static func mistake(_ key: String, _ what: String) -> ProviderError {
        var rejection = Rejection(.invalidRequest, message: "the setting \(key) \(what)")
        rejection.field = key
        return .rejected(rejection)
    }
}

extension PaynowSettings {
    static let defaultAPIBase = "https://www.paynow.co.zw"

    /// The settings in providers.yaml.
    static let schema = SettingsSchema([
        Setting(
            "integration_id", .integer(in: 1...999_999_999_999),
            help: "The integration's number: Receive Payment Links, the integration's page, Integration ID."
        ).required(),
        Setting(
            "integration_keys", .secrets,
            help: "The integration's key, or the new and the old one while it is changed: the first signs, any is believed."
        ).required(),
        Setting("currency", .string, help: "The currency the integration was set up for, such as USD or ZWG.").required(),
        Setting(
            "return_url", .url,
            help: "Where the payer's browser goes after Paynow's page, unless the creation of a payment names another address."
        )
        .required(),
        Setting(
            "auth_email", .string,
            help: "Sent as authemail in place of the payer's: an integration in test mode takes the merchant's own address only."
        ),
        Setting("api_base", .url, help: "Where Paynow is; another address only for tests or an egress proxy.")
            .defaulting(to: .string(defaultAPIBase)),
    ])
}
