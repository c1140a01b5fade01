/// What one pass over everything that is open came to.
package struct ReconcileReport: Sendable, Codable, Hashable {
    /// One operation.
    package struct Line: Sendable, Codable, Hashable {
        /// The operation's id.
        package var operation: Int64
        /// What it asks: `create`, `confirm`, `capture`, `cancel` or `refund`.
        package var kind: String
        /// The transaction's id.
        package var transaction: Int64
        /// The provider's name.
        package var provider: String
        /// The state before the pass.
        package var before: String
        /// The state after it.
        package var after: String
        /// What the call or look-up came to.
        package var outcome: String?
    }

    /// The operations that were looked at, the newest first.
    package var lines: [Line]
    /// How many stored webhooks were looked at.
    package var webhooks: Int
    /// How many operations are open and were left to whoever is at work on them.
    package var leased: Int

    /// How many of the operations are still open.
    package var stillOpen: Int {
        lines.count { Operation.State(rawValue: $0.after)?.isOpen ?? false }
    }
}
