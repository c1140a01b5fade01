package import GatewayCore
package import ProviderAPI

/// Verifies bearer tokens: JWTs (RFC 7519) in the compact form, signed with the configured algorithm and key.
package struct TokenVerifier: Sendable {
    private let keys: TokenKeys
    private let rules: TokenRules
    private let refresh: KeySetRefresh?
    private let clock: any ProviderClock

    /// A verifier with the keys in use.
    ///
    /// - Parameter refresh: reads the keys again when a token names one that is not known; nil where they never change.
    package init(keys: TokenKeys, rules: TokenRules, refresh: KeySetRefresh? = nil, clock: any ProviderClock) {
        self.keys = keys
        self.rules = rules
        self.refresh = refresh
        self.clock = clock
    }

    /// A verifier of tokens signed with HS256 and a shared secret.
    package static func hmac(
        secret: String, rules: TokenRules = TokenRules(), clock: any ProviderClock
    ) async throws -> TokenVerifier {
        TokenVerifier(keys: TokenKeys(try await .hmac(secret: secret)), rules: rules, clock: clock)
    }

    /// The end of the year 9999, in milliseconds since 1970.
    private static let latestExpiry = 253_402_300_799_999.0

    /// The most bytes of a token.
    private static let maximumLength = 8192

    /// The caller that the value of an `Authorization` field stands for (RFC 6750, section 2.1).
    ///
    /// - Throws: ``GatewayError/Code/unauthenticated``.
    package func principal(authorization: String?) async throws -> Principal {
        guard let authorization else { throw Self.error("The header Authorization: Bearer <JWT> is missing.") }
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer", parts[1].utf8.count <= Self.maximumLength else {
            throw Self.error("The header Authorization must be Bearer <JWT>.")
        }
        let token = String(parts[1].drop { $0 == " " })
        let digest = SHA256Digest.digest(of: Array(token.utf8))
        if let known = keys.principal(ofDigest: digest, at: clock.now()) { return known }
        do {
            return try await verify(token, digest)
        } catch let refusal as TokenRefusal {
            throw Self.error(refusal.detail)
        }
    }

    private func verify(_ text: String, _ digest: [UInt8]) async throws -> Principal {
        let token = try SignedToken(text)
        let (key, generation) = try await key(for: token)
        try rules.check(type: token.type)
        let content = try token.content()
        guard key.isSigned(content.signature, over: content.signed) else { throw TokenRefusal.signature }
        let claims = try AccessClaims(content.claims)
        try rules.check(claims, at: clock.now())
        let principal = Principal(
            subject: claims.subject, isAdmin: claims.roles.contains(Self.adminRole),
            scopes: Set(claims.scopes.compactMap { Scope(rawValue: $0.text) })
        )
        // Some tokens end in a year that no time can show.
        let expires = Timestamp(unixMilliseconds: Int64(min(claims.expires * 1000, Self.latestExpiry).rounded(.down)))
        keys.insert(digest, of: principal, expires: expires, verifiedWith: generation)
        return principal
    }

    private static let adminRole = Identifier("admin")

    /// Asymmetric algorithms. No other can be that of a key which a set may get later.
    private static let asymmetric: Set = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    ]

    /// The key that a token names, where the token's algorithm is the key's.
    private func key(for token: SignedToken) async throws -> (VerificationKeys.Key, generation: Int) {
        var current = keys.current
        let isPossible =
            current.keys.algorithms.contains(token.algorithm) || refresh != nil && Self.asymmetric.contains(token.algorithm)
        guard isPossible else { throw TokenRefusal.algorithm }
        var found = Self.find(token, in: current.keys)
        if case .failure(.unknown) = found, let refresh {
            await refresh.refreshForUnknownKey()
            current = keys.current
            found = Self.find(token, in: current.keys)
        }
        switch found {
        case .success(let key):
            guard key.algorithm.isIdentical(to: token.algorithm) else { throw TokenRefusal.algorithm }
            return (key, current.generation)
        case .failure(.unknown): throw TokenRefusal("The token's key (kid) is not known.")
        case .failure(.notNamed): throw TokenRefusal("The token does not name its key (kid).")
        }
    }

    private static func find(_ token: SignedToken, in keys: VerificationKeys) -> Result<VerificationKeys.Key, KeyLookupError> {
        do throws(KeyLookupError) {
            return .success(try keys.key(token.keyID))
        } catch {
            return .failure(error)
        }
    }

    private static func error(_ detail: String) -> GatewayError {
        GatewayError(.unauthenticated, detail)
    }
}
