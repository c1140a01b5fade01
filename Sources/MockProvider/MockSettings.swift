import ProviderAPI

/// The settings of one mock.
struct MockSettings: Sendable {
    /// What webhooks are signed with, and verified.
    let webhookSecret: String
    /// The journal's path, absolute or from the process's working directory.
    let journalPath: String
    /// What ids follow from.
    let seed: UInt64
    /// Whether events are posted as webhooks.
    let postsWebhooks: Bool
    /// What it does in place of what it does by itself.
    let scenarios: [Scenario]

    static let schema = SettingsSchema([
        Setting("webhook_secret", .secret, help: "Signs the webhooks that the mock posts, and verifies those that arrive.")
            .madeUpInDevelopment(),
        Setting("journal", .path, help: "The mock's own book of effects, one JSON object a line; it outlives a restart.")
            .defaulting(to: .string(defaultJournal)),
        Setting(
            "seed", .integer(in: 0...Int64.max),
            help:
                "The same calls in a fresh journal with the same seed give the same ids. Default: made from the provider's name."
        ),
        Setting("webhooks", .bool, help: "Whether the mock posts its events to the gateway.")
            .defaulting(to: .bool(true)),
        Setting(
            "scenarios", .structure,
            help: "A list of what goes wrong or otherwise than usual, and with which calls; the first that matches a call counts."
        ),
    ])

    private static let defaultJournal = "var/mock-journal.jsonl"

    /// Reads the settings that the host has checked against ``schema``.
    ///
    /// - Throws: ``ProviderError/rejected(_:)`` where there is no webhook secret, or a mistake in the scenarios.
    init(host: ProviderHost) throws(ProviderError) {
        guard let secret = host.settings.string("webhook_secret") else {
            var rejection = Rejection(
                .invalidRequest, message: "webhook_secret is empty; give the mock a secret to sign its webhooks with")
            rejection.field = "webhook_secret"
            throw .rejected(rejection)
        }
        webhookSecret = secret
        let path = host.settings.string("journal") ?? Self.defaultJournal
        journalPath = path.hasPrefix("/") ? path : "\(host.baseDirectory)/\(path)"
        // Two mocks without a seed get different ids, so that an id tells the provider.
        seed = host.settings.integer("seed").map { UInt64(bitPattern: $0) } ?? ObjectIDs.seed(from: host.name)
        postsWebhooks = host.settings.bool("webhooks") ?? true
        scenarios = try ScenarioReader.read(host.settings["scenarios"])
    }
}
