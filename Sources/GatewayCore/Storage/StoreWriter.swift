package import GatewayLifecycle
package import ProviderAPI

/// What can be written into the books, inside one transaction.
package protocol StoreWriter: StoreReader {
    /// Adds an order, with status `pending`.
    func insertOrder(_ order: NewOrder, at now: Timestamp) throws -> Order
    /// Changes an order's status; one that has it already stays as it is.
    func updateOrder(_ id: Int64, status: Order.Status, at now: Timestamp) throws

    /// Adds a transaction; its `id` and `version` are given by the store.
    func insertTransaction(_ transaction: PaymentTransaction) throws -> PaymentTransaction
    /// Writes every field that can change, and counts the version.
    ///
    /// - Parameter original: the row as it was read.
    /// - Throws: ``StoreError/constraint(_:)`` where the row has another version than `original`.
    func updateTransaction(_ transaction: inout PaymentTransaction, from original: PaymentTransaction) throws

    /// Adds a refund; its `id` is given by the store.
    func insertRefund(_ refund: RefundRecord) throws -> RefundRecord
    /// Writes a refund's provider id, status, decision, shown amount and time.
    func updateRefund(_ refund: RefundRecord) throws
    /// Takes a refund out of the books that turned out to be another row's: its provider's id is free for that one.
    func withdrawRefund(_ id: Int64, at now: Timestamp) throws

    /// Adds a dispute without an id, or changes the one with this id.
    ///
    /// - Returns: the row as it is now.
    func writeDispute(_ dispute: DisputeRecord) throws -> DisputeRecord

    /// Adds an operation: state `pending`, one attempt counted, fence 1, leased for `lease` on the database's clock. Without a lease it is
    /// due at once, and recovery makes the first call.
    ///
    /// - Throws: ``StoreError/constraint(_:)`` where the transaction has an open create, confirm, capture or cancel already.
    func insertOperation(_ operation: NewOperation, lease: Duration?, at now: Timestamp) throws -> Operation
    /// Takes over an open operation whose lease has run out: fence and attempts grow, the lease is renewed.
    ///
    /// That it may have been sent is written as well: an attempt that left no trace may have got through.
    ///
    /// - Returns: the row as it is now, or nil where another was faster.
    func takeOverOperation(_ id: Int64, fence: Int64, lease: Duration) throws -> Operation?
    /// Ends an operation, only `WHERE fence = ? AND state IN ('pending', 'unknown')`.
    ///
    /// - Returns: false where another has taken it over or ended it: then nothing else may be written either.
    func endOperation(_ id: Int64, fence: Int64, state: Operation.State, outcome: String, at now: Timestamp) throws -> Bool
    /// Keeps an operation open, gives up the lease, and says when to look again on the database's clock. Same condition as
    /// ``endOperation(_:fence:state:outcome:at:)``.
    ///
    /// - Parameter standing: what is known of it now; nil where a call may have been made and nothing else is known.
    func keepOperationOpen(
        _ id: Int64, fence: Int64, outcome: String, standing: OpenOperation?, nextCheckAfter: Duration, at now: Timestamp
    ) throws -> Bool
    /// Remembers that the provider is about to be called by recovery, so that the operation may have been sent. The request is stored with
    /// the first call, and never changed afterwards. Same condition as ``endOperation(_:fence:state:outcome:at:)``.
    func noteCall(_ operation: Operation, standing: OpenOperation, at now: Timestamp) throws -> Bool
    /// Ends the leases of processes that are gone, counts their deaths, and makes every open operation due. For the start, under the
    /// lock file.
    func voidLeases() throws
    /// Makes every open operation of a provider due that nobody is at work on, and its pending webhooks too.
    func bringForward(provider: String, at now: Timestamp) throws
    /// Ends an open operation that no task works on. The fence grows, so that an earlier task of it writes nothing any more.
    ///
    /// - Returns: false where it has ended, or a task works on it: then nothing else may be written either.
    func endUnleasedOperation(_ id: Int64, state: Operation.State, outcome: String, at now: Timestamp) throws -> Bool

    /// Remembers a key, in flight.
    ///
    /// - Throws: ``StoreError/constraint(_:)`` where the caller has used the key before.
    func insertIdempotencyKey(_ claim: IdempotencyClaim, operationID: Int64?, at now: Timestamp) throws
    /// Completes a key with its answer.
    func completeIdempotencyKey(_ reference: IdempotencyReference, answer: StoredAnswer, at now: Timestamp) throws
    /// Forgets a key: the same request may run again.
    func deleteIdempotencyKey(_ reference: IdempotencyReference) throws
    /// Forgets keys whose answer was stored before a point in time, the oldest first, at most `limit`. Keys in flight stay.
    ///
    /// - Returns: how many were forgotten.
    func purgeIdempotencyKeys(completedBefore: Timestamp, limit: Int) throws -> Int

    /// Adds a webhook, pending, due at once.
    ///
    /// - Returns: nil where this provider's event is there already.
    func insertWebhook(_ webhook: NewWebhook) throws -> WebhookRecord?
    /// Ends a webhook.
    func endWebhook(_ id: Int64, state: WebhookRecord.State, result: String, at now: Timestamp) throws
    /// Counts a try of a webhook and says when the next one is due.
    func postponeWebhook(_ id: Int64, until: Timestamp, result: String) throws
    /// Puts another reading of a webhook's body in place of the one before.
    func updateWebhook(_ id: Int64, event: WebhookEvent, at now: Timestamp) throws
    /// Makes a webhook pending again, whatever became of it, and due at once.
    ///
    /// - Returns: the row as it is now; nil where there is none.
    func reopenWebhook(_ id: Int64, at now: Timestamp) throws -> WebhookRecord?
    /// Deletes webhooks that arrived before a point in time and have ended, the oldest first, at most `limit`.
    ///
    /// - Returns: how many were deleted.
    func deleteWebhooks(receivedBefore time: Timestamp, limit: Int) throws -> Int
    /// Empties the bodies of webhooks that arrived before a point in time, and takes the client secrets out of their events: the next
    /// `limit` in the order of arrival, behind those that earlier calls looked at. It goes no further than to one that is pending.
    func emptyWebhooks(receivedBefore time: Timestamp, limit: Int) throws -> PurgeStep
    /// Removes the client secrets of terminal transactions that last changed before a point in time: among the next `limit` in the order
    /// of changes, behind those that earlier calls looked at. Neither version nor time of change counts it.
    func removeClientSecrets(changedBefore time: Timestamp, limit: Int) throws -> PurgeStep
    /// Remembers how far a provider's list of events has been read.
    func setEventListing(_ listing: EventListing, of provider: String, at now: Timestamp) throws
    /// Remembers until when a provider was asked for what is open at it, by the gateway's clock.
    func setOpenPaymentsChecked(at provider: String, until: Timestamp, at now: Timestamp) throws

    /// Blanks personal data of the next `limit` orders of a user, with all that belongs to them, and gives them another owner. See
    /// ``UserErasure``.
    ///
    /// - Parameter pseudonym: starts with ``Subject/pseudonymPrefix``.
    func erase(
        _ user: Subject, as pseudonym: Subject, by actor: HistoryChange.Actor, limit: Int, at now: Timestamp
    ) throws -> ErasureStep
    /// Adds a line to a transaction's history.
    ///
    /// - Parameter payment: the transaction as its row is now. The line's hash covers its terms and amounts.
    func appendHistory(_ change: HistoryChange, of payment: PaymentTransaction, at now: Timestamp) throws
}

/// What one step of a purge did.
package struct PurgeStep: Sendable, Hashable {
    /// How many rows it changed.
    package var changed: Int
    /// Whether nothing is left to look at for now.
    package var isLast: Bool

    /// A step.
    package init(changed: Int, isLast: Bool) {
        self.changed = changed
        self.isLast = isLast
    }
}

/// What one step of an erasure blanked.
package struct ErasureStep: Sendable, Hashable {
    /// Orders.
    package var orders = 0
    /// Payments.
    package var transactions = 0
    /// Stored webhooks.
    package var webhooks = 0
    /// Whether nothing of the user is left.
    package var isLast = false

    /// A step that did nothing.
    package init() {}
}
