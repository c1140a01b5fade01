import ArgumentParser
import GatewayCore
import GatewayLifecycle
import ProviderAPI

/// `gateway payments`
struct PaymentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "payments",
        abstract: "Shows payments with an open discrepancy; resolve closes one.",
        discussion: """
            A discrepancy is a difference between the books and what the provider shows. The books follow the provider, and a person \
            looks at the difference:

              gateway payments                 the open discrepancies
              gateway payments resolve --help  how to close one
            """,
        subcommands: [PaymentsListCommand.self, PaymentsResolveCommand.self],
        defaultSubcommand: PaymentsListCommand.self
    )
}

/// A payment with an open discrepancy, as operators see it.
struct ReviewLine: Sendable, Encodable {
    let transactionID: Int64
    let orderID: Int64
    let provider: String
    let status: String
    let code: String
    let detail: String
    let openedAt: String

    private enum CodingKeys: String, CodingKey {
        case transactionID = "transaction_id"
        case orderID = "order_id"
        case provider
        case status
        case code
        case detail
        case openedAt = "opened_at"
    }

    /// Nil for a payment without an open discrepancy.
    init?(_ payment: PaymentTransaction) {
        guard let review = payment.review else { return nil }
        transactionID = payment.id
        orderID = payment.orderID
        provider = payment.provider
        status = payment.status.rawValue
        code = review.discrepancy.code.rawValue
        detail = review.detail
        openedAt = review.openedAt.rfc3339
    }

    /// Discrepancies in aligned columns.
    static func table(_ lines: [ReviewLine]) -> String {
        var table = TextTable(["TRANSACTION", "ORDER", "PROVIDER", "STATUS", "CODE", "SINCE", "DETAIL"])
        for line in lines {
            table.add([
                "\(line.transactionID)", "\(line.orderID)", line.provider, line.status, line.code, Output.time(line.openedAt),
                Output.line(line.detail),
            ])
        }
        return table.text
    }
}

/// `gateway payments list`
struct PaymentsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Shows payments with an open discrepancy. This is what `gateway payments` does.",
        discussion: "It only reads, with or without a gateway running."
    )

    @OptionGroup var options: ConfigurationOptions

    @Option(name: .long, help: "At most so many, from 1 to 1000.")
    var limit = 50

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (1...1000).contains(limit) else { throw ValidationError("--limit must be from 1 to 1000.") }
    }

    func run() async throws {
        let lines = try await options.readBooks(for: "payments") { [limit] reader in
            try reader.reviewedTransactions(beforeID: nil, limit: limit).compactMap(ReviewLine.init)
        }
        if json { return print(try Output.json(lines)) }
        print(lines.isEmpty ? "No discrepancy is open." : ReviewLine.table(lines))
    }
}

/// `gateway payments resolve`
struct PaymentsResolveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Closes the open discrepancy of a payment.",
        discussion: """
            With --accept the books stand as the provider shows them. With --refund everything that was captured goes back by an \
            ordinary refund, and a payment that is not captured is canceled. The history keeps your name and the note:

              gateway payments resolve 42 --accept \\
                --note "partial delivery, agreed with the customer"

            Exit code 1 where nothing was done.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The transaction's number, as `gateway payments` shows it.")
    var id: Int64

    @Flag(name: .long, help: "The books stand as the provider shows them.")
    var accept = false

    @Flag(name: .long, help: "Give everything back.")
    var refund = false

    @Option(name: .long, help: "Why, in 1 to 500 characters; kept in the payment's history.")
    var note: String

    func validate() throws {
        guard id >= 1 else { throw ValidationError("The transaction's number must be from 1.") }
        guard accept != refund else { throw ValidationError("Give exactly one of --accept and --refund.") }
        try OperationsResolveCommand.check(note, "--note", upTo: OperationDesk.longestNote)
    }

    func run() async throws {
        try await options.act(for: "payments resolve") { actions in
            try await actions.resolvePayment(
                id, as: accept ? .accept : .refund, note: note, by: OperatorName.current)
        }
        let payment = try await options.readBooks(for: "payments resolve") { [id] reader in
            guard let payment = try reader.transaction(id) else { throw OperatorFailure("there is no payment \(id)") }
            return payment
        }
        print("transaction \(id): \(payment.status.rawValue)")
        guard let left = ReviewLine(payment) else { return print("No discrepancy is open.") }
        print("Open: \(left.code), \(left.detail)")
        guard refund else { return }
        let next = payment.captured > 0 ? "The money goes back" : "The payment is canceled at the provider"
        print("\(next) while a gateway runs; `gateway explain \(id)` shows how far it is.")
    }
}
