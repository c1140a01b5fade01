import Crypto
import Foundation

/// Returns a token of a user, signed with the secret that the gateway has as GATEWAY_JWT_SECRET (HS256).
func signToken(_ subject: String, scope: String? = nil, secret: String, lifetime: Int = 600) throws -> String {
    struct Header: Encodable {
        var alg = "HS256"
        var typ = "JWT"
    }
    struct Claims: Encodable {
        var sub: String
        var iat: Int
        var exp: Int
        var scope: String?
    }
    func base64URL(_ data: Data) -> String {
        data.base64EncodedString()
            .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }
    let now = Int(Date().timeIntervalSince1970)
    let claims = Claims(sub: subject, iat: now, exp: now + lifetime, scope: scope)
    let encoder = JSONEncoder()
    let signed = try base64URL(encoder.encode(Header())) + "." + base64URL(encoder.encode(claims))
    let signature = HMAC<SHA256>.authenticationCode(
        for: Data(signed.utf8), using: SymmetricKey(data: Data(secret.utf8)))
    return signed + "." + base64URL(Data(signature))
}
