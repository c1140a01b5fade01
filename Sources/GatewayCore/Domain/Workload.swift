package import ProviderAPI

/// What is not settled, for metrics.
package struct Workload: Sendable, Hashable {
    /// Operations without an outcome: pending and unknown.
    package var openOperations: Int
    /// When the oldest of them was written down.
    package var oldestOpenOperation: Timestamp?
    /// Operations that wait for a person's decision.
    package var operationsInReview: Int
    /// Transactions that wait for a person's decision.
    package var transactionsInReview: Int
    /// Webhooks that are not applied yet.
    package var pendingWebhooks: Int

    /// A count of what is not settled.
    package init(
        openOperations: Int, oldestOpenOperation: Timestamp?, operationsInReview: Int, transactionsInReview: Int,
        pendingWebhooks: Int
    ) {
        self.openOperations = openOperations
        self.oldestOpenOperation = oldestOpenOperation
        self.operationsInReview = operationsInReview
        self.transactionsInReview = transactionsInReview
        self.pendingWebhooks = pendingWebhooks
    }
}
