package import ProviderAPI

/// A stored webhook and what became of it, for operators.
package struct WebhookStanding: Sendable, Hashable {
    /// The webhook.
    package var record: WebhookRecord
    /// What became of it, in words; nil before the first try.
    package var result: String?
    /// When it is tried next; of no meaning once it has ended.
    package var nextTryAt: Timestamp
    /// When the row last changed.
    package var updatedAt: Timestamp

    /// A row of `webhook_events`.
    package init(record: WebhookRecord, result: String?, nextTryAt: Timestamp, updatedAt: Timestamp) {
        self.record = record
        self.result = result
        self.nextTryAt = nextTryAt
        self.updatedAt = updatedAt
    }
}

/// Which stored webhooks, and which page of them.
package struct WebhookQuery: Sendable, Hashable {
    /// Only of this provider.
    package var provider: String?
    /// Only the event with this id.
    package var eventID: String?
    /// Only about this payment intent.
    package var paymentIntentID: String?
    /// Only in this state.
    package var state: WebhookRecord.State?
    /// Only arrived at this time or later.
    package var receivedFrom: Timestamp?
    /// Only after the row with this id: pages are in the order of arrival.
    package var afterID: Int64?
    /// At most so many.
    package var limit: Int

    /// A page of webhooks, oldest first.
    package init(limit: Int) {
        self.limit = limit
    }
}
