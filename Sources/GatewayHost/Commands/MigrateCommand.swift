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

            A gateway serves only from the file that was served before, and refuses copies of it. After you have moved the database to \
            another place, disk or machine, and nothing serves from the old place, say so once:

              gateway migrate --moved

            A backup, a snapshot or any other copy is put in place with `gateway restore` instead.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Flag(name: .long, help: "The database was moved here, and nothing serves from the old place.")
    var moved = false

    func run() async throws {
        let configuration = try options.load()
        do {
            let applied = try await SQLiteStore.migrate(path: configuration.database.path, claim: moved ? .moved : .same)
            print(
                applied.isEmpty
                    ? "\(configuration.database.path): up to date" : applied.map { "applied \($0)" }.joined(separator: "\n"))
        } catch {
            throw Failure.runtime("gateway migrate: \(error)")
        }
    }
}
