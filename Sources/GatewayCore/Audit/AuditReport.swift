package import ProviderAPI

/// Which payments an audit compares, and how fast.
package struct AuditSelection: Sendable, Hashable {
    /// Only payments with a higher id: where the audit goes on.
    package var after: Int64
    /// Only payments up to this id; nil for all that there are when the audit begins.
    package var through: Int64?
    /// Only payments made at this time or later.
    package var since: Timestamp?
    /// Only payments of this provider.
    package var provider: String?
    /// How many questions each provider gets in a second, at most.
    package var rate: Int

    /// How many questions a provider gets in a second unless the operator says otherwise.
    package static let usualRate = 10
    /// The highest rate that can be asked for.
    package static let highestRate = 1000

    /// All payments.
    package init(
        after: Int64 = 0, through: Int64? = nil, since: Timestamp? = nil, provider: String? = nil, rate: Int = usualRate
    ) {
        self.after = after
        self.through = through
        self.since = since
        self.provider = provider
        self.rate = rate
    }
}

/// What one part of an audit came to.
package struct AuditReport: Sendable, Codable, Hashable {
    /// What became of a difference.
    package enum Outcome: String, Sendable, Codable, Hashable {
        /// The books took over what the provider shows.
        case booked
        /// A discrepancy is open, and waits for a person.
        case discrepancy
        /// The gateway cancels the payment at the provider.
        case canceling
        /// The rules do not take over what the provider shows.
        case notBooked = "not_booked"
    }

    /// A payment of which the books and the provider say different things.
    package struct Difference: Sendable, Codable, Hashable {
        /// The payment's id.
        package var payment: Int64
        /// The provider's name.
        package var provider: String
        /// What the books said.
        package var books: String
        /// What the provider shows.
        package var shown: String
        /// What became of it.
        package var outcome: Outcome
        /// The code of the discrepancy that is open.
        package var code: String?
    }

    /// A payment that could not be compared.
    package struct Uncompared: Sendable, Codable, Hashable {
        /// The payment's id.
        package var payment: Int64
        /// The provider's name.
        package var provider: String
        /// Why.
        package var reason: String
        /// Whether the provider did not answer.
        package var isUnanswered: Bool
    }

    /// How many payments were compared.
    package var compared = 0
    /// The differences, by payment.
    package var differences: [Difference] = []
    /// Payments that could not be compared, by payment.
    package var uncompared: [Uncompared] = []
    /// How many payments have no payment intent to ask for, by the reason.
    package var withoutIntent: [String: Int] = [:]
    /// How many payments belong to providers that are not loaded, by provider.
    package var notLoaded: [String: Int] = [:]
    /// What providers cannot list, so that it was not compared.
    package var limits: Set<String> = []
    /// Up to which payment the audit has come.
    package var last: Int64
    /// Up to which payment it goes.
    package var through: Int64

    /// Whether the audit has come to its end.
    package var isAtEnd: Bool { last >= through }

    /// Whether every payment with an intent was compared.
    package var isComplete: Bool { uncompared.isEmpty && notLoaded.isEmpty }

    /// Nothing so far.
    package init(last: Int64, through: Int64) {
        self.last = last
        self.through = through
    }

    /// Adds the next part.
    package mutating func add(_ part: AuditReport) {
        compared += part.compared
        differences += part.differences
        uncompared += part.uncompared
        withoutIntent.merge(part.withoutIntent, uniquingKeysWith: +)
        notLoaded.merge(part.notLoaded, uniquingKeysWith: +)
        limits.formUnion(part.limits)
        last = part.last
        through = part.through
    }
}
