import Foundation
import GatewayCore
import ProviderAPI
import ProviderTestKit
import Testing

@testable import GatewayHTTP

@Suite("A bearer token signed with the shared secret")
struct TokenVerifierTests {
    private let forge = TokenForge()

    private func verifier(_ rules: TokenRules = TokenRules(), at time: Timestamp? = nil) async throws -> TokenVerifier {
        try await TokenVerifier.hmac(secret: forge.secret, rules: rules, clock: ManualClock(time ?? forge.now))
    }

    /// Why a token is refused. No refusal repeats any part of the token.
    private func refusal(_ token: String, by verifier: TokenVerifier? = nil) async throws -> String {
        var verifier = verifier
        if verifier == nil { verifier = try await self.verifier() }
        do {
            let principal = try await verifier?.principal(authorization: "Bearer \(token)")
            Issue.record("\(String(describing: principal)) was let in.")
            return ""
        } catch let error as GatewayError {
            #expect(error.code == .unauthenticated)
            for part in token.split(separator: ".") where part.count > 8 { #expect(!error.detail.contains(part)) }
            return error.detail
        }
    }

    @Test("names its user, and an admin by the role")
    func accepted() async throws {
        let verifier = try await verifier()
        let user = try forge.token(claims: forge.claims())
        #expect(try await verifier.principal(authorization: "Bearer \(user)") == Principal(subject: "42", isAdmin: false))
        #expect(try await verifier.principal(authorization: "bearer \(user)") == Principal(subject: "42", isAdmin: false))
        let admin = try forge.token(claims: forge.claims(["role": "admin", "other": ["a": 1]]))
        #expect(try await verifier.principal(authorization: "Bearer \(admin)") == Principal(subject: "42", isAdmin: true))
        for role in ["Admin", "user", "", "admin "] {
            let token = try forge.token(claims: forge.claims(["role": role]))
            #expect(try await verifier.principal(authorization: "Bearer \(token)").isAdmin == false)
        }
    }

    @Test("comes from the issuer that the gateway itself has, too")
    func issued() async throws {
        for isAdmin in [true, false] {
            let rules = TokenRules(issuer: "us", audience: "gateway", type: "at+jwt")
            let token = try await TokenIssuer.token(
                subject: "7", isAdmin: isAdmin, scopes: [.refund, .capture], lifetime: .seconds(60), secret: forge.secret,
                rules: rules,
                now: forge.now
            )
            let principal = try await verifier(rules).principal(authorization: "Bearer \(token)")
            #expect(principal == Principal(subject: "7", isAdmin: isAdmin, scopes: [.refund, .capture]))
            let later = try await verifier(at: forge.now.advanced(by: .seconds(60)))
            #expect(try await refusal(token, by: later) == "The token has expired.")
        }
    }

    @Test(
        "is asked for where the header is none",
        arguments: [nil, "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Token abc", "eyJhbGciOiJIUzI1NiJ9.e30.x"]
    )
    func noToken(header: String?) async throws {
        let error = try await #require(throws: GatewayError.self) { try await verifier().principal(authorization: header) }
        #expect(error.code == .unauthenticated)
        #expect(error.detail.contains("Bearer <JWT>"))
    }

    @Test("is refused where it is too long to be one", .timeLimit(.minutes(10)))
    func tooLong() async throws {
        let token = try forge.token(claims: forge.claims(["padding": String(repeating: "a", count: 9000)]))
        #expect(try await refusal(token) == "The header Authorization must be Bearer <JWT>.")
    }

    @Test("that was taken before is taken again until it ends, and one that differs by a letter never is")
    func again() async throws {
        let clock = ManualClock(forge.now)
        let verifier = try await TokenVerifier.hmac(secret: forge.secret, clock: clock)
        let token = try forge.token(claims: forge.claims(["exp": forge.now.unixSeconds + 60, "role": "admin"]))
        for _ in 0..<3 { #expect(try await verifier.principal(authorization: "Bearer \(token)").isAdmin) }
        let other = String(token.dropLast(2)) + (token.hasSuffix("AA") ? "BB" : "AA")
        #expect(try await refusal(other, by: verifier).contains("signature is not valid"))
        clock.advance(by: .seconds(60))
        #expect(try await refusal(token, by: verifier) == "The token has expired.")
        let patient = try await TokenVerifier.hmac(
            secret: forge.secret, rules: TokenRules(maximumLifetime: .seconds(Int64.max)), clock: clock)
        let endless = try forge.token(claims: forge.claims(["exp": 1e18]))
        for _ in 0..<2 { #expect(try await patient.principal(authorization: "Bearer \(endless)").subject == "42") }
    }

    @Test("ends when it says, to the second")
    func expiry() async throws {
        let now = forge.now.unixSeconds
        for seconds in [now, now - 1, 0, -1] {
            #expect(try await refusal(forge.token(claims: forge.claims(["exp": seconds]))) == "The token has expired.")
        }
        let token = try forge.token(claims: forge.claims(["exp": now + 1]))
        #expect(try await verifier().principal(authorization: "Bearer \(token)").subject == "42")
    }

    @Test("begins when it says, and is issued in the past, with thirty seconds for clocks that differ")
    func notBefore() async throws {
        let now = forge.now.unixSeconds
        #expect(try await refusal(forge.token(claims: forge.claims(["nbf": now + 31]))) == "The token is not valid yet.")
        #expect(try await refusal(forge.token(claims: forge.claims(["iat": now + 31]))).contains("issued in the future (iat)"))
        for name in ["nbf", "iat"] {
            for seconds in [now + 30, now, now - 100] {
                let token = try forge.token(claims: forge.claims([name: seconds]))
                #expect(try await verifier().principal(authorization: "Bearer \(token)").subject == "42")
            }
        }
    }

    @Test("is valid for no longer than is configured: from its iat, or from now where it has none")
    func lifetime() async throws {
        let now = forge.now.unixSeconds
        let long = "The token is valid for too long: the gateway takes at most 86400 seconds."
        let hour = "The token is valid for too long: the gateway takes at most 3600 seconds."
        for claims: [String: any Sendable] in [
            ["exp": now + 86_401], ["exp": now + 86_400, "iat": now - 1], ["exp": now + 1, "iat": now - 86_400], ["exp": 1e18],
        ] {
            #expect(try await refusal(forge.token(claims: forge.claims(claims))) == long, "\(claims)")
        }
        for claims: [String: any Sendable] in [
            ["exp": now + 86_400], ["exp": now + 86_400, "iat": now], ["exp": now + 1, "iat": now - 86_399],
        ] {
            let token = try forge.token(claims: forge.claims(claims))
            #expect(try await verifier().principal(authorization: "Bearer \(token)").subject == "42", "\(claims)")
        }
        let strict = try await verifier(TokenRules(maximumLifetime: .seconds(3600)))
        #expect(try await refusal(forge.token(claims: forge.claims(["exp": now + 3601])), by: strict) == hour)
    }

    @Test("has the type that is configured, in any letter case and with or without application/ (RFC 9068, section 4)")
    func type() async throws {
        let verifier = try await verifier(TokenRules(type: "at+jwt"))
        for type in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+jwt"] {
            let token = try forge.token(header: ["alg": "HS256", "typ": type], claims: forge.claims())
            #expect(try await verifier.principal(authorization: "Bearer \(token)").subject == "42")
        }
        for type: any Sendable in ["JWT", "", "at+jwt ", "text/at+jwt", NSNull()] {
            let header = ["alg": "HS256", "typ": type].filter { !($0.value is NSNull) }
            let token = try forge.token(header: header, claims: forge.claims())
            #expect(try await refusal(token, by: verifier) == "The token's type (typ) is not taken here.")
        }
        for type in ["JWT", "at+jwt", "anything"] {
            let token = try forge.token(header: ["alg": "HS256", "typ": type], claims: forge.claims())
            #expect(try await self.verifier().principal(authorization: "Bearer \(token)").subject == "42")
        }
    }

    @Test("needs claims that are what they have to be, and says which is not")
    func claims() async throws {
        let list: [String] = ["42"]
        let cases: [(changes: [String: any Sendable], detail: String)] = [
            (["sub": NSNull()], "The token has no sub: the user."),
            (["exp": NSNull()], "The token has no exp: when it expires."),
            (["sub": 42], "The token's sub must be a string, not a number: write \"42\" for the user 42."),
            (["sub": list], "The token's sub must be a string, not an array: write \"42\" for the user 42."),
            (["sub": ""], "The token's sub must have 1 to 255 characters."),
            (["sub": String(repeating: "x", count: 256)], "The token's sub must have 1 to 255 characters."),
            (["sub": "a\u{0}b"], "The token's sub must have no control characters."),
            (["sub": "a\nb"], "The token's sub must have no control characters."),
            (["sub": "a\u{85}b"], "The token's sub must have no control characters."),
            (["sub": "a\u{202E}b"], "The token's sub must have no control characters."),
            (["sub": "a\u{2028}b"], "The token's sub must have no control characters."),
            (["sub": "\u{212A}elvin"], "The token's sub must be in Unicode Normalization Form C (NFC)."),
            (["sub": "e\u{301}"], "The token's sub must be in Unicode Normalization Form C (NFC)."),
            (["exp": "soon"], "The token's exp must be a number of seconds since 1970, not a string."),
            (["nbf": "now"], "The token's nbf must be a number of seconds since 1970, not a string."),
            (["iat": true], "The token's iat must be a number of seconds since 1970, not a boolean."),
            (["role": 1], "The token's role must be a string or an array of strings, not a number."),
            (["role": ["admin", 1] as [any Sendable]], "The token's role must be an array of strings; it holds a number."),
            (["scope": list], "The token's scope must be a string, not an array."),
            (["iss": list], "The token's iss must be a string, not an array."),
            (["aud": 5], "The token's aud must be a string or an array of strings, not a number."),
        ]
        for (changes, detail) in cases {
            #expect(try await refusal(forge.token(claims: forge.claims(changes))) == detail)
        }
        for subject in ["\u{E9}", "Kelvin", "user@example.com", "\u{4E2D}\u{6587}", String(repeating: "x", count: 255)] {
            let token = try forge.token(claims: forge.claims(["sub": subject]))
            #expect(try await verifier().principal(authorization: "Bearer \(token)").subject.text == subject)
        }
    }

    @Test("is an admin's by a role among several, too")
    func roles() async throws {
        let verifier = try await verifier()
        for (roles, isAdmin) in [
            (["admin"], true), (["user", "admin"], true), ([], false), (["user"], false), (["Admin"], false),
        ] {
            let token = try forge.token(claims: forge.claims(["role": roles]))
            #expect(try await verifier.principal(authorization: "Bearer \(token)").isAdmin == isAdmin, "\(roles)")
        }
    }

    @Test("has the scopes that the gateway knows, of those that it claims")
    func scopes() async throws {
        let verifier = try await verifier()
        let cases: [(String, Set<Scope>)] = [
            ("", []), ("openid", []), ("payments:refund", [.refund]),
            ("openid payments:cancel  payments:capture", [.cancel, .capture]),
            ("payments:refunds Payments:refund payments", []),
            (Scope.allCases.map(\.rawValue).joined(separator: " "), Set(Scope.allCases)),
        ]
        for (scope, scopes) in cases {
            let token = try forge.token(claims: forge.claims(["scope": scope]))
            #expect(try await verifier.principal(authorization: "Bearer \(token)").scopes == scopes, "\(scope)")
        }
    }

    @Test("has each member once, in its header and in its claims")
    func duplicates() async throws {
        let (now, header) = (forge.now.unixSeconds, #"{"alg":"HS256"}"#)
        for claims in [
            #"{"sub":"42","sub":"43","exp":\#(now + 60)}"#, #"{"sub":"42","exp":1,"exp":\#(now + 60)}"#,
            #"{"sub":"42","exp":\#(now + 60),"role":"user","role":"admin"}"#, #"{"sub":"42","exp":\#(now + 60),"\u0073ub":"43"}"#,
            #"{"sub":"42","exp":\#(now + 60),"x":{"a":1,"a":2}}"#,
        ] {
            #expect(try await refusal(forge.token(header: header, claims: claims)).contains("occurs twice"), "\(claims)")
        }
        for header in [
            #"{"alg":"HS256","alg":"HS256"}"#, #"{"alg":"none","alg":"HS256"}"#, #"{"alg":"HS256","kid":"a","kid":"b"}"#,
        ] {
            let token = try forge.token(header: header, claims: #"{"sub":"42","exp":\#(now + 60)}"#)
            #expect(try await refusal(token) == "The token is not a JWT.")
        }
    }

    @Test("has one spelling: base64url without padding and without unused bits")
    func spelling() async throws {
        let token = try forge.token(claims: forge.claims(["sub": "4?>"]))
        #expect(try await verifier().principal(authorization: "Bearer \(token)").subject.text == "4?>")
        let parts = token.split(separator: ".").map(String.init)
        // The last character of a signature of 32 bytes has two unused bits.
        let last = try #require(parts[2].last)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let index = try #require(alphabet.firstIndex(of: last))
        let spellings =
            (1...3).map { parts[2].dropLast() + String(alphabet[index + $0]) } + [parts[2] + "=", parts[2] + " "]
        for signature in spellings {
            #expect(try await refusal("\(parts[0]).\(parts[1]).\(signature)") == "The token is not a JWT.", "\(signature)")
        }
        for changed in [
            "\(parts[0])=.\(parts[1]).\(parts[2])", "\(parts[0]).\(parts[1])=.\(parts[2])",
            "\(parts[0]).\(parts[1])\n.\(parts[2])",
        ] {
            #expect(try await refusal(changed) == "The token is not a JWT.")
        }
    }

    @Test(
        "has the one algorithm that is configured: none, others and other spellings are refused",
        arguments: ["none", "None", "NONE", "HS384", "HS512", "RS256", "ES256", "hs256", "EdDSA", ""]
    )
    func algorithm(name: String) async throws {
        let token = try forge.token(header: ["alg": name, "typ": "JWT"], claims: forge.claims())
        #expect(try await refusal(token) == "The token's algorithm is not taken here.")
        let unsigned = try TokenForge.base64URL(["alg": name]) + "." + TokenForge.base64URL(forge.claims()) + "."
        #expect(try await refusal(unsigned) == "The token's algorithm is not taken here.")
    }

    @Test("is refused unsigned, with another secret's signature, and with anything changed")
    func signature() async throws {
        let token = try forge.token(claims: forge.claims())
        let parts = token.split(separator: ".").map(String.init)
        var stranger = forge
        stranger.secret = "another secret of the tests, thirty-two bytes"
        let changed = try TokenForge.base64URL(forge.claims(["role": "admin"]))
        let flipped = parts[2].first == "A" ? "B" + parts[2].dropFirst() : "A" + parts[2].dropFirst()
        // 40 characters are 30 whole bytes. Other lengths may leave unused bits set, which is another refusal.
        let short = parts[2].dropLast(3)
        for bad in [
            try stranger.token(claims: forge.claims()), "\(parts[0]).\(parts[1]).", "\(parts[0]).\(changed).\(parts[2])",
            "\(parts[0]).\(parts[1]).\(flipped)", "\(parts[0]).\(parts[1]).\(short)",
        ] {
            #expect(try await refusal(bad) == "The token's signature is not valid.", "\(bad)")
        }
        for bad in ["\(parts[0]).\(parts[1])", token + ".extra", parts[0], "\(parts[0])..\(parts[2])."] {
            #expect(try await refusal(bad) == "The token is not a JWT.", "\(bad)")
        }
    }

    @Test(
        "is refused where it is no JWT",
        arguments: ["x", "a.b.c", "..", "e30.e30.", "\u{FF}.b.c", "bnVsbA.e30.x", "W10.e30.x", "ey.e30.x"])
    func garbage(token: String) async throws {
        #expect(try await refusal(token) == "The token is not a JWT.")
    }

    @Test("is refused with a key id that is not known, and with critical parameters")
    func header() async throws {
        let kid = try forge.token(header: ["alg": "HS256", "kid": "other"], claims: forge.claims())
        #expect(try await refusal(kid) == "The token's key (kid) is not known.")
        let critical: [String] = ["exp"]
        let crit = try forge.token(header: ["alg": "HS256", "crit": critical, "exp": 1], claims: forge.claims())
        #expect(try await refusal(crit) == "The token has critical header parameters that are not known here.")
        for crit in [#""exp""#, "null", "[]", "5", "{}"] {
            let wrong = try forge.token(header: #"{"alg":"HS256","crit":\#(crit)}"#, claims: #"{"sub":"42","exp":1}"#)
            #expect(try await refusal(wrong) == "The token has critical header parameters that are not known here.")
        }
    }

    @Test("never ends the process, whatever a signed one claims")
    func strangeClaims() async throws {
        let verifier = try await verifier()
        let none: [String] = []
        let token = try forge.token(claims: forge.claims(["aud": none, "role": none]))
        #expect(try await verifier.principal(authorization: "Bearer \(token)").subject == "42")
        for changes: [String: any Sendable] in [
            ["exp": 1e300], ["exp": -1e300], ["nbf": 1e300], ["aud": 5], ["aud": [1, 2]], ["iss": none],
        ] {
            let token = try forge.token(claims: forge.claims(changes))
            _ = try? await verifier.principal(authorization: "Bearer \(token)")
        }
        let header: [String: any Sendable] = ["alg": "HS256", "x": 1e300, "y": -1e300, "z": none]
        _ = try? await verifier.principal(authorization: "Bearer \(forge.token(header: header, claims: forge.claims()))")
    }

    @Test("has the issuer and the audience that are configured")
    func issuerAndAudience() async throws {
        let verifier = try await verifier(TokenRules(issuer: "us", audience: "gateway"))
        let audiences: [String] = ["other", "gateway"]
        for good: [String: any Sendable] in [["iss": "us", "aud": "gateway"], ["iss": "us", "aud": audiences]] {
            let token = try forge.token(claims: forge.claims(good))
            #expect(try await verifier.principal(authorization: "Bearer \(token)").subject == "42")
        }
        for issuer: any Sendable in ["them", "", NSNull()] {
            let token = try forge.token(claims: forge.claims(["iss": issuer, "aud": "gateway"]))
            #expect(try await refusal(token, by: verifier) == "The token's issuer is not taken here.")
        }
        let others: [String] = ["other"]
        for audience: any Sendable in ["other", others, [] as [String], NSNull()] {
            let token = try forge.token(claims: forge.claims(["iss": "us", "aud": audience]))
            #expect(try await refusal(token, by: verifier) == "The token is not meant for this gateway.")
        }
        let kelvin = try await self.verifier(TokenRules(issuer: "K", audience: "K"))
        let issuer = try forge.token(claims: forge.claims(["iss": "\u{212A}", "aud": "K"]))
        #expect(try await refusal(issuer, by: kelvin) == "The token's issuer is not taken here.")
        let audience = try forge.token(claims: forge.claims(["iss": "K", "aud": "\u{212A}"]))
        #expect(try await refusal(audience, by: kelvin) == "The token is not meant for this gateway.")
    }
}
