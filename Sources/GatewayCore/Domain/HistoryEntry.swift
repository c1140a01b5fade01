package import GatewayLifecycle
package import ProviderAPI

/// One line of a transaction's history. Nothing changes without one, and none is ever changed.
package struct HistoryEntry: Sendable, Hashable {
    /// From 1.
    package var id: Int64
    /// The transaction.
    package var transactionID: Int64
    /// What happened.
    package var change: HistoryChange
    /// When.
    package var createdAt: Timestamp

    /// A row of `transaction_events`.
    package init(id: Int64, transactionID: Int64, change: HistoryChange, createdAt: Timestamp) {
        self.id = id
        self.transactionID = transactionID
        self.change = change
        self.createdAt = createdAt
    }
}

/// What happened to a transaction, who did it and why.
package struct HistoryChange: Sendable, Hashable {
    /// Who changed it.
    package enum Actor: Sendable, Hashable {
        /// A user, by the subject of their token.
        case user(Subject)
        /// A webhook of the provider, by the id of its event.
        case webhook(String)
        /// The gateway itself, after it had asked the provider.
        case gateway

        /// A person at the gateway's command line, by their login name.
        case person(String)

        /// `user:42`, `webhook:evt_1`, `gateway` or `operator:ann`.
        package var name: String {
            switch self {
            case .user(let subject): "user:\(subject)"
            case .webhook(let event): "webhook:\(event)"
            case .gateway: "gateway"
            case .person(let name): "operator:\(name)"
            }
        }
    }

    /// What happened, such as `confirm.requested` or `refund.succeeded`.
    package var type: String
    /// Who.
    package var actor: String
    /// The status before; nil for a transaction's first line.
    package var fromStatus: HistoryStatus?
    /// The status after.
    package var toStatus: HistoryStatus
    /// The amount that moved, in minor units, where one did.
    package var amount: Int64?
    /// The operation that did it.
    package var operationID: Int64?
    /// The provider's id of its request, for its support.
    package var providerRequestID: String?
    /// Why, for people. Never holds a secret.
    package var detail: String?

    /// A change.
    package init(type: String, actor: String, fromStatus: HistoryStatus?, toStatus: HistoryStatus) {
        self.type = type
        self.actor = actor
        self.fromStatus = fromStatus
        self.toStatus = toStatus
    }
}

/// A status in a line of history. Lines from before migration `0013-lifecycle` can say `manual_review`, which is no status of a payment any more.
package struct HistoryStatus: Sendable, Hashable, RawRepresentable {
    /// The status as it was written.
    package let rawValue: String

    /// Nil for a word that no version wrote.
    package init?(rawValue: String) {
        guard rawValue == Self.manualReview.rawValue || PaymentStatus(rawValue: rawValue) != nil else { return nil }
        self.rawValue = rawValue
    }

    /// A status of today.
    package init(_ status: PaymentStatus) { rawValue = status.rawValue }

    private init(_ text: String) { rawValue = text }

    /// The status of payments that waited for a review, in older lines.
    package static let manualReview = HistoryStatus("manual_review")

    /// Every status that a line can have.
    package static let all = PaymentStatus.allCases.map { HistoryStatus($0) } + [manualReview]
}
