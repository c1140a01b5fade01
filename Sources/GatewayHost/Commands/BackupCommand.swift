import ArgumentParser
import GatewayStorage
import ProviderAPI
import ProviderLoading

/// `gateway backup`
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copies the database into a file, with or without a gateway running on it.",
        discussion: """
            The copy is of one moment, in one file that only you can read, checked, and on disk when the command ends. The gateway goes \
            on meanwhile. The file must not exist yet:

              gateway backup /var/backups/gateway/2026-01-08.db

            It is put in place with `gateway restore`; no gateway serves from it before that.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The file to make.", completion: .file())
    var file: String

    func run() async throws {
        let configuration = try options.load()
        do {
            let report = try SQLiteStore.backup(path: configuration.database.path, to: file)
            print("\(file): \(report.size) bytes, checked; \(report.age)")
        } catch {
            throw Failure.runtime("gateway backup: \(error)")
        }
    }
}

extension SQLiteStore.CopyReport {
    /// How old what is in it is.
    var age: String {
        newestChange.map { "the newest change in it is of \(Output.time($0.rfc3339))" } ?? "there is no payment in it"
    }
}
