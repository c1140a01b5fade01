package import ProviderAPI

/// What is paid for: an amount that a user owes.
package struct Order: Sendable, Hashable {
    /// Where an order stands.
    package enum Status: String, Sendable, CaseIterable {
        /// Not paid yet.
        case pending
        /// Paid.
        case completed
        /// The last attempt to pay failed; another may follow.
        case failed
        /// Its payment was canceled; another may follow.
        case canceled
        /// Paid, and some of it given back.
        case partiallyRefunded = "partially_refunded"
        /// Paid, and all of it given back.
        case refunded

        /// Whether the order has been paid, whatever came after.
        package var isPaid: Bool {
            switch self {
            case .completed, .partiallyRefunded, .refunded: true
            case .pending, .failed, .canceled: false
            }
        }
    }

    /// From 1.
    package var id: Int64
    /// The owner: the `sub` of their tokens.
    package var userID: Subject
    /// What is owed.
    package var amount: Money
    /// Where it stands.
    package var status: Status
    /// What its payments captured, in minor units. The store computes it when it reads the order.
    package var paid: Int64
    /// What of that was given back, in minor units. The store computes it when it reads the order.
    package var refunded: Int64
    /// For people.
    package var description: String?
    /// The client's own pairs.
    package var metadata: [String: String]
    /// When it was made.
    package var createdAt: Timestamp
    /// When it last changed.
    package var updatedAt: Timestamp

    /// A row of `orders`.
    package init(
        id: Int64, userID: Subject, amount: Money, status: Status, paid: Int64 = 0, refunded: Int64 = 0, description: String?,
        metadata: [String: String], createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.userID = userID
        self.amount = amount
        self.status = status
        self.paid = paid
        self.refunded = refunded
        self.description = description
        self.metadata = metadata
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// An order that has no id yet.
package struct NewOrder: Sendable, Hashable {
    /// The owner.
    package var userID: Subject
    /// What is owed.
    package var amount: Money
    /// For people.
    package var description: String?
    /// The client's own pairs.
    package var metadata: [String: String]

    /// An order to be made.
    package init(userID: Subject, amount: Money, description: String? = nil, metadata: [String: String] = [:]) {
        self.userID = userID
        self.amount = amount
        self.description = description
        self.metadata = metadata
    }
}
