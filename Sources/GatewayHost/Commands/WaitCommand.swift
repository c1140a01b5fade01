import ArgumentParser
import GatewayCore
import GatewayLifecycle
import GatewayStorage

/// `gateway wait`
struct WaitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Waits until a transaction or an order has a status.",
        discussion: """
            For scripts and tests, beside a gateway that runs. It only reads the database:

              gateway wait --transaction 42 --status succeeded --timeout 10s
              gateway wait --intent pi_3OqX... --status succeeded --status failed
              gateway wait --order 7 --status completed

            It ends with 0 once the status is one of those given. It ends with 1 where the time is over, or where the status is another \
            one that does not change by itself any more. Both times the message names the status. A failed payment counts as such: only \
            another attempt to pay changes it.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Option(name: .long, help: "The transaction's number.")
    var transaction: Int64?

    @Option(name: .long, help: "The provider's id of the transaction's payment intent.")
    var intent: String?

    @Option(name: .long, help: "The order's number.")
    var order: Int64?

    @Option(name: .long, help: "The status to wait for; repeat the option for one of several.")
    var status: [String]

    @Option(name: .long, help: "How long to wait: a whole number with s, m, h or d.")
    var timeout = Lifetime(.seconds(30))

    func validate() throws {
        _ = try subject
        let known = order == nil ? PaymentStatus.allCases.map(\.rawValue) : Order.Status.allCases.map(\.rawValue)
        guard !status.isEmpty else { throw ValidationError("Name a status to wait for with --status.") }
        for word in status where !known.contains(word) {
            throw ValidationError("--status \(word) is none of: \(known.joined(separator: ", ")).")
        }
    }

    func run() async throws {
        let (subject, wanted) = (try subject, Set(status))
        let limit = timeout.duration
        let result = try await options.withBooks(for: "wait") { store in
            try await Wait(limit: limit).run { try await store.read { try subject.standing(in: $0, against: wanted) } }
        }
        let list = status.joined(separator: " or ")
        switch result {
        case .reached(let name, let status): print("\(name) is \(status).")
        case .ended(let name, let status):
            throw Failure.runtime("gateway wait: \(name) is \(status), and does not become \(list) by itself.")
        case .waiting(let name, let status):
            throw Failure.runtime("gateway wait: \(name) is still \(status) after \(limit.components.seconds) s, not \(list).")
        }
    }

    /// What is waited for.
    private var subject: WaitSubject {
        get throws {
            switch (transaction, intent, order) {
            case (let id?, nil, nil): .transaction("\(id)")
            // A number would be read as a transaction's.
            case (nil, let id?, nil) where Int64(id) == nil: .transaction(id)
            case (nil, nil, let id?): .order(id)
            case (nil, _?, nil):
                throw ValidationError("--intent takes the provider's id, such as pi_3OqX...; for a number use --transaction.")
            default: throw ValidationError("Name one of --transaction, --intent and --order.")
            }
        }
    }
}
