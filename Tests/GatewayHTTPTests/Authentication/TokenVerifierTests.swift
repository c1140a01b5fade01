import Foundation
import GatewayCore
import ProviderAPI
import ProviderTestKit
import Testing

@testable import GatewayHTTP

@Suite("A bearer token signed with the shared secret")
struct TokenVerifierTests {
    private let forge = TokenForge()

    private func verifier(issuer: String? = nil, audience: String? = nil) async -> TokenVerifier {
        await TokenVerifier.hmac(secret: forge.secret, issuer: issuer, audience: audience, clock: ManualClock(forge.now))
    }

    /// Why a token is refused. No refusal repeats any part of the token.
    private func refusal(_ token: String, by verifier: TokenVerifier? = nil) async throws -> String {
        var verifier = verifier
        if verifier == nil { verifier = await self.verifier() }
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
        let verifier = await verifier()
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
            let token = try await TokenIssuer.token(
                subject: "7", isAdmin: isAdmin, lifetime: .seconds(60), secret: forge.secret, issuer: "us", audience: "gateway",
                now: forge.now
            )
            let principal = try await verifier(issuer: "us", audience: "gateway").principal(authorization: "Bearer \(token)")
            #expect(principal == Principal(subject: "7", isAdmin: isAdmin))
            let later = await TokenVerifier.hmac(
                secret: forge.secret, issuer: nil, audience: nil, clock: ManualClock(forge.now.advanced(by: .seconds(60)))
            )
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
        let verifier = await TokenVerifier.hmac(secret: forge.secret, issuer: nil, audience: nil, clock: clock)
        let token = try forge.token(claims: forge.claims(["exp": forge.now.unixSeconds + 60, "role": "admin"]))
        for _ in 0..<3 { #expect(try await verifier.principal(authorization: "Bearer \(token)").isAdmin) }
        let other = String(token.dropLast(2)) + (token.hasSuffix("AA") ? "BB" : "AA")
        #expect(try await refusal(other, by: verifier).contains("signature is not valid"))
        clock.advance(by: .seconds(60))
        #expect(try await refusal(token, by: verifier) == "The token has expired.")
        let endless = try forge.token(claims: forge.claims(["exp": 1e18]))
        for _ in 0..<2 { #expect(try await verifier.principal(authorization: "Bearer \(endless)").subject == "42") }
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

    @Test("begins when it says")
    func notBefore() async throws {
        let now = forge.now.unixSeconds
        #expect(try await refusal(forge.token(claims: forge.claims(["nbf": now + 1]))) == "The token is not valid yet.")
        let token = try forge.token(claims: forge.claims(["nbf": now]))
        #expect(try await verifier().principal(authorization: "Bearer \(token)").subject == "42")
    }

    @Test("needs sub and exp, as what they are")
    func claims() async throws {
        for changes: [String: any Sendable] in [
            ["sub": NSNull()], ["exp": NSNull()], ["sub": 42], ["exp": "soon"], ["sub": ["42"]],
            ["exp": NSNull(), "sub": NSNull()], ["role": 1],
        ] {
            #expect(try await refusal(forge.token(claims: forge.claims(changes))).contains("sub and exp are required"))
        }
        for subject in ["", String(repeating: "x", count: 256)] {
            let detail = try await refusal(forge.token(claims: forge.claims(["sub": subject])))
            #expect(detail == "The token's sub must have 1 to 255 characters.")
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
        for bad in [
            try stranger.token(claims: forge.claims()), "\(parts[0]).\(parts[1]).", "\(parts[0]).\(parts[1])",
            "\(parts[0]).\(changed).\(parts[2])",
            "\(parts[0]).\(parts[1]).\(flipped)", "\(parts[0]).\(parts[1]).\(parts[2].dropLast(4))", token + ".extra", parts[0],
        ] {
            #expect(try await refusal(bad).contains("signature is not valid"), "\(bad)")
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
        let wrong = try forge.token(header: ["alg": "HS256", "crit": "exp"], claims: forge.claims())
        #expect(try await refusal(wrong) == "The token is not a JWT.")
    }

    @Test("never ends the process, whatever a signed one claims")
    func strangeClaims() async throws {
        let verifier = await verifier()
        let none: [String] = []
        let token = try forge.token(claims: forge.claims(["aud": none]))
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
        let verifier = await verifier(issuer: "us", audience: "gateway")
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
    }
}
