package import ProviderAPI

/// A verified webhook in the inbox.
package struct WebhookRecord: Sendable, Hashable {
    /// What became of it.
    package enum State: String, Sendable, CaseIterable {
        /// It waits: for an answer of the provider, for its transaction, or for a reservation to settle.
        case pending
        /// It changed something, or said what was known.
        case applied
        /// It does not concern a payment of this gateway.
        case ignored
        /// It contradicts the books; see the transaction.
        case contradicted

        /// Whether nothing more will be tried.
        package var isFinal: Bool { self != .pending }
    }

    /// From 1.
    package var id: Int64
    /// The provider's name.
    package var provider: String
    /// What the provider said.
    package var event: WebhookEvent
    /// What became of it.
    package var state: State
    /// How often it was tried.
    package var attempts: Int
    /// When it arrived.
    package var receivedAt: Timestamp

    /// A row of `webhook_events`.
    package init(
        id: Int64, provider: String, event: WebhookEvent, state: State, attempts: Int, receivedAt: Timestamp
    ) {
        self.id = id
        self.provider = provider
        self.event = event
        self.state = state
        self.attempts = attempts
        self.receivedAt = receivedAt
    }
}

/// A verified webhook that has no row yet.
package struct NewWebhook: Sendable, Hashable {
    /// The provider's name.
    package var provider: String
    /// What the provider said.
    package var event: WebhookEvent
    /// The body as it arrived, for disputes about what was said.
    package var rawBody: [UInt8]
    /// When it arrived.
    package var receivedAt: Timestamp

    /// A webhook to be stored.
    package init(provider: String, event: WebhookEvent, rawBody: [UInt8], receivedAt: Timestamp) {
        self.provider = provider
        self.event = event
        self.rawBody = rawBody
        self.receivedAt = receivedAt
    }
}

extension WebhookEvent.Subject {
    /// The payment intent that the event is about, where it is about one.
    package var paymentIntentID: String? {
        switch self {
        case .paymentIntent(let intent): intent.id
        case .paymentIntentReference(let id), .refundsOfPaymentIntent(let id): id
        case .refund(let refund): refund.paymentIntentID
        case .dispute(let dispute): dispute.paymentIntentID
        case .other: nil
        // A subject of a later SDK.
        @unknown default: nil
        }
    }
}
