package import GatewayLifecycle
package import ProviderAPI

/// The whole story of one payment, in the order in which it happened, and what comes next. Made from rows alone; client secrets are
/// no part of it.
package struct Explanation: Sendable, Hashable {
    /// One thing that happened.
    package struct Entry: Sendable, Hashable {
        /// What kind of thing it is.
        package enum Subject: String, Sendable, CaseIterable {
            /// The order.
            case order
            /// A client's request.
            case request
            /// The provider, when it was called or asked.
            case provider
            /// A refund as a whole.
            case refund
            /// An event that the provider sent.
            case webhook
            /// A change that an event or a look at the provider brought about.
            case change
            /// The books and the provider contradict each other.
            case review
            /// An operator's decision.
            case `operator`
        }

        /// When.
        package var at: Timestamp
        /// What kind of thing it is.
        package var subject: Subject
        /// What happened, in one line.
        package var text: String
        /// The operation that it belongs to.
        package var operationID: Int64?
        /// The id of the client's request.
        package var requestID: String?
        /// The client's idempotency key.
        package var idempotencyKey: String?
        /// The provider's id of its request.
        package var providerRequestID: String?

        /// Something that happened.
        package init(at: Timestamp, _ subject: Subject, _ text: String) {
            self.at = at
            self.subject = subject
            self.text = text
        }
    }

    /// What comes next.
    package struct Step: Sendable, Hashable {
        /// Whose turn it is.
        package enum Actor: String, Sendable, CaseIterable {
            /// The gateway does it by itself.
            case gateway
            /// The provider tells by itself.
            case provider
            /// The client or the payer has to do something.
            case client
            /// A person who runs the gateway has to do something.
            case `operator`
            /// Nobody's.
            case nobody
        }

        /// Whose turn it is.
        package var by: Actor
        /// What is to be done, or will be, in one line.
        package var text: String

        /// A step.
        package init(_ by: Actor, _ text: String) {
            self.by = by
            self.text = text
        }
    }

    /// The transaction.
    package var transactionID: Int64
    /// The order that it pays.
    package var orderID: Int64
    /// The provider's name.
    package var provider: String
    /// The provider's id of the intent; nil until the provider has answered.
    package var paymentIntentID: String?
    /// Where it stands.
    package var status: PaymentStatus
    /// What is to be paid.
    package var amount: Money
    /// What was captured, in minor units.
    package var captured: Int64
    /// What was given back, in minor units.
    package var refunded: Int64
    /// What is on its way back, in minor units.
    package var reserved: Int64
    /// What open and lost disputes took back, in minor units.
    package var disputed: Int64
    /// What can still be refunded, in minor units.
    package var refundable: Int64
    /// What happened, the oldest first.
    package var entries: [Entry]
    /// What comes next, at least one step.
    package var next: [Step]
}
