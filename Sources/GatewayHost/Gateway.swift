import ArgumentParser

/// The program.
@main
enum Program {
    static func main() async {
        ProcessGuard.apply()
        await Gateway.main()
    }
}

/// The command line of the gateway.
struct Gateway: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Takes payments through providers that are loaded from shared libraries.",
        discussion: """
            Everything is configured in providers.yaml: which modules to load, their settings, which provider takes a payment. \
            A flag wins over an environment variable, that over .env beside providers.yaml, and that over the file.

            A first payment, in a folder with providers.yaml:

              gateway check                  reports every mistake in the configuration
              gateway serve                  migrates the database, takes requests
              gateway token --subject 42     prints a bearer token for the user 42

            When something is open:

              gateway operations --open      all that is open, what happens next
              gateway explain 42             the whole story of the transaction 42
              gateway reconcile              asks the providers about all of it, now

            Before something is lost:

              gateway backup FILE            copies the database of a running gateway

            Exit codes:

              0   done
              1   failed while running
              2   gateway audit could not compare every payment
              64  wrong usage
              74  the disk failed while a gateway committed; start it again
              78  wrong configuration
            """,
        version: Version.current,
        subcommands: [
            ServeCommand.self, ReloadCommand.self, CheckCommand.self, MigrateCommand.self, TokenCommand.self,
            ProvidersCommand.self, OperationsCommand.self, PaymentsCommand.self, ExplainCommand.self, WaitCommand.self,
            ReconcileCommand.self, WebhooksCommand.self, CallCommand.self, BackupCommand.self, RestoreCommand.self,
            AuditCommand.self, EraseCommand.self,
            ReferenceCommand.self, CertifyCommand.self, ProbeModuleCommand.self, CertifyWorkerCommand.self,
            ProviderAuthorCommand.self,
        ]
    )
}

/// The program's version.
enum Version {
    /// By https://semver.org; the same as the newest entry of CHANGELOG.md.
    static let current = "0.1.0"
}
