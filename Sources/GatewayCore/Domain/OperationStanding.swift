package import ProviderAPI

/// An operation and where it stands, for recovery and for operators.
package struct OperationStanding: Sendable, Hashable {
    /// The operation.
    package var operation: Operation
    /// The provider that it asks, by its name in providers.yaml.
    package var provider: String
    /// What the last call or look-up came to, such as `unknown`; nil before the first.
    package var outcome: String?
    /// Whether somebody is at work on it, by the database's clock.
    package var isLeased: Bool
    /// When the provider is asked about it next; of no meaning once it has ended.
    package var nextCheckAt: Timestamp
    /// When the row last changed.
    package var updatedAt: Timestamp

    /// A row of `operations` with its transaction's provider.
    package init(
        operation: Operation, provider: String, outcome: String?, isLeased: Bool, nextCheckAt: Timestamp, updatedAt: Timestamp
    ) {
        self.operation = operation
        self.provider = provider
        self.outcome = outcome
        self.isLeased = isLeased
        self.nextCheckAt = nextCheckAt
        self.updatedAt = updatedAt
    }
}

/// Which operations, and which page of them.
package struct OperationQuery: Sendable, Hashable {
    /// Which states.
    package enum Scope: Sendable, Hashable {
        /// All.
        case all
        /// Those without an end: pending, unknown, and those that wait for a person's decision.
        case unsettled
    }

    /// Which states.
    package var scope: Scope
    /// Only of this transaction.
    package var transactionID: Int64?
    /// Only older than the operation with this id.
    package var beforeID: Int64?
    /// At most so many.
    package var limit: Int

    /// A page of operations, newest first.
    package init(_ scope: Scope, transactionID: Int64? = nil, beforeID: Int64? = nil, limit: Int) {
        self.scope = scope
        self.transactionID = transactionID
        self.beforeID = beforeID
        self.limit = limit
    }
}
