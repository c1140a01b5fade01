import Foundation
import GatewayCore
import JWTKit
import ProviderAPI
import ProviderTestKit
import Testing

@testable import GatewayHTTP

@Suite("A bearer token signed with a key of a JSON Web Key Set")
struct KeySetTests {
    private let forge = TokenForge()
    private var clock: ManualClock { ManualClock(forge.now) }

    /// A key pair: signs, and shows its public half as a member of a set.
    private struct Pair {
        let key = ES256PrivateKey()
        let kid: String

        var json: String {
            get throws {
                let parameters = try #require(key.parameters)
                return try json(kid: kid, x: parameters.x, y: parameters.y)
            }
        }

        private func json(kid: String, x: String, y: String) throws -> String {
            func url(_ text: String) -> String {
                text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
            }
            return #"{"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"\#(kid)","x":"\#(url(x))","y":"\#(url(y))"}"#
        }

        func token(kid: String?, expiry: Timestamp, role: String? = nil) async throws -> String {
            let keys = JWTKeyCollection()
            await keys.add(ecdsa: key, kid: kid.map { JWKIdentifier(string: $0) })
            let claims = AccessClaims(sub: "42", exp: Date(timeIntervalSince1970: Double(expiry.unixSeconds)), role: role)
            return try await keys.sign(claims, kid: kid.map { JWKIdentifier(string: $0) })
        }
    }

    private func verifier(_ pairs: Pair..., algorithm: String? = nil) async throws -> TokenVerifier {
        let keys = try pairs.map { try $0.json }.joined(separator: ",")
        return try await TokenVerifier.keySet(
            "{\"keys\":[\(keys)]}", algorithm: algorithm, issuer: nil, audience: nil, clock: clock)
    }

    private func expectRefusal(
        _ token: String, by verifier: TokenVerifier, _ detail: String, _ location: SourceLocation = #_sourceLocation
    ) async throws {
        let error = try await #require(throws: GatewayError.self, sourceLocation: location) {
            try await verifier.principal(authorization: "Bearer \(token)")
        }
        #expect(error.code == .unauthenticated, sourceLocation: location)
        #expect(error.detail.contains(detail), sourceLocation: location)
    }

    private var later: Timestamp { forge.now.advanced(by: .seconds(60)) }

    @Test("passes with the key it names, of several")
    func accepted() async throws {
        let (old, new) = (Pair(kid: "2025"), Pair(kid: "2026"))
        let verifier = try await verifier(old, new)
        for pair in [old, new] {
            let token = try await pair.token(kid: pair.kid, expiry: later, role: "admin")
            #expect(try await verifier.principal(authorization: "Bearer \(token)") == Principal(subject: "42", isAdmin: true))
        }
    }

    @Test("passes without naming its key only where there is one")
    func noKeyID() async throws {
        let (pair, other) = (Pair(kid: "a"), Pair(kid: "b"))
        let token = try await pair.token(kid: nil, expiry: later)
        #expect(try await verifier(pair).principal(authorization: "Bearer \(token)").subject == "42")
        try await expectRefusal(token, by: verifier(pair, other), "does not name its key")
    }

    @Test("is refused with a key id that is not in the set, and with another key's signature")
    func wrongKey() async throws {
        let (pair, other, stranger) = (Pair(kid: "a"), Pair(kid: "b"), Pair(kid: "a"))
        let verifier = try await verifier(pair, other)
        try await expectRefusal(pair.token(kid: "c", expiry: later), by: verifier, "(kid) is not known")
        try await expectRefusal(pair.token(kid: "b", expiry: later), by: verifier, "signature is not valid")
        try await expectRefusal(stranger.token(kid: "a", expiry: later), by: verifier, "signature is not valid")
        try await expectRefusal(pair.token(kid: "a", expiry: forge.now), by: verifier, "has expired")
    }

    @Test("is refused where the public key was taken for a shared secret, and unsigned")
    func confusedAlgorithm() async throws {
        let pair = Pair(kid: "a")
        let verifier = try await verifier(pair)
        var forge = forge
        for secret in [pair.key.publicKey.pemRepresentation, try pair.json] {
            forge.secret = secret
            for algorithm in ["HS256", "none"] {
                let token = try forge.token(header: ["alg": algorithm, "kid": "a"], claims: forge.claims(["role": "admin"]))
                try await expectRefusal(token, by: verifier, "algorithm is not taken here")
            }
            let token = try forge.token(header: ["alg": "ES256", "kid": "a"], claims: forge.claims())
            try await expectRefusal(token, by: verifier, "signature is not valid")
        }
    }

    @Test("has the one algorithm that is configured, where one is")
    func configuredAlgorithm() async throws {
        let pair = Pair(kid: "a")
        let token = try await pair.token(kid: "a", expiry: later)
        #expect(try await verifier(pair, algorithm: "ES256").principal(authorization: "Bearer \(token)").subject == "42")
        try await expectRefusal(token, by: verifier(pair, algorithm: "RS256"), "algorithm is not taken here")
    }

    @Test(
        "needs a set that is one: with keys, each with an id, none of them symmetric",
        arguments: [
            "", "{}", "[]", #"{"keys":[]}"#, #"{"keys":[{"kty":"oct","kid":"a","k":"c2VjcmV0"}]}"#,
            #"{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}"#,
            #"{"keys":[{"kty":"EC","crv":"P-256","kid":"a","alg":"ES256","x":"AA","y":"AA"}]}"#,
        ]
    )
    func badSet(json: String) async {
        await #expect(throws: (any Error).self) {
            try await TokenVerifier.keySet(json, algorithm: nil, issuer: nil, audience: nil, clock: clock)
        }
    }
}
