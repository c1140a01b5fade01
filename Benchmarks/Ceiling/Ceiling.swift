import ArgumentParser

/// What `make bench` compares the gateway with: the least that a server of the same framework does for a request, and the least that
/// SQLite does for its rows.
@main
struct Ceiling: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ceiling", abstract: "The ceilings that the benchmarks measure the gateway against.",
        subcommands: [ServeCommand.self, WriteCommand.self]
    )
}
