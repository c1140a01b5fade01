import ArgumentParser
import GatewayCore
import ProviderAPI

/// `gateway operations`
struct OperationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operations",
        abstract: "Shows what was asked of providers and how it stands; resolve ends one by hand.",
        discussion: """
            An operation is one mutating call at a provider. It is open while its outcome is not known:

              gateway operations --open          what is open, and what happens next
              gateway operations --limit 20      the newest, whatever their state
              gateway operations list --help     all options, --config among them
              gateway operations resolve --help  how to end one that waits for a decision
            """,
        subcommands: [OperationsListCommand.self, OperationsResolveCommand.self],
        defaultSubcommand: OperationsListCommand.self
    )
}

/// `gateway operations list`
struct OperationsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Shows operations, newest first. This is what `gateway operations` does.",
        discussion: """
            It only reads, with or without a gateway running. The last column says what happens next: `at work now`, when the \
            provider is asked again, or what a person has to do.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Flag(name: .long, help: "Only what has no end: pending, unknown, and what waits for a person.")
    var open = false

    @Option(name: .long, help: "At most so many, from 1 to 1000.")
    var limit = 50

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (1...1000).contains(limit) else { throw ValidationError("--limit must be from 1 to 1000.") }
    }

    func run() async throws {
        let query = OperationQuery(open ? .unsettled : .all, limit: limit)
        let now = HostClock().now()
        let lines = try await options.readBooks(for: "operations") { reader in
            try reader.operations(query).map { OperationLine($0, at: now) }
        }
        if json { return print(try Output.json(lines)) }
        guard !lines.isEmpty else { return print(open ? "Nothing is open." : "There are no operations.") }
        print(OperationLine.table(lines))
    }
}
