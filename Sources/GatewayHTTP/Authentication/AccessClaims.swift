import GatewayCore

/// What a verified token claims (RFC 7519, section 4.1), as far as the gateway reads it.
struct AccessClaims {
    /// `sub`.
    let subject: Subject
    /// `exp`, in seconds since 1970.
    let expires: Double
    /// `nbf`, in seconds since 1970.
    let notBefore: Double?
    /// `iat`, in seconds since 1970.
    let issuedAt: Double?
    /// `iss`.
    let issuer: Identifier?
    /// `aud`: one string, or an array of them.
    let audience: [Identifier]
    /// `role`: one string, or an array of them.
    let roles: [Identifier]
    /// `scope`: words with a space between them (RFC 8693, section 4.2).
    let scopes: [Identifier]

    /// Reads the claims.
    ///
    /// - Throws: ``TokenRefusal`` with the claim that is missing, occurs twice, or is not what it has to be.
    init(_ bytes: [UInt8]) throws(TokenRefusal) {
        let document: JSONValue
        do {
            document = try JSONParser.parse(bytes)
        } catch {
            throw TokenRefusal("The token's claims are not JSON: \(error.message).")
        }
        guard case .object(let claims) = document else { throw TokenRefusal("The token's claims must be a JSON object.") }
        subject = try Self.subject(claims["sub"])
        guard let expires = try Self.time("exp", in: claims) else { throw TokenRefusal("The token has no exp: when it expires.") }
        self.expires = expires
        notBefore = try Self.time("nbf", in: claims)
        issuedAt = try Self.time("iat", in: claims)
        issuer = try Self.text("iss", in: claims).map(Identifier.init)
        audience = try Self.texts("aud", in: claims)
        roles = try Self.texts("role", in: claims)
        scopes = try Self.text("scope", in: claims)?.split(separator: " ").map { Identifier(String($0)) } ?? []
    }

    private static func subject(_ value: JSONValue?) throws(TokenRefusal) -> Subject {
        guard let value else { throw TokenRefusal("The token has no sub: the user.") }
        guard case .string(let text) = value else {
            throw TokenRefusal("The token's sub must be a string, not \(value.kind): write \"42\" for the user 42.")
        }
        do throws(Subject.Refusal) {
            return try Subject(checking: text)
        } catch {
            throw TokenRefusal("The token's sub \(error.explanation)")
        }
    }

    /// A NumericDate (RFC 7519, section 2).
    private static func time(_ name: String, in claims: [String: JSONValue]) throws(TokenRefusal) -> Double? {
        guard let value = claims[name] else { return nil }
        guard case .number(let literal) = value, let seconds = Double(literal), seconds.isFinite else {
            throw TokenRefusal("The token's \(name) must be a number of seconds since 1970, not \(value.kind).")
        }
        return seconds
    }

    private static func text(_ name: String, in claims: [String: JSONValue]) throws(TokenRefusal) -> String? {
        guard let value = claims[name] else { return nil }
        guard case .string(let text) = value else {
            throw TokenRefusal("The token's \(name) must be a string, not \(value.kind).")
        }
        return text
    }

    private static func texts(_ name: String, in claims: [String: JSONValue]) throws(TokenRefusal) -> [Identifier] {
        func refusal(_ found: JSONValue) -> TokenRefusal {
            TokenRefusal("The token's \(name) must be a string or an array of strings, not \(found.kind).")
        }
        switch claims[name] {
        case nil: return []
        case .string(let text): return [Identifier(text)]
        case .array(let elements):
            var texts: [Identifier] = []
            for element in elements {
                guard case .string(let text) = element else {
                    throw TokenRefusal("The token's \(name) must be an array of strings; it holds \(element.kind).")
                }
                texts.append(Identifier(text))
            }
            return texts
        case let value?: throw refusal(value)
        }
    }
}
