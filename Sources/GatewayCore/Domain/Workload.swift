package import GatewayLifecycle
package import ProviderAPI

/// What is open, for metrics.
package struct Workload: Sendable, Hashable {
    /// Operations without an outcome: pending and unknown.
    package var openOperations: Int
    /// When the oldest of them was stored.
    package var oldestOpenOperation: Timestamp?
    /// Open operations that have had no outcome for 72 hours.
    package var overdueOperations: Int
    /// Webhooks that are not applied yet.
    package var pendingWebhooks: Int
    /// Payments with an open discrepancy, by its code.
    package var openDiscrepancies: [DiscrepancyCode: Int]

    /// A count of what is open.
    package init(
        openOperations: Int, oldestOpenOperation: Timestamp?, overdueOperations: Int, pendingWebhooks: Int,
        openDiscrepancies: [DiscrepancyCode: Int]
    ) {
        self.openOperations = openOperations
        self.oldestOpenOperation = oldestOpenOperation
        self.overdueOperations = overdueOperations
        self.pendingWebhooks = pendingWebhooks
        self.openDiscrepancies = openDiscrepancies
    }
}
