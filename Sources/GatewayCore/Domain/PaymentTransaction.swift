package import GatewayLifecycle
package import ProviderAPI

/// One attempt to pay an order, through one payment intent of one provider.
package struct PaymentTransaction: Sendable, Hashable {
    /// From 1.
    package var id: Int64
    /// The order it pays.
    package var orderID: Int64
    /// The order's owner, kept here too so that lists need no join.
    package var userID: Subject
    /// The provider's name in providers.yaml.
    package var provider: String
    /// The provider's id of the intent; nil until the provider has answered.
    package var paymentIntentID: String?
    /// What the payer's browser needs. Handed out to the owner, never logged or listed.
    package var clientSecret: String?
    /// What is to be paid.
    package var amount: Money
    /// What was captured, in minor units.
    package var captured: Int64 = 0
    /// What was given back, in minor units.
    package var refunded: Int64 = 0
    /// What is on its way back, in minor units: refunds that are asked for and not settled.
    package var reserved: Int64 = 0
    /// What open and lost disputes hold, in minor units.
    package var disputed: Int64 = 0
    /// When the money is taken.
    package var captureMethod: CaptureMethod
    /// Where it stands.
    package var status: PaymentStatus
    /// The kind of payment method, such as `card`.
    package var paymentMethod: String?
    /// The provider's id of the payer.
    package var providerCustomerID: String?
    /// The provider's id of the charge.
    package var providerChargeID: String?
    /// Why the last attempt failed: the provider's code.
    package var errorCode: String?
    /// Why the last attempt failed: the issuer's reason.
    package var declineCode: String?
    /// Why the last attempt failed, for people.
    package var errorMessage: String?
    /// The most recent open dispute, else the last one. All of them are rows of their own: ``DisputeRecord``.
    @Boxed package var dispute: Dispute? = nil
    /// All disputes, oldest first. Read beside the row, for answers only: empty inside the core.
    package var disputes: [DisputeRecord] = []
    /// Why the payment was canceled: `canceled` or `expired` at the provider, or a ``Closure``. Set for good, even if it is paid later.
    package var closedReason: String?
    /// The discrepancy that a person has to look at.
    @Boxed package var review: PaymentReview? = nil
    /// What the columns do not say of the facts behind the status; nil for nearly every payment.
    @Boxed package var facts: PaymentFacts? = nil
    /// What the payer has to do.
    @Boxed package var nextAction: NextAction? = nil
    /// The client's own pairs.
    package var metadata: [String: String]
    /// Counts the row's changes; an update of another version than was read changes nothing.
    package var version: Int64 = 1
    /// When it was made.
    package var createdAt: Timestamp
    /// When it last changed.
    package var updatedAt: Timestamp

    /// A row of `payment_transactions`; what is not given here is set afterwards.
    package init(
        id: Int64, orderID: Int64, userID: Subject, provider: String, amount: Money, captureMethod: CaptureMethod,
        status: PaymentStatus, metadata: [String: String], createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.orderID = orderID
        self.userID = userID
        self.provider = provider
        self.amount = amount
        self.captureMethod = captureMethod
        self.status = status
        self.metadata = metadata
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// What can still be refunded, in minor units.
    package var refundable: Int64 { max(0, captured - refunded - reserved - disputed) }
}

/// A discrepancy that waits for an operator.
package struct PaymentReview: Sendable, Hashable {
    /// What differs.
    package var discrepancy: Discrepancy
    /// What differs, for people.
    package var detail: String
    /// Since when.
    package var openedAt: Timestamp

    /// A discrepancy that was opened.
    package init(_ discrepancy: Discrepancy, detail: String, openedAt: Timestamp) {
        self.discrepancy = discrepancy
        self.detail = detail
        self.openedAt = openedAt
    }
}
