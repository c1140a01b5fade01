package import ProviderAPI

/// A dispute in the books, as the provider last showed it.
package struct DisputeRecord: Sendable, Hashable {
    /// From 1.
    package var id: Int64
    /// The disputed transaction.
    package var transactionID: Int64
    /// The dispute.
    package var dispute: Dispute
    /// When the provider made the newest news of it, or was asked for it.
    package var changedAt: Timestamp
    /// When the gateway first saw it.
    package var createdAt: Timestamp
    /// When the row last changed.
    package var updatedAt: Timestamp

    /// A row of `disputes`.
    package init(
        id: Int64, transactionID: Int64, dispute: Dispute, changedAt: Timestamp, createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.transactionID = transactionID
        self.dispute = dispute
        self.changedAt = changedAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
