import GatewayCore

/// A JWT in the compact form (RFC 7515, section 3.1), taken apart and not verified.
struct SignedToken {
    /// `alg`.
    let algorithm: String
    /// `kid`.
    let keyID: String?
    /// `typ`.
    let type: String?
    private let parts: [Substring.UTF8View]

    /// Reads the header.
    ///
    /// - Throws: ``TokenRefusal/notAToken`` where it is none, ``TokenRefusal/criticalHeader``.
    init(_ token: String) throws(TokenRefusal) {
        parts = token.split(separator: ".", omittingEmptySubsequences: false).map(\.utf8)
        guard let bytes = Base64URL.decode(parts[0]), let document = try? JSONParser.parse(bytes),
            case .object(let header) = document
        else { throw .notAToken }
        func text(_ name: String) throws(TokenRefusal) -> String? {
            switch header[name] {
            case nil: return nil
            case .string(let text): return text
            default: throw .notAToken
            }
        }
        guard let algorithm = try text("alg") else { throw .notAToken }
        self.algorithm = algorithm
        keyID = try text("kid")
        type = try text("typ")
        // Whatever its value is: the gateway understands no extension (RFC 7515, section 4.1.11).
        guard header["crit"] == nil else { throw .criticalHeader }
    }

    /// The parts that a verification needs.
    ///
    /// - Throws: ``TokenRefusal/notAToken`` where there are not three, or one is not canonical base64url.
    func content() throws(TokenRefusal) -> (signed: [UInt8], claims: [UInt8], signature: [UInt8]) {
        guard parts.count == 3, let claims = Base64URL.decode(parts[1]), let signature = Base64URL.decode(parts[2]) else {
            throw .notAToken
        }
        return (Array(parts[0]) + [UInt8(ascii: ".")] + Array(parts[1]), claims, signature)
    }
}

/// Why a token is refused. No text of the token is part of it.
struct TokenRefusal: Error, Hashable {
    /// For the client: what is wrong, and where it helps, what to do.
    let detail: String

    init(_ detail: String) {
        self.detail = detail
    }

    static let notAToken = TokenRefusal("The token is not a JWT.")
    static let criticalHeader = TokenRefusal("The token has critical header parameters that are not known here.")
    static let algorithm = TokenRefusal("The token's algorithm is not taken here.")
    static let signature = TokenRefusal("The token's signature is not valid.")
}
