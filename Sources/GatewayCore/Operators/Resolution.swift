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

    /// A decision.
    package init(_ outcome: Outcome, object: String? = nil) {
        self.outcome = outcome
        self.object = object
    }
}
