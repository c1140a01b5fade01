import Foundation
import JWTKit
import ProviderAPI

/// Makes tokens that no honest issuer makes: any header, any claims, any signature.
struct TokenForge {
    var secret = "a secret of the tests, thirty-two bytes and more"
    let now = Timestamp(unixSeconds: 1_767_834_000)

    /// Claims that are good for an hour, with changes; NSNull leaves one out.
    func claims(_ changes: [String: any Sendable] = [:]) -> [String: any Sendable] {
        let good: [String: any Sendable] = ["sub": "42", "exp": now.unixSeconds + 3600]
        return good.merging(changes) { $1 }.filter { !($0.value is NSNull) }
    }

    /// A token signed with HMAC-SHA256, whatever its header says.
    func token(header: [String: any Sendable] = ["alg": "HS256", "typ": "JWT"], claims: [String: any Sendable]) throws -> String {
        sign(try Self.base64URL(header) + "." + Self.base64URL(claims))
    }

    /// The same of parts as they stand: members may occur twice.
    func token(header: String, claims: String) throws -> String {
        sign(Self.base64URL(Data(header.utf8)) + "." + Self.base64URL(Data(claims.utf8)))
    }

    private func sign(_ signed: String) -> String {
        let signature = HMACSHA256.authenticationCode(for: Array(signed.utf8), key: Array(secret.utf8))
        return signed + "." + Self.base64URL(Data(signature))
    }

    /// A part of a token. The same members make the same part in each run: their order in a dictionary is random.
    static func base64URL(_ object: [String: any Sendable]) throws -> String {
        base64URL(try JSONSerialization.data(withJSONObject: object, options: .sortedKeys))
    }

    /// Bytes in base64url without padding (RFC 7515, section 2).
    static func base64URL(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
