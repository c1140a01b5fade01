import ArgumentParser
import GatewayCore
import ProviderAPI

/// `gateway operations`
struct OperationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operations",
        abstract: "Shows what was asked of providers and how it stands; resolve ends one by hand.",
        discussion: """
            An operation is one mutating call at a provider. It is open while its outcome is not known. With --open, open discrepancies \
            are listed too:

              gateway operations --open          all that is open, and what happens next
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
            provider is asked again, or what a person has to do. With --open, payments with an open discrepancy follow; `gateway payments` \
            shows them alone. --json prints a list of operations, and with --open an object with the lists `operations` and `discrepancies`.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Flag(name: .long, help: "Only what has no end: pending, unknown, and what waits for a person, discrepancies included.")
    var open = false

    @Option(name: .long, help: "At most so many of each, from 1 to 1000.")
    var limit = 50

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (1...1000).contains(limit) else { throw ValidationError("--limit must be from 1 to 1000.") }
    }

    func run() async throws {
        let query = OperationQuery(open ? .unsettled : .all, limit: limit)
        let now = HostClock().now()
        let (operations, discrepancies) = try await options.readBooks(for: "operations") { [open, limit] reader in
            let operations = try reader.operations(query).map { OperationLine($0, at: now) }
            let reviewed = open ? try reader.reviewedTransactions(beforeID: nil, limit: limit) : []
            return (operations, reviewed.compactMap(ReviewLine.init))
        }
        if json {
            let found = OpenWork(operations: operations, discrepancies: discrepancies)
            return print(open ? try Output.json(found) : try Output.json(operations))
        }
        var tables: [String] = []
        if !operations.isEmpty { tables.append(OperationLine.table(operations)) }
        if !discrepancies.isEmpty { tables.append("Open discrepancies:\n" + ReviewLine.table(discrepancies)) }
        guard !tables.isEmpty else { return print(open ? "Nothing is open." : "There are no operations.") }
        print(tables.joined(separator: "\n\n"))
    }
}

/// All that is open, as programs read it.
private struct OpenWork: Encodable {
    let operations: [OperationLine]
    let discrepancies: [ReviewLine]
}
