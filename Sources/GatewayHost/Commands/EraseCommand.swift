import ArgumentParser
import GatewayCore
import ProviderLoading

/// `gateway erase`
struct EraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Blanks a user's personal data in the books, for good.",
        discussion: """
            Descriptions, metadata, webhook bodies, client secrets, reasons and the details of the history become empty, and a \
            pseudonym takes the user's place. Amounts, statuses, times and the provider's ids stay, so that the books balance. The \
            user's tokens find nothing afterwards. Refused while an operation of the user is not settled. Without --yes it only says \
            whose data it would blank, and in which database. Exit code 1 where nothing was done.

              gateway erase --user 42 --yes

            Idempotency keys with their answers stay until the gateway forgets them (retention.idempotency_key_hours): a client that \
            repeats a request must not have its effect twice.

            What the provider has, what is in backups and what the log said before is not touched.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Option(name: .long, help: "The user: the `sub` of their tokens, the `user_id` of their orders.")
    var user: String

    @Flag(name: .customLong("yes"), help: "Blank the data. It cannot be undone.")
    var isConfirmed = false

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func validate() throws {
        guard !user.isEmpty else { throw ValidationError("--user must name somebody.") }
    }

    func run() async throws {
        guard isConfirmed else { throw try await question() }
        let user = user
        let report = try await options.act(for: "erase") { try await $0.erase(user, by: OperatorName.current) }
        if json { return print(try Output.json(report)) }
        print(
            """
            orders: \(report.orders), payments: \(report.transactions), webhooks: \(report.webhooks)
            the owner is now \(report.pseudonym)
            """)
    }

    /// More orders are not counted for a question.
    private static let mostCounted = 1000

    /// Says what would be blanked, and changes nothing.
    private func question() async throws -> ExitCode {
        let path = try options.load().database.path
        let most = Self.mostCounted
        let found = try await options.readBooks(for: "erase") { [user] reader in
            try reader.orders(OrderQuery(userID: Subject(stored: user), limit: most)).count
        }
        let orders = found < most ? Output.count(found, "order") : "\(most) orders or more"
        return Failure.runtime(
            "gateway erase: nothing was changed. The user \(Output.line(user)) has \(orders) in \(path). With --yes the gateway blanks "
                + "the user's personal data there, for good.")
    }
}
