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

    private func verifier(_ keys: String..., algorithm: String? = nil) async throws -> TokenVerifier {
        let reading = try await KeySet.read("{\"keys\":[\(keys.joined(separator: ","))]}", algorithm: algorithm)
        return TokenVerifier(keys: TokenKeys(reading.keys), rules: TokenRules(), clock: ManualClock(forge.now))
    }

    private func expectRefusal(
        _ token: String, by verifier: TokenVerifier, _ detail: String, _ location: SourceLocation = #_sourceLocation
    ) async throws {
        let error = try await #require(throws: GatewayError.self, sourceLocation: location) {
            try await verifier.principal(authorization: "Bearer \(token)")
        }
        #expect(error.code == .unauthenticated, sourceLocation: location)
        #expect(error.detail.contains(detail), "\(error.detail)", sourceLocation: location)
    }

    private func subject(_ token: String, _ verifier: TokenVerifier) async throws -> String {
        try await verifier.principal(authorization: "Bearer \(token)").subject.text
    }

    @Test("passes with the key it names, of several")
    func accepted() async throws {
        let (old, new) = (try await KeyPair(.p256, kid: "2025"), try await KeyPair(.p256, kid: "2026"))
        let verifier = try await verifier(old.json(), new.json())
        for pair in [old, new] {
            let token = try await pair.token(claims: forge.claims(["role": "admin"]))
            #expect(try await verifier.principal(authorization: "Bearer \(token)") == Principal(subject: "42", isAdmin: true))
        }
    }

    @Test("has the algorithm that the key's type and curve give it, where the key names none", arguments: KeyPair.Kind.allCases)
    func algorithmOfType(kind: KeyPair.Kind) async throws {
        let pair = try await KeyPair(kind, kid: "a")
        let verifier = try await verifier(pair.json())
        #expect(try await subject(pair.token(claims: forge.claims()), verifier) == "42")
        for other in kind.algorithms.dropFirst() {
            try await expectRefusal(
                pair.token(claims: forge.claims(), algorithm: other), by: verifier, "algorithm is not taken here")
        }
    }

    @Test("has the algorithm that the key names", arguments: ["RS384", "RS512", "PS256", "PS384", "PS512"])
    func algorithmOfKey(name: String) async throws {
        let pair = try await KeyPair(.rsa, kid: "a")
        let verifier = try await verifier(pair.json(["alg": name]))
        #expect(try await subject(pair.token(claims: forge.claims(), algorithm: name), verifier) == "42")
        try await expectRefusal(pair.token(claims: forge.claims()), by: verifier, "algorithm is not taken here")
    }

    @Test("cannot choose the algorithm of a key that names none: an unsigned token of a stranger locks nobody out")
    func strangersAlgorithm() async throws {
        let (rsa, other) = (try await KeyPair(.rsa, kid: "a"), try await KeyPair(.p256, kid: "b"))
        let verifier = try await verifier(rsa.json(), other.json())
        for algorithm in ["PS512", "RS512", "RS384", "ES256", "EdDSA", "none", "HS256"] {
            let unsigned =
                try TokenForge.base64URL(["alg": algorithm, "kid": "a"]) + "." + TokenForge.base64URL(forge.claims()) + ".AA"
            try await expectRefusal(unsigned, by: verifier, "algorithm is not taken here")
        }
        #expect(try await subject(rsa.token(claims: forge.claims()), verifier) == "42")
        #expect(try await subject(other.token(claims: forge.claims()), verifier) == "42")
    }

    @Test("passes without naming its key only where there is one")
    func noKeyID() async throws {
        let (pair, other) = (try await KeyPair(.p256, kid: "a"), try await KeyPair(.p256, kid: "b"))
        let token = try await pair.token(header: ["alg": "ES256"], claims: forge.claims(), signedBy: "ES256")
        #expect(try await subject(token, verifier(pair.json())) == "42")
        try await expectRefusal(token, by: verifier(pair.json(), other.json()), "does not name its key")
    }

    @Test("is refused with a key id that is not in the set, and with another key's signature")
    func wrongKey() async throws {
        let (pair, other) = (try await KeyPair(.p256, kid: "a"), try await KeyPair(.p256, kid: "b"))
        let stranger = try await KeyPair(.p256, kid: "a")
        let verifier = try await verifier(pair.json(), other.json())
        func token(_ kid: String) async throws -> String {
            try await pair.token(header: ["alg": "ES256", "kid": kid], claims: forge.claims(), signedBy: "ES256")
        }
        try await expectRefusal(token("c"), by: verifier, "(kid) is not known")
        try await expectRefusal(token("b"), by: verifier, "signature is not valid")
        try await expectRefusal(stranger.token(claims: forge.claims()), by: verifier, "signature is not valid")
        try await expectRefusal(
            pair.token(claims: forge.claims(["exp": forge.now.unixSeconds])), by: verifier, "has expired")
    }

    @Test("names its key byte for byte")
    func canonicallyEquivalentKeyID() async throws {
        let (plain, kelvin) = (try await KeyPair(.p256, kid: "K1"), try await KeyPair(.p256, kid: "\u{212A}1"))
        let verifier = try await verifier(plain.json(), kelvin.json())
        #expect(try await subject(plain.token(claims: forge.claims(["sub": "a"])), verifier) == "a")
        #expect(try await subject(kelvin.token(claims: forge.claims(["sub": "b"])), verifier) == "b")
        let mixed = try await plain.token(header: ["alg": "ES256", "kid": kelvin.kid], claims: forge.claims(), signedBy: "ES256")
        try await expectRefusal(mixed, by: verifier, "signature is not valid")
    }

    @Test("is refused where the public key was taken for a shared secret, and unsigned")
    func confusedAlgorithm() async throws {
        let pair = try await KeyPair(.p256, kid: "a")
        let verifier = try await verifier(pair.json())
        var forge = forge
        for secret in [try pair.json(), pair.members["x"] ?? ""] {
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
        let (pair, rsa) = (try await KeyPair(.p256, kid: "a"), try await KeyPair(.rsa, kid: "b"))
        let keys = try (pair.json(), rsa.json())
        #expect(try await subject(pair.token(claims: forge.claims()), verifier(keys.0, keys.1, algorithm: "ES256")) == "42")
        let pss = try await verifier(keys.0, keys.1, algorithm: "PS256")
        #expect(try await subject(rsa.token(claims: forge.claims(), algorithm: "PS256"), pss) == "42")
        try await expectRefusal(rsa.token(claims: forge.claims()), by: pss, "algorithm is not taken here")
        try await expectRefusal(pair.token(claims: forge.claims()), by: pss, "algorithm is not taken here")
    }

    @Test("is verified with the keys of a set that can verify; the others are left out, with the reason")
    func skipped() async throws {
        let (pair, other) = (try await KeyPair(.p256, kid: "a"), try await KeyPair(.rsa, kid: "b"))
        let cases: [(String, String)] = [
            (try other.json(["use": "enc"]), "use"), (try other.json(["use": 1]), "use"),
            (try other.json(["key_ops": ["encrypt"]]), "key_ops"), (try other.json(["key_ops": "verify"]), "key_ops"),
            (try other.json(["kty": "AKP"]), "kty"), (try other.json(["kty": nil]), "kty"),
            (try other.json(["alg": "RSA-OAEP"]), "alg"), (try other.json(["alg": "ES256"]), "alg"),
            (try other.json(["alg": "HS256"]), "alg"), (try other.json(["alg": "none"]), "alg"),
            (try other.json(["alg": 5]), "alg"),
            (try other.json(["n": nil]), "valid"), (try other.json(["n": "AQAB"]), "valid"),
            (try other.json(["d": "AQAB"]), "private"),
            (#"{"kty":"oct","kid":"b","k":"c2VjcmV0"}"#, "secret"), (#"{"kty":"EC","kid":"b","crv":"secp256k1"}"#, "curve"),
            (#"{"kty":"OKP","kid":"b","crv":"X25519","x":"AA"}"#, "curve"), ("5", "kty"),
            (#"{"kty":"EC","crv":"P-256","kid":"b","x":"AA","y":"AA"}"#, "valid"),
        ]
        for (member, reason) in cases {
            let reading = try await KeySet.read(KeyPair.set(member, pair.json()), algorithm: nil)
            #expect(reading.keys.count == 1 && reading.keys.algorithms == ["ES256"], "\(member)")
            #expect(reading.skipped.count == 1 && reading.skipped[0].contains(reason), "\(reading.skipped) \(member)")
        }
        for good in [["use": "sig"], ["key_ops": ["verify"]], ["alg": "RS256"]] as [[String: any Sendable]] {
            let reading = try await KeySet.read(KeyPair.set(other.json(good.mapValues { $0 }), pair.json()), algorithm: nil)
            #expect(reading.skipped == [] && reading.keys.count == 2)
        }
    }

    @Test(
        "needs a set that is one: with a key that can verify, each with an id of its own",
        arguments: [
            "", "{}", "[]", "null", #"{"keys":5}"#, #"{"keys":[]}"#, #"{"keys":[{"kty":"oct","kid":"a","k":"c2VjcmV0"}]}"#,
            #"{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}"#, #"{"keys":[],"keys":[]}"#,
            #"{"keys":[{"kty":"EC","crv":"P-256","kid":"a","alg":"ES256","x":"AA","y":"AA"}]}"#,
        ]
    )
    func badSet(json: String) async {
        await #expect(throws: KeySet.Problem.self) { try await KeySet.read(json, algorithm: nil) }
    }

    @Test("does not use a key without an id or with that of an earlier one, and uses the others")
    func keysWithoutIDs() async throws {
        let (first, second) = (try await KeyPair(.p256, kid: "a"), try await KeyPair(.p256, kid: "a"))
        for bad in [try second.json(["kid": nil]), try second.json()] {
            let reading = try await KeySet.read(KeyPair.set(try first.json(), bad), algorithm: nil)
            #expect(reading.keys.count == 1 && reading.skipped.count == 1, "\(reading.skipped)")
        }
    }

    @Test("needs a set in which a usable key has an id")
    func keyIDs() async throws {
        let one = try await KeyPair(.p256, kid: "a")
        for set in [
            KeyPair.set(try one.json(["kid": nil])), KeyPair.set(try one.json(["kid": 5])),
        ] {
            await #expect(throws: KeySet.Problem.self) { try await KeySet.read(set, algorithm: nil) }
        }
    }
}
