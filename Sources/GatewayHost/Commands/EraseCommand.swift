import ArgumentParser
import GatewayCore

/// `gateway erase`
struct EraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Blanks a user's personal data in the books, for good.",
        discussion: """
            Descriptions, metadata, webhook bodies, client secrets, reasons and the details of the history become empty, and a \
            pseudonym takes the user's place. Amounts, statuses, times and the provider's ids stay, so that the books balance. The \
            user's tokens find nothing afterwards. Refused while an operation of the user is not settled. Exit code 1 where nothing \
            was done.

            Idempotency keys with their answers stay until the gateway forgets them (retention.idempotency_key_hours): a client that \
            repeats a request must not have its effect twice.

            What the provider has, what is in backups and what the log said before is not touched.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Option(name: .long, help: "The user: the `sub` of their tokens, the `user_id` of their orders.")
    var user: String

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func validate() throws {
        guard !user.isEmpty else { throw ValidationError("--user must name somebody.") }
    }

    func run() async throws {
        let user = user
        let report = try await options.act(for: "erase") { try await $0.erase(user, by: OperatorName.current) }
        if json { return print(try Output.json(report)) }
        print(
            """
            orders: \(report.orders), payments: \(report.transactions), webhooks: \(report.webhooks)
            the owner is now \(report.pseudonym)
            """)
    }
}
