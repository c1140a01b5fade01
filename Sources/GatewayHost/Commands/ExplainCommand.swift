import ArgumentParser
import GatewayCore
import GatewayLifecycle
import ProviderAPI

/// `gateway explain`
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tells the whole story of one payment, and what comes next.",
        discussion: """
            Everything in the order in which it happened (times in UTC): the order, the client's requests with their ids and \
            idempotency keys, what the provider answered, refunds, webhooks and what became of each, and operators' decisions. It \
            only reads, with or without a gateway running.

              gateway explain 42
              gateway explain pi_3OqX...
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The transaction's number, or the provider's id of its payment intent.")
    var transaction: String

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func validate() throws {
        guard !transaction.isEmpty else { throw ValidationError("Name a transaction by its number or its payment intent.") }
    }

    func run() async throws {
        let explanation = try await options.readBooks(for: "explain") { [transaction] reader in
            Explanation(try ExplanationRows(of: transaction, in: reader))
        }
        print(json ? try Output.json(explanation) : explanation.text)
    }
}

extension Explanation {
    /// The story for a terminal: one line for each thing.
    var text: String {
        func money(_ minorUnits: Int64) -> String { Money(minorUnits: minorUnits, currency: amount.currency).majorUnits }
        var lines = [
            "Transaction \(transactionID) of order \(orderID) at \(provider), payment intent \(paymentIntentID ?? "not known yet")"
        ]
        var table = TextTable()
        for entry in entries { table.add([Output.time(entry.at.rfc3339), entry.subject.rawValue, Output.line(entry.text)]) }
        lines.append(table.text)
        lines.append("")
        lines.append(
            "Now: \(status.rawValue), \(amount); captured \(money(captured)), refunded \(money(refunded)), "
                + "on its way back \(money(reserved)), disputed \(money(disputed)), refundable \(money(refundable))"
        )
        for step in next { lines.append("Next (\(step.by.rawValue)): \(Output.line(step.text))") }
        return lines.joined(separator: "\n")
    }
}
