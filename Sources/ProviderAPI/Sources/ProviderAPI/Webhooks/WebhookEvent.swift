/// What a provider says has happened.
public struct WebhookEvent: Sendable, Codable, Hashable {
    /// What an event is about, with the object as the event shows it.
    ///
    /// Events come late, twice and out of order, so what they show is a hint: where order matters the gateway asks for the object.
    public enum Subject: Sendable, Codable, Hashable {
        /// A payment intent changed.
        case paymentIntent(PaymentIntent)
        /// A payment intent changed, and the event holds nothing but its id: the gateway asks for it.
        case paymentIntentReference(id: String)
        /// A refund changed.
        case refund(Refund)
        /// Refunds of a payment intent changed, and the event does not say which: the gateway asks for them.
        case refundsOfPaymentIntent(id: String)
        /// A dispute was opened, changed or closed.
        case dispute(Dispute)
        /// Nothing that concerns a payment; it is acknowledged and kept.
        case other
    }

    /// The provider's id of the event: the same at every delivery.
    public var id: String
    /// In the provider's words, such as `payment_intent.succeeded`.
    public var type: String
    /// When the provider made it.
    public var createdAt: Timestamp
    /// What it is about.
    public var subject: Subject

    /// An event.
    public init(id: String, type: String, createdAt: Timestamp, subject: Subject) {
        self.id = id
        self.type = type
        self.createdAt = createdAt
        self.subject = subject
    }
}
