import ArgumentParser

/// `gateway reload`
struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Has the running gateway read providers.yaml again.",
        discussion: """
            Exchanges providers and routing without a pause, as SIGHUP does, and prints the providers that are in use afterwards. A file \
            that cannot be used changes nothing.

            In production a file that drops or disables a provider is refused while payments need that provider: payments younger than \
            180 days, and open operations. Keep it with `accepts_new_payments: false`, or reload with --force.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Flag(name: .long, help: "Drop providers that payments need, too.")
    var force = false

    func run() async throws {
        let isForced = force
        let names = try await options.act(for: "reload") { try await $0.reload(isForced: isForced) }
        print("in use: \(names.joined(separator: ", "))")
    }
}
