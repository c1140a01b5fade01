package import ProviderAPI

/// A map of providers.yaml and the keys that it may have.
///
/// What is declared here is what the reader takes: a key that is not, is a mistake. The configuration reference is printed from it.
package struct ConfigurationSection: Sendable {
    /// The keys that lead to it, such as `server` or `providers[]`; empty for the file as a whole.
    package let path: String
    /// What it is about, in one or two sentences.
    package let help: String
    /// Its keys, in the order in which the reference shows them.
    package let settings: [Setting]

    init(_ path: String, help: String, _ settings: [Setting]) {
        self.path = path
        self.help = help
        self.settings = settings
    }

    /// The names of its keys.
    var keys: [String] { settings.map(\.key) }

    /// What wins over a key; nil where nothing does.
    package func override(of setting: Setting) -> ConfigurationOverrides.Key? {
        ConfigurationOverrides.Key(rawValue: path.isEmpty ? setting.key : "\(path).\(setting.key)")
    }
}

/// All of providers.yaml.
package enum ConfigurationSchema {
    /// The sections, in the order in which the reference shows them.
    package static let sections = [
        root, server, database, retention, auth, authorization, rateLimits, payments, log, modules, providers, routing,
    ]

    static let environments = ["development", "production"]
    static let root = ConfigurationSection(
        "", help: "The sections of the file.",
        [
            Setting(
                "environment", .oneOf(environments),
                help:
                    "`production` refuses test modules, made-up secrets, and modules without `sha256`. No default: none is safe for both."
            ).required(),
            Setting("server", .structure, help: "Where the gateway listens and is reached."),
            Setting("database", .structure, help: "Where the books are kept."),
            Setting("retention", .structure, help: "How long the books keep data that payments no longer need."),
            Setting("auth", .structure, help: "How bearer tokens are checked."),
            Setting("authorization", .structure, help: "Who may refund, cancel and capture."),
            Setting("rate_limits", .structure, help: "How many requests a user may send."),
            Setting("payments", .structure, help: "What the gateway does with payments."),
            Setting("log", .structure, help: "What is logged, and how."),
            Setting("modules", .structure, help: "Where modules are loaded from."),
            Setting("providers", .structure, help: "The payment providers: a list, each with a name of its own.").required(),
            Setting("routing", .structure, help: "Which provider takes a payment.").required(),
        ])
}
