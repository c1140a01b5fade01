/// Money given back, as the provider knows it.
public struct Refund: Sendable, Codable, Hashable {
    /// Where a refund stands at the provider.
    public enum Status: String, Sendable, Codable, Hashable {
        /// On its way.
        case pending
        /// The payer has to do something to receive it.
        case requiresAction = "requires_action"
        /// Done, though it may fail later still.
        case succeeded
        /// It failed; the money is back with the shop.
        case failed
        /// It was given up before it was done.
        case canceled
    }

    /// The provider's id.
    public var id: String
    /// The provider's id of the intent that is refunded.
    public var paymentIntentID: String
    /// The amount given back.
    public var amount: Money
    /// Where it stands.
    public var status: Status
    /// Why it was asked for.
    public var reason: String?
    /// Why it failed, in the provider's words.
    public var failureReason: String?
    /// The gateway's operation that created it, from its metadata; nil for a refund made elsewhere.
    public var operationID: String?
    /// The metadata the provider keeps.
    public var metadata: [String: String] = [:]
    /// The provider's id of the request that brought this answer, for its support.
    public var requestID: String?

    /// A refund with what every provider knows of one.
    public init(id: String, paymentIntentID: String, amount: Money, status: Status) {
        self.id = id
        self.paymentIntentID = paymentIntentID
        self.amount = amount
        self.status = status
    }
}

/// A payer's complaint with their bank about a payment.
public struct Dispute: Sendable, Codable, Hashable {
    /// The provider's id.
    public var id: String
    /// The provider's id of the intent in dispute.
    public var paymentIntentID: String
    /// The amount in dispute.
    public var amount: Money
    /// In the provider's words, such as `needs_response`, `won` or `lost`.
    public var status: String
    /// In the provider's words, such as `fraudulent`.
    public var reason: String

    /// A dispute with what every provider knows of one.
    public init(id: String, paymentIntentID: String, amount: Money, status: String, reason: String) {
        self.id = id
        self.paymentIntentID = paymentIntentID
        self.amount = amount
        self.status = status
        self.reason = reason
    }
}
