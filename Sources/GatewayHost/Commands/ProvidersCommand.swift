import ArgumentParser
import Logging
import ProviderAPI
import ProviderLoading

/// `gateway providers`
struct ProvidersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "providers",
        abstract: "Shows which providers would be loaded: version, capabilities, digest.",
        discussion:
            "The digest is what `sha256` in providers.yaml takes; production requires it. Exit code 78 where one cannot be loaded."
    )

    @OptionGroup var options: ConfigurationOptions

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func run() async throws {
        HostLogging.bootstrap(level: .warning)
        let configuration = try await options.loadForProviders()
        let report = await ProviderHosting.load(configuration, logger: Logger(label: "gateway"))
        if json {
            print(try Output.json(report.descriptions))
        } else {
            for description in report.descriptions { print(Self.text(description)) }
        }
        guard report.problems.isEmpty else { throw ExitCode(78) }
    }

    private static func text(_ provider: ProviderDescription) -> String {
        var lines = ["\(provider.name)\(provider.isDefault ? " (default)" : "")"]
        lines.append("  module        \(provider.module)")
        if !provider.isEnabled { lines.append("  off           enabled: false") }
        if !provider.acceptsNewPayments { lines.append("  retired       accepts_new_payments: false") }
        if let information = provider.information {
            lines.append(
                "  provider      \(information.displayName) \(information.version)\(information.isForTests ? ", for tests" : "")")
        }
        if let digest = provider.digest { lines.append("  sha256        \(digest)") }
        if let isCertified = provider.isCertified { lines.append("  certified     \(isCertified ? "yes" : "no")") }
        if let capabilities = provider.capabilities {
            let names: [(Bool, String)] = [
                (capabilities.manualCapture, "manual capture"), (capabilities.partialCapture, "partial capture"),
                (capabilities.refunds, "refunds"), (capabilities.partialRefunds, "partial refunds"),
                (capabilities.webhooks, "webhooks"), (capabilities.findsByOperation, "finds by operation"),
                (capabilities.listsEvents, "lists events"), (capabilities.pages, "pages"),
                (capabilities.chargesAtCreation, "charges at creation"),
            ]
            lines.append("  capabilities  \(names.filter(\.0).map(\.1).joined(separator: ", "))")
        }
        for problem in provider.problems { lines.append("  problem       \(problem)") }
        return lines.joined(separator: "\n")
    }
}
