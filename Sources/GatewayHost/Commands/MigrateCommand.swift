import ArgumentParser
import GatewayStorage
import ProviderLoading

/// `gateway migrate`
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Brings the database to this program's schema, and makes it where there is none.",
        discussion: """
            `gateway serve` does the same at its start. Migrations only go forward: a database that a newer gateway has changed is \
            refused. No gateway may be running on the database.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let configuration = try options.load()
        do {
            let applied = try await SQLiteStore.migrate(path: configuration.database.path)
            print(
                applied.isEmpty
                    ? "\(configuration.database.path): up to date" : applied.map { "applied \($0)" }.joined(separator: "\n"))
        } catch {
            throw Failure.runtime("gateway migrate: \(error)")
        }
    }
}
