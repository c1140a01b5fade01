package import GatewayLifecycle
package import ProviderAPI

/// What can be asked of the books. Soft-deleted rows are never among the answers.
package protocol StoreReader {
    /// The order with this id.
    func order(_ id: Int64) throws -> Order?
    /// A page of orders, newest first.
    func orders(_ query: OrderQuery) throws -> [Order]

    /// The transaction with this id.
    func transaction(_ id: Int64) throws -> PaymentTransaction?
    /// Transactions with this intent id: more than one where two providers use the same, none where it is unknown.
    func transactions(paymentIntentID: String) throws -> [PaymentTransaction]
    /// The transaction with this intent id at this provider.
    func transaction(provider: String, paymentIntentID: String) throws -> PaymentTransaction?
    /// Every transaction of an order, newest first.
    func transactions(orderID: Int64) throws -> [PaymentTransaction]
    /// A page of transactions, the latest first, by the time of their creation or of their last change.
    func transactions(_ query: TransactionQuery) throws -> [PaymentTransaction]
    /// Transactions within a range of ids, the lowest first. It passes over those that other filters leave out.
    func transactions(
        after id: Int64, upTo last: Int64, createdFrom: Timestamp?, provider: String?, limit: Int
    ) throws -> [PaymentTransaction]
    /// The highest id of a transaction; nil where there is none.
    func newestTransactionID() throws -> Int64?
    /// A transaction's history, oldest first.
    func history(transactionID: Int64) throws -> [HistoryEntry]

    /// A transaction's refunds, oldest first.
    func refunds(transactionID: Int64) throws -> [RefundRecord]
    /// Refunds that a provider has shown and that are still on their way, made within a time, oldest first.
    func pendingRefunds(
        at provider: String, createdFrom: Timestamp, createdTo: Timestamp, limit: Int
    ) throws -> [RefundRecord]
    /// The refund that an operation asked for.
    func refund(operationID: Int64) throws -> RefundRecord?

    /// A transaction's disputes, oldest first.
    func disputes(transactionID: Int64) throws -> [DisputeRecord]
    /// Transactions with an open discrepancy, the latest first.
    func reviewedTransactions(beforeID: Int64?, limit: Int) throws -> [PaymentTransaction]

    /// An operation on a payment of this user that has not ended, or waits for a person's decision; nil where there is none.
    func unsettledOperation(ofUser user: Subject) throws -> Int64?
    /// The operation with this id.
    func operation(_ id: Int64) throws -> Operation?
    /// The open operations of a transaction, oldest first. Beside refunds there are at most one of create, confirm and capture, and one
    /// cancel.
    func openOperations(transactionID: Int64) throws -> [OpenOperation]
    /// What stands beside an open operation; nil where it has ended, or somebody has taken it over since it had this fence.
    func surroundings(ofOpenOperation id: Int64, fence: Int64) throws -> OperationSurroundings?
    /// Open operations whose lease has run out and whose next check is due, by the database's clock, the longest due first.
    ///
    /// - Parameter providers: those whose operations are left out.
    func operationsDue(limit: Int, exceptAt providers: Set<String>) throws -> [OperationStanding]
    /// The open operation of a provider, not leased, that has waited longest; nil where there is none.
    func oldestOpenOperation(at provider: String) throws -> Operation?
    /// A page of operations, newest first.
    func operations(_ query: OperationQuery) throws -> [OperationStanding]

    /// What is remembered under a caller's key.
    func idempotencyRecord(_ reference: IdempotencyReference) throws -> IdempotencyRecord?

    /// Pending webhooks whose next try is due at `now`, oldest first.
    ///
    /// - Parameter providers: those whose webhooks are left out.
    func webhooksDue(at now: Timestamp, limit: Int, exceptAt providers: Set<String>) throws -> [WebhookRecord]
    /// The webhook with this id, where it is pending and its next try is due at `now`.
    func webhookDue(_ id: Int64, at now: Timestamp) throws -> WebhookRecord?
    /// The body of a webhook as it arrived; nil where there is no such webhook.
    func webhookBody(_ id: Int64) throws -> [UInt8]?
    /// A page of stored webhooks, in the order of their arrival.
    func webhooks(_ query: WebhookQuery) throws -> [WebhookStanding]
    /// How far a provider's list of events has been read.
    func eventListing(of provider: String) throws -> EventListing
    /// Until when a provider was asked for what is open at it, by the gateway's clock; nil where it never was.
    func openPaymentsChecked(at provider: String) throws -> Timestamp?

    /// What the books need providers for, by name in alphabetical order; those that they do not need are left out.
    ///
    /// - Parameters:
    ///   - time: payments made from then on count.
    ///   - names: providers that are not looked at.
    func providersInUse(since time: Timestamp, except names: Set<Identifier>) throws -> [ProviderUse]
    /// How much is not settled.
    func workload() throws -> Workload
}

/// Which orders, and which page of them.
package struct OrderQuery: Sendable, Hashable {
    /// Only this owner's; nil for all.
    package var userID: Subject?
    /// Only in this status.
    package var status: Order.Status?
    /// Only made at this time or later.
    package var createdFrom: Timestamp?
    /// Only made before this time.
    package var createdTo: Timestamp?
    /// Only older than the order with this id.
    package var beforeID: Int64?
    /// At most so many.
    package var limit: Int

    /// A page of orders.
    package init(userID: Subject?, beforeID: Int64? = nil, limit: Int) {
        self.userID = userID
        self.beforeID = beforeID
        self.limit = limit
    }
}

/// Which transactions, and which page of them.
///
/// Sorted by creation, a page costs the same with any filters. Sorted by the last change, only the owner and the range of change times
/// bound what is read: transactions that other filters leave out are passed over one by one.
package struct TransactionQuery: Sendable, Hashable {
    /// What transactions are sorted by, the latest first.
    package enum SortKey: String, Sendable, CaseIterable {
        /// The time of creation.
        case createdAt = "created_at"
        /// The time of the last change.
        case updatedAt = "updated_at"
    }

    /// Only this owner's; nil for all.
    package var userID: Subject?
    /// Only of this order.
    package var orderID: Int64?
    /// Only in this status.
    package var status: PaymentStatus?
    /// Only of this provider.
    package var provider: String?
    /// Only made at this time or later.
    package var createdFrom: Timestamp?
    /// Only made before this time.
    package var createdTo: Timestamp?
    /// What they are sorted by.
    package var sortKey = SortKey.createdAt
    /// Only changed at this time or later. Where sorted by the last change.
    package var updatedFrom: Timestamp?
    /// Only changed before this time. Where sorted by the last change.
    package var updatedTo: Timestamp?
    /// Only older than the transaction with this id. Where sorted by creation.
    package var beforeID: Int64?
    /// Only changed before this place. Where sorted by the last change.
    package var beforeUpdate: UpdatePosition?
    /// At most so many.
    package var limit: Int

    /// A transaction's place in the order of changes, as it was when it was read: a later change moves the transaction and not the place.
    package struct UpdatePosition: Sendable, Hashable {
        /// When the transaction had last changed.
        package var updatedAt: Timestamp
        /// Its id.
        package var id: Int64

        /// The place of a transaction that was read.
        package init(updatedAt: Timestamp, id: Int64) {
            self.updatedAt = updatedAt
            self.id = id
        }
    }

    /// A page of transactions.
    package init(userID: Subject?, limit: Int) {
        self.userID = userID
        self.limit = limit
    }
}
