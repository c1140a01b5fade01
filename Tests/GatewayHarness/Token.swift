import Foundation
import ProviderAPI

/// Bearer tokens made by the tests themselves (RFC 7519), right and wrong ones.
package enum Token {
    /// The key that test gateways are configured with.
    package static let secret = "integration-tests-only-secret-0123456789"

    /// A token, signed with HMAC-SHA256 whatever its header says.
    ///
    /// - Parameters:
    ///   - claims: a JSON object.
    ///   - header: a JSON object.
    package static func sign(
        _ claims: String, header: String = #"{"alg":"HS256","typ":"JWT"}"#, secret: String = Token.secret
    ) -> String {
        let signed = base64URL(Array(header.utf8)) + "." + base64URL(Array(claims.utf8))
        return signed + "." + base64URL(HMACSHA256.authenticationCode(for: Array(signed.utf8), key: Array(secret.utf8)))
    }

    /// A token that the gateway takes.
    ///
    /// - Parameter seconds: for how long; more than the default where the gateway's clock is set forward.
    package static func valid(subject: String, isAdmin: Bool = false, for seconds: Int = 3600) -> String {
        sign(#"{"sub":"\#(subject)",\#(isAdmin ? #""role":"admin","# : "")"exp":\#(now + seconds)}"#)
    }

    /// Seconds since 1970.
    package static var now: Int { Int(Date().timeIntervalSince1970) }

    /// Base64 with the URL alphabet and no padding (RFC 4648, section 5).
    package static func base64URL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
