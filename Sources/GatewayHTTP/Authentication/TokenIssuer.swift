import Foundation
package import GatewayCore
import JWTKit
package import ProviderAPI

/// Makes bearer tokens for `gateway token`: for development, and for services that share the secret.
package enum TokenIssuer {
    /// A token signed with HS256.
    ///
    /// - Parameters:
    ///   - isAdmin: whether it says `role: admin`.
    ///   - scopes: what its `scope` allows.
    ///   - lifetime: how long it is valid from `now` on.
    ///   - rules: the issuer, the audience and the type that the gateway wants.
    package static func token(
        subject: Subject, isAdmin: Bool, scopes: [Scope] = [], lifetime: Duration, secret: String, rules: TokenRules,
        now: Timestamp
    ) async throws -> String {
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        let claims = IssuedClaims(
            sub: subject.text, iat: now.unixSeconds, exp: now.advanced(by: lifetime).unixSeconds, role: isAdmin ? "admin" : nil,
            scope: scopes.isEmpty ? nil : scopes.map(\.rawValue).joined(separator: " "), iss: rules.issuer, aud: rules.audience
        )
        var header = JWTHeader()
        header.typ = rules.type
        return try await keys.sign(claims, header: header)
    }
}

/// The claims of a token that the gateway makes itself.
private struct IssuedClaims: JWTPayload {
    var sub: String
    var iat: Int64
    var exp: Int64
    var role: String?
    var scope: String?
    var iss: String?
    var aud: String?

    /// Nothing: these are for signing only.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}
