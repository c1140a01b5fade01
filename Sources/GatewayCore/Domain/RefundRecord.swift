package import GatewayLifecycle
package import ProviderAPI

/// A refund in the books. One made at the provider without the gateway is here too.
package struct RefundRecord: Sendable, Hashable {
    /// From 1.
    package var id: Int64
    /// The transaction that is refunded.
    package var transactionID: Int64
    /// The operation that asked for it; nil for one made elsewhere.
    package var operationID: Int64?
    /// The provider's id; nil until the provider has answered.
    package var providerRefundID: String?
    /// What is given back.
    package var amount: Money
    /// Where it stands.
    package var status: Refund.Status
    /// The amount that the provider showed, in minor units, where it is another.
    package var providerAmount: Int64?
    /// What the gateway or an operator concluded before the provider showed the refund.
    package var decision: RefundDecision?
    /// Why it was asked for.
    package var reason: String?
    /// The client's own pairs.
    package var metadata: [String: String]
    /// When it was asked for.
    package var createdAt: Timestamp
    /// When it last changed.
    package var updatedAt: Timestamp

    /// A row of `refunds`.
    package init(
        id: Int64, transactionID: Int64, operationID: Int64?, providerRefundID: String?, amount: Money, status: Refund.Status,
        reason: String?, metadata: [String: String], createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.transactionID = transactionID
        self.operationID = operationID
        self.providerRefundID = providerRefundID
        self.amount = amount
        self.status = status
        self.reason = reason
        self.metadata = metadata
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// Whether the provider has not said yet that it made the refund.
    package var isUnknown: Bool { providerRefundID == nil && status == .pending }
}
