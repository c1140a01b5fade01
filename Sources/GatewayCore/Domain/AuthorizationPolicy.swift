/// Who may do what to a payment that they may see. Payments of others answer as if they did not exist, whatever the policy is.
package struct AuthorizationPolicy: Sendable, Hashable {
    /// Who may do one of the actions.
    package enum Rule: String, Sendable, Hashable, CaseIterable {
        /// The order's owner, and admins.
        case owner
        /// Admins only.
        case admin
        /// The order's owner with a token whose `scope` has the action's word, and admins.
        case scope
    }

    /// Who may give money back. An owner's token is a payer's: with ``Rule/owner``, payers refund themselves.
    package var refund: Rule
    /// Who may cancel.
    package var cancel: Rule
    /// Who may capture.
    package var capture: Rule

    /// The rules of the API as it was first described: owners refund and cancel, admins capture.
    package init(refund: Rule = .owner, cancel: Rule = .owner, capture: Rule = .admin) {
        self.refund = refund
        self.cancel = cancel
        self.capture = capture
    }

    /// Refuses a caller who may not use an action. What the caller may see is checked where the payment is found.
    ///
    /// - Parameter action: the action, by its scope.
    /// - Throws: ``GatewayError/Code/forbidden``, with the scope that a token needs where one would do.
    package func check(_ action: Scope, by principal: Principal) throws {
        if principal.isAdmin { return }
        switch rule(for: action) {
        case .owner: return
        case .admin:
            throw GatewayError(.forbidden, "Only admins may \(action.verb) payments: the token needs role: admin.")
        case .scope:
            if principal.scopes.contains(action) { return }
            var error = GatewayError(
                .forbidden, "The token may not \(action.verb) payments: it needs scope: \(action.rawValue), or role: admin.")
            error.requiredScope = action
            throw error
        }
    }

    private func rule(for action: Scope) -> Rule {
        switch action {
        case .refund: refund
        case .cancel: cancel
        case .capture: capture
        }
    }
}

extension Scope {
    /// The action, as a verb.
    fileprivate var verb: String {
        switch self {
        case .refund: "refund"
        case .cancel: "cancel"
        case .capture: "capture"
        }
    }
}
