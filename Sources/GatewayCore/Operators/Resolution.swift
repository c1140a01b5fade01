/// How an operator ends an operation.
package struct Resolution: Sendable, Hashable {
    /// What became of the operation at the provider, as the operator found out.
    package enum Outcome: String, Sendable, CaseIterable {
        /// The provider did it.
        case succeeded
        /// The provider did not do it, and will not.
        case failed
    }

    /// What became of it.
    package var outcome: Outcome
    /// The provider's id of what was made: the payment intent of a `create`, the refund of a `refund`.
    package var object: String?
    /// Whether the word counts even if the provider shows otherwise or does not answer.
    package var isForced: Bool

    /// A decision.
    package init(_ outcome: Outcome, object: String? = nil, isForced: Bool = false) {
        self.outcome = outcome
        self.object = object
        self.isForced = isForced
    }
}

/// How an operator closes a payment's discrepancy.
package enum ReviewResolution: String, Sendable, CaseIterable {
    /// The books stand as the provider shows them.
    case accept
    /// All money goes back, and what is not captured is canceled.
    case refund
}
