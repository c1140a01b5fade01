/// Who is calling: the subject of a bearer token.
package struct Principal: Sendable, Hashable {
    /// The token's `sub`: the user (RFC 7519, section 4.1.2).
    package let subject: String
    /// Whether the token says `role: admin`.
    package let isAdmin: Bool

    /// A caller.
    package init(subject: String, isAdmin: Bool) {
        self.subject = subject
        self.isAdmin = isAdmin
    }

    /// Whether the caller may see what belongs to `owner`.
    package func maySee(ownedBy owner: String) -> Bool {
        isAdmin || subject == owner
    }
}
