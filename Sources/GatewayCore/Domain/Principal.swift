/// Who is calling: what a bearer token says of its user.
package struct Principal: Sendable, Hashable {
    /// The token's `sub`: the user (RFC 7519, section 4.1.2).
    package let subject: Subject
    /// Whether the token says `role: admin`.
    package let isAdmin: Bool
    /// What the token's `scope` allows; scopes that the gateway does not know are left out.
    package let scopes: Set<Scope>

    /// A caller.
    package init(subject: Subject, isAdmin: Bool, scopes: Set<Scope> = []) {
        self.subject = subject
        self.isAdmin = isAdmin
        self.scopes = scopes
    }

    /// Whether the caller may see what belongs to `owner`.
    package func maySee(ownedBy owner: Subject) -> Bool {
        isAdmin || subject == owner
    }
}

/// What a token may allow besides what its user may do, as a word of the claim `scope` (RFC 8693, section 4.2).
package enum Scope: String, Sendable, Hashable, CaseIterable {
    /// Give money back.
    case refund = "payments:refund"
    /// Cancel a payment.
    case cancel = "payments:cancel"
    /// Take money that is authorized.
    case capture = "payments:capture"
}
