import Foundation
import JWTKit
package import ProviderAPI

/// Makes bearer tokens for `gateway token`: for development, and for services that share the secret.
package enum TokenIssuer {
    /// A token signed with HS256.
    ///
    /// - Parameters:
    ///   - isAdmin: whether it says `role: admin`.
    ///   - lifetime: how long it is valid from `now` on.
    package static func token(
        subject: String, isAdmin: Bool, lifetime: Duration, secret: String, issuer: String?, audience: String?, now: Timestamp
    ) async throws -> String {
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        let claims = AccessClaims(
            sub: subject, exp: Date(timeIntervalSince1970: Double(now.advanced(by: lifetime).unixSeconds)),
            role: isAdmin ? "admin" : nil, iss: issuer, aud: audience
        )
        return try await keys.sign(claims)
    }
}
