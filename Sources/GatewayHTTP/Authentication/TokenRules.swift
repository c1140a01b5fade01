import GatewayCore
import ProviderAPI

/// What a token has to say besides being signed.
package struct TokenRules: Sendable, Hashable {
    /// The `iss` that tokens must have; nil where any is taken.
    package var issuer: String?
    /// An `aud` that tokens must have; nil where any is taken.
    package var audience: String?
    /// The `typ` that tokens must have, such as `at+jwt` (RFC 9068, section 2.1); nil where any is taken.
    package var type: String?
    /// For how long a token may be valid: from its `iat`, or from now where it has none.
    package var maximumLifetime: Duration

    /// The longest life of a token where nothing else is configured.
    package static let defaultMaximumLifetime = Duration.seconds(24 * 3600)

    /// By how much the clocks of an issuer and of the gateway may differ, for `nbf` and `iat`. `exp` has no such room.
    package static let leeway = Duration.seconds(30)

    /// Rules for tokens.
    package init(
        issuer: String? = nil, audience: String? = nil, type: String? = nil, maximumLifetime: Duration = defaultMaximumLifetime
    ) {
        self.issuer = issuer
        self.audience = audience
        self.type = type
        self.maximumLifetime = maximumLifetime
    }

    /// Refuses a token of another `typ`. Media types have no letter case, and may leave out `application/` (RFC 7515, section 4.1.9).
    func check(type found: String?) throws(TokenRefusal) {
        guard let type else { return }
        func name(_ text: String) -> String {
            let lower = text.lowercased()
            return lower.hasPrefix("application/") ? String(lower.dropFirst("application/".count)) : lower
        }
        guard let found, name(found).isIdentical(to: name(type)) else {
            throw TokenRefusal("The token's type (typ) is not taken here.")
        }
    }

    /// Refuses claims that are not good at `time`.
    func check(_ claims: AccessClaims, at time: Timestamp) throws(TokenRefusal) {
        let now = Double(time.unixMilliseconds) / 1000
        let leeway = Double(Self.leeway.components.seconds)
        guard claims.expires > now else { throw TokenRefusal("The token has expired.") }
        if let notBefore = claims.notBefore, notBefore > now + leeway { throw TokenRefusal("The token is not valid yet.") }
        if let issuedAt = claims.issuedAt, issuedAt > now + leeway {
            throw TokenRefusal("The token is issued in the future (iat): compare the clocks of the issuer and of the gateway.")
        }
        let longest = maximumLifetime.components.seconds
        guard claims.expires - (claims.issuedAt ?? now) <= Double(longest) else {
            throw TokenRefusal("The token is valid for too long: the gateway takes at most \(longest) seconds.")
        }
        if let issuer, claims.issuer != Identifier(issuer) { throw TokenRefusal("The token's issuer is not taken here.") }
        if let audience, !claims.audience.contains(Identifier(audience)) {
            throw TokenRefusal("The token is not meant for this gateway.")
        }
    }
}
