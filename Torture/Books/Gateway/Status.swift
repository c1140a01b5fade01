import GatewayLifecycle

/// What the checker knows of statuses. The transition table is the one that the gateway, its tests and docs/clients.md share.
enum Status {
    /// Money was captured, whatever came after.
    static let paid = Set(PaymentStatus.allCases.filter(\.isPaid).map(\.rawValue))

    /// Returns the transition table's row of a step; nil where a transaction may not go this way.
    static func step(from: String, to: String) -> TransitionTable.Row? {
        guard let from = PaymentStatus(rawValue: from), let to = PaymentStatus(rawValue: to) else { return nil }
        return TransitionTable.row(from, to)
    }

    /// Returns the status of an order with these payments, oldest first; nil where there is none.
    static func ofOrder(_ payments: [TransactionRow]) -> String? {
        guard !payments.isEmpty else { return nil }
        let paid = payments.filter(\.isPaid)
        let counted = paid.filter { !$0.blocksOrder }
        let captured = counted.reduce(0) { $0 + $1.captured }
        let refunded = counted.reduce(0) { $0 + $1.refunded }
        if captured > 0 { return refunded == 0 ? "completed" : refunded < captured ? "partially_refunded" : "refunded" }
        if !paid.isEmpty { return "pending" }
        // A payment without an intent came to nothing.
        let shown = payments.filter { $0.intentID != nil }
        if let open = shown.last(where: \.mayStillBePaid) { return open.status == "failed" ? "failed" : "pending" }
        return shown.isEmpty || payments.contains(where: \.mayStillBePaid) ? "pending" : "canceled"
    }

    /// Returns the transaction's status that goes with the provider's intent.
    static func ofTransaction(_ intent: ProviderIntent, refunded: Int64) -> String {
        switch intent.status {
        case "requires_payment_method": intent.lastError == nil ? intent.status : "failed"
        case "succeeded" where refunded == 0: "succeeded"
        case "succeeded": refunded < intent.captured ? "partially_refunded" : "refunded"
        case "expired": "canceled"
        default: intent.status
        }
    }

    /// The disputes that do not hold money: inquiries, and those that the shop won.
    static let harmlessDisputes: Set<String> = [
        "won", "prevented", "warning_needs_response", "warning_under_review", "warning_closed",
    ]
}
