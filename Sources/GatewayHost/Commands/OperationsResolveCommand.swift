import ArgumentParser
import GatewayCore
import GatewayHTTP
import GatewayLifecycle

/// `gateway operations resolve`
struct OperationsResolveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Ends an operation by hand, after you have looked at the provider.",
        discussion: """
            For an operation that has had no outcome for a long time, or that the provider cannot be asked about. Find out first, in \
            the provider's dashboard or from its support, what became of it. The gateway asks the provider too, and refuses a word that \
            the provider contradicts; --force takes it all the same. The payment, a refund's reservation and the answer under the \
            client's idempotency key follow from it, and the history keeps your name and the note:

              gateway operations resolve 17 --as failed \\
                --note "Stripe support, case 4711: never received"

            A creation or a refund that succeeded has made an object: give its id with --object. Exit code 1 where nothing was done.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The operation's number, as `gateway operations` shows it.")
    var id: Int64

    @Option(name: .customLong("as"), help: "What became of it at the provider: succeeded or failed.")
    var outcome: Resolution.Outcome

    @Option(name: .long, help: "How you know, in 1 to 500 characters; kept in the payment's history.")
    var note: String

    @Option(name: .long, help: "The provider's id of the payment intent or refund that was made.")
    var object: String?

    @Flag(name: .long, help: "Take the word also if the provider shows otherwise or does not answer.")
    var force = false

    func validate() throws {
        guard id >= 1 else { throw ValidationError("The operation's number must be from 1.") }
        try Self.check(note, "--note", upTo: OperationDesk.longestNote)
        if let object { try Self.check(object, "--object", upTo: 255) }
    }

    /// Throws where a text is empty, too long, more than one line, or holds a card number.
    static func check(_ text: String, _ name: String, upTo longest: Int) throws {
        guard !text.allSatisfy(\.isWhitespace), text.unicodeScalars.count <= longest else {
            throw ValidationError("\(name) must have 1 to \(longest) characters.")
        }
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw ValidationError("\(name) must be one line without control characters.")
        }
        guard !CardNumber.isContained(in: text) else {
            throw ValidationError("\(name) holds a card number; those are kept nowhere. Leave it out.")
        }
    }

    func run() async throws {
        let before = try await standing()
        let resolution = Resolution(outcome, object: object, isForced: force)
        try await options.act(for: "operations resolve") { actions in
            try await actions.resolve(id, as: resolution, note: note, by: OperatorName.current)
        }
        let after = try await standing()
        print("operation \(id), \(before.kind) of transaction \(before.transaction): \(before.state) -> \(after.state)")
        print("transaction \(before.transaction): \(before.status) -> \(after.status)")
    }

    private struct Standing: Sendable {
        var kind: String
        var state: String
        var transaction: Int64
        var status: String
    }

    private func standing() async throws -> Standing {
        try await options.readBooks(for: "operations resolve") { [id] reader in
            guard let operation = try reader.operation(id), let transaction = try reader.transaction(operation.transactionID)
            else { throw OperatorFailure("there is no operation \(id)") }
            return Standing(
                kind: operation.kind.rawValue, state: operation.state.rawValue, transaction: transaction.id,
                status: transaction.status.rawValue
            )
        }
    }
}

extension Resolution.Outcome: ExpressibleByArgument {}
