/// What a mutating call is answered, before HTTP gives it a status and bytes.
package indirect enum PaymentAnswer: Sendable, Hashable {
    /// A payment intent was made.
    case intentCreated(PaymentTransaction)
    /// A live payment intent is handed out again.
    case intentHandedOut(PaymentTransaction)
    /// The transaction as it is now.
    case transaction(PaymentTransaction)
    /// A refund was asked for; its status tells how far it is.
    case refund(RefundRecord)
    /// The outcome is not known yet; the transaction, as it is shown meanwhile, can be asked for later.
    case accepted(PaymentTransaction)
    /// Whether the provider made the refund is not known yet. The transaction stays what it was.
    case refundAccepted(RefundRecord)
    /// An order was made.
    case orderCreated(Order)
    /// The provider's definite no.
    case failure(GatewayError)
}

/// Turns an answer into a status and bytes. It is called inside the transaction that stores them, so that a replay is the same bytes.
package protocol AnswerEncoder: Sendable {
    /// The answer's status and body.
    func encode(_ answer: PaymentAnswer, requestID: String) -> StoredAnswer
}

/// An answer on its way to the client.
package struct GatewayAnswer: Sendable, Hashable {
    /// Status and bytes.
    package var stored: StoredAnswer
    /// Whether they were given before, under the same idempotency key.
    package var isReplay: Bool = false
    /// Where to ask again, for an outcome that is not known yet: the transaction's id.
    package var location: Int64?
    /// After how many seconds to try again.
    package var retryAfterSeconds: Int?

    /// A fresh answer.
    package init(_ stored: StoredAnswer) {
        self.stored = stored
    }
}
