import ArgumentParser
import GatewayStorage
import ProviderAPI
import ProviderLoading

/// `gateway restore`
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Puts a backup in the place of the database.",
        discussion: """
            No gateway may be running on the database. The file is read and stays; any whole copy of a gateway's database will do, \
            such as one of SQLite's `.backup` or of a snapshot of the disk. A database in its place is renamed, and kept.

              gateway restore /var/backups/gateway/2026-01-08.db --replace

            What happened after the backup was taken is not in the books. New orders, payments and operations are numbered higher than \
            any before, so that no key at a provider is used twice. Afterwards, before clients come back:

              gateway serve
                asks the providers for all that they know of the payments in the backup
              gateway webhooks --state pending
                shows events of payments that are not in it: see docs/operators.md
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The backup.", completion: .file())
    var file: String

    @Flag(name: .long, help: "Also where there is a database; it is renamed, and kept.")
    var replace = false

    func run() async throws {
        let configuration = try options.load()
        let path = configuration.database.path
        do {
            let report = try SQLiteStore.restore(backup: file, to: path, replacing: replace, now: HostClock().now())
            print("\(path): restored, \(report.copy.size) bytes; \(report.copy.age)")
            print("new orders, payments, refunds and operations are numbered from \(report.firstNumber)")
            if let setAside = report.setAside { print("the database before it: \(setAside)") }
        } catch DatabaseOpenError.exists(let path) {
            throw Failure.runtime(
                "gateway restore: there is a database at \(path). With --replace it is renamed and kept, and the backup takes its place."
            )
        } catch {
            throw Failure.runtime("gateway restore: \(error)")
        }
    }
}
