/// One refund of a payment, made by the gateway or elsewhere.
package struct RefundFacts: Sendable, Hashable {
    /// The row's id; zero until the refund has one.
    package var id: Int64
    /// The operation that asked for it; nil for a refund made elsewhere.
    package var operation: Int64?
    /// The provider's id; nil until the provider has shown it.
    package var providerID: ObjectID?
    /// What was asked for, or first shown, in minor units.
    package var amount: Int64
    /// The amount that the provider showed, where it is another.
    package var providerAmount: Int64?
    /// The provider's status. It outranks ``decision`` always.
    package var shown: RefundStatus?
    /// What the gateway or an operator concluded where the provider has shown nothing.
    package var decision: RefundDecision?

    /// A refund with its facts.
    package init(
        id: Int64, operation: Int64?, amount: Int64, providerID: ObjectID? = nil, shown: RefundStatus? = nil,
        decision: RefundDecision? = nil, providerAmount: Int64? = nil
    ) {
        self.id = id
        self.operation = operation
        self.amount = amount
        self.providerID = providerID
        self.shown = shown
        self.decision = decision
        self.providerAmount = providerAmount
    }

    /// Where the refund stands.
    package var status: RefundStatus {
        if let shown { return shown }
        switch decision {
        case nil: return .pending
        case .succeeded: return .succeeded
        case .failed, .refused, .notExecuted: return .failed
        }
    }

    /// The amount that counts, in minor units.
    package var currentAmount: Int64 { providerAmount ?? amount }

    /// Whether the gateway ended it as failed, and the provider shows that it gives money back.
    var contradictsDecision: Bool {
        guard let shown, let decision, decision != .succeeded else { return false }
        return shown.givesBack
    }
}

/// What the gateway or an operator concluded about a refund that the provider has not shown. Raw values are those of the
/// database.
package enum RefundDecision: String, Sendable, Hashable, CaseIterable {
    /// An operator declared it done.
    case succeeded
    /// An operator declared it failed.
    case failed
    /// The provider refused or declined it, or it never reached the provider.
    case refused
    /// The evidence shows that the provider did not carry it out.
    case notExecuted = "not_executed"
}
