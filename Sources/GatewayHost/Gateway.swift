import ArgumentParser

/// The command line of the gateway.
@main
struct Gateway: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Takes payments through providers that are loaded from shared libraries.",
        discussion: """
            Everything is configured in providers.yaml: which modules to load, their settings, which provider takes a payment. \
            A flag wins over an environment variable, that over .env beside providers.yaml, and that over the file.

            A first payment, in a folder with providers.yaml:

              gateway check                    says what is wrong with the configuration, all of it at once
              gateway serve                    migrates the database and takes requests
              gateway token --subject 42       prints a bearer token for the user 42

            When something is open:

              gateway operations --open        what has no outcome yet, and what happens next
              gateway explain 42               the whole story of the transaction 42
              gateway reconcile                asks the providers about all of it, now

            Before something is lost:

              gateway backup FILE              copies the database, while a gateway runs on it

            Exit codes: 0 done, 1 failed while running, 64 wrong usage, 78 wrong configuration.
            """,
        version: Version.current,
        subcommands: [
            ServeCommand.self, CheckCommand.self, MigrateCommand.self, TokenCommand.self, ProvidersCommand.self,
            OperationsCommand.self, ExplainCommand.self, WaitCommand.self, ReconcileCommand.self, WebhooksCommand.self,
            CallCommand.self,
            BackupCommand.self, RestoreCommand.self, ReferenceCommand.self, CertifyCommand.self, ProbeModuleCommand.self,
            CertifyWorkerCommand.self,
            ProviderAuthorCommand.self,
        ]
    )
}

/// The program's version.
enum Version {
    /// By https://semver.org; the same as the newest entry of CHANGELOG.md.
    static let current = "0.1.0"
}
