package import Foundation
package import GatewayCore
package import JWTKit
package import ProviderAPI

/// Verifies bearer tokens: JWTs (RFC 7519) in the compact form, signed with the configured algorithm and key.
package struct TokenVerifier: Sendable {
    private let keys: JWTKeyCollection
    private let algorithms: Set<String>
    private let keyIDs: Set<String>
    private let allowsMissingKeyID: Bool
    private let issuer: String?
    private let audience: String?
    private let clock: any ProviderClock
    private let verified = VerifiedTokens()

    /// A verifier of tokens signed with HS256 and a shared secret.
    ///
    /// - Parameters:
    ///   - issuer: the `iss` that tokens must have; nil where any is taken.
    ///   - audience: an `aud` that tokens must have; nil where any is taken.
    package static func hmac(
        secret: String, issuer: String?, audience: String?, clock: any ProviderClock
    ) async -> TokenVerifier {
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        return TokenVerifier(
            keys: keys, algorithms: ["HS256"], keyIDs: [], allowsMissingKeyID: true, issuer: issuer, audience: audience,
            clock: clock
        )
    }

    /// A verifier of tokens signed with one of the public keys of a JSON Web Key Set (RFC 7517).
    ///
    /// - Parameter algorithm: the only one to accept; nil for every asymmetric one.
    /// - Throws: where `jwks` is not such a set, or holds a symmetric key or one without `kid`.
    package static func keySet(
        _ jwks: String, algorithm: String?, issuer: String?, audience: String?, clock: any ProviderClock
    ) async throws -> TokenVerifier {
        let set = try JSONDecoder().decode(JWKS.self, from: Data(jwks.utf8))
        let identifiers = set.keys.compactMap { $0.keyIdentifier?.string }
        guard identifiers.count == set.keys.count, !identifiers.isEmpty else {
            throw GatewayError(.internal, "Every key of the JSON Web Key Set needs a kid.")
        }
        let keys = JWTKeyCollection()
        try await keys.add(jwks: set)
        return TokenVerifier(
            keys: keys,
            algorithms: algorithm.map { [$0] } ?? [
                "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
            ],
            keyIDs: Set(identifiers), allowsMissingKeyID: identifiers.count == 1, issuer: issuer, audience: audience, clock: clock
        )
    }

    /// The end of the year 9999, in milliseconds since 1970.
    private static let latestExpiry = 253_402_300_799_999.0

    /// The caller that the value of an `Authorization` field stands for (RFC 6750, section 2.1).
    ///
    /// - Throws: ``GatewayError/Code/unauthenticated``.
    package func principal(authorization: String?) async throws -> Principal {
        guard let authorization else { throw Self.refusal("The header Authorization: Bearer <JWT> is missing.") }
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer", parts[1].utf8.count <= 8192 else {
            throw Self.refusal("The header Authorization must be Bearer <JWT>.")
        }
        let token = String(parts[1])
        if let known = verified.principal(of: token, at: clock.now()) { return known }
        try checkHeader(of: token)
        let claims: AccessClaims
        do {
            claims = try await keys.verify(token, as: AccessClaims.self)
        } catch {
            // The library's own words may quote the token.
            throw Self.refusal("The token's signature is not valid, or its claims cannot be read: sub and exp are required.")
        }
        try check(claims)
        let principal = Principal(subject: claims.sub.value, isAdmin: claims.role == "admin")
        // Some tokens end in a year that no time can show.
        let milliseconds = min(claims.exp.value.timeIntervalSince1970 * 1000, Self.latestExpiry)
        let expires = Timestamp(unixMilliseconds: Int64(milliseconds.rounded(.down)))
        verified.insert(token, of: principal, expires: expires)
        return principal
    }

    /// Refuses by the header what the library would let pass: it takes the default key for an unknown `kid`, and does not know `crit`.
    private func checkHeader(of token: String) throws {
        guard let encoded = token.split(separator: ".", omittingEmptySubsequences: false).first,
            let data = Data(base64URL: encoded), let header = try? JSONDecoder().decode(TokenHeader.self, from: data)
        else { throw Self.refusal("The token is not a JWT.") }
        guard algorithms.contains(header.alg) else { throw Self.refusal("The token's algorithm is not taken here.") }
        guard header.crit == nil else { throw Self.refusal("The token has critical header parameters that are not known here.") }
        if let kid = header.kid {
            guard keyIDs.contains(kid) else { throw Self.refusal("The token's key (kid) is not known.") }
        } else if !allowsMissingKeyID {
            throw Self.refusal("The token does not name its key (kid).")
        }
    }

    private func check(_ claims: AccessClaims) throws {
        let now = Date(timeIntervalSince1970: Double(clock.now().unixMilliseconds) / 1000)
        guard claims.exp.value > now else { throw Self.refusal("The token has expired.") }
        if let notBefore = claims.nbf, notBefore.value > now { throw Self.refusal("The token is not valid yet.") }
        guard !claims.sub.value.isEmpty, claims.sub.value.utf8.count <= 255 else {
            throw Self.refusal("The token's sub must have 1 to 255 characters.")
        }
        if let issuer, claims.iss?.value != issuer { throw Self.refusal("The token's issuer is not taken here.") }
        if let audience, claims.aud?.values.contains(audience) != true {
            throw Self.refusal("The token is not meant for this gateway.")
        }
    }

    private static func refusal(_ detail: String) -> GatewayError {
        GatewayError(.unauthenticated, detail)
    }
}

/// The part of a token's header that decides whether it is looked at (RFC 7515, section 4.1).
private struct TokenHeader: Decodable {
    var alg: String
    var kid: String?
    var crit: [String]?
}

/// What a token claims (RFC 7519, section 4.1), and its role here.
package struct AccessClaims: JWTPayload {
    /// The user.
    package var sub: SubjectClaim
    /// When the token ends.
    package var exp: ExpirationClaim
    /// `admin`, or nothing.
    package var role: String?
    /// Who made the token.
    package var iss: IssuerClaim?
    /// For whom it was made.
    package var aud: Audience?
    /// When it begins.
    package var nbf: NotBeforeClaim?

    /// Claims of a user.
    package init(sub: String, exp: Date, role: String? = nil, iss: String? = nil, aud: String? = nil) {
        self.sub = SubjectClaim(value: sub)
        self.exp = ExpirationClaim(value: exp)
        self.role = role
        self.iss = iss.map { IssuerClaim(value: $0) }
        self.aud = aud.map { Audience(values: [$0]) }
    }

    /// Nothing: times are compared by ``TokenVerifier``, which has the clock.
    package func verify(using algorithm: some JWTAlgorithm) async throws {}
}

/// For whom a token was made: one string, or an array of them (RFC 7519, section 4.1.3).
///
/// JWTKit's own type for this ends the process where the array is empty.
package struct Audience: Codable, Sendable {
    /// All of them.
    package var values: [String]

    /// These.
    package init(values: [String]) {
        self.values = values
    }

    /// Reads either form.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(String.self) {
            values = [value]
        } else {
            values = try container.decode([String].self)
        }
    }

    /// Writes one as a string, as most readers expect it.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if values.count == 1 { try container.encode(values[0]) } else { try container.encode(values) }
    }
}

extension Data {
    /// Reads base64url without padding (RFC 4648, section 5).
    fileprivate init?(base64URL text: Substring) {
        let standard = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        self.init(base64Encoded: standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4))
    }
}
