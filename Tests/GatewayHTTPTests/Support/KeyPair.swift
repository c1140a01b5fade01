import CryptoExtras
import Foundation
import JWTKit
import ProviderAPI

/// A key pair: signs whatever a test wants, and shows its public half as a member of a JSON Web Key Set.
struct KeyPair: Sendable {
    enum Kind: Sendable, CaseIterable {
        case rsa, p256, p384, p521, ed25519

        /// The algorithms that such keys can have; the first is that of a key without `alg`.
        var algorithms: [String] {
            switch self {
            case .rsa: ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
            case .p256: ["ES256"]
            case .p384: ["ES384"]
            case .p521: ["ES512"]
            case .ed25519: ["EdDSA"]
            }
        }
    }

    let kind: Kind
    let kid: String
    /// The members of the public key, without `alg`, `use` and `kid`.
    let members: [String: String]
    private let collection: JWTKeyCollection

    /// A new pair.
    init(_ kind: Kind, kid: String) async throws {
        self.kind = kind
        self.kid = kid
        let collection = JWTKeyCollection()
        func url(_ text: String) -> String {
            text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
        func curve(_ name: String, _ parameters: (x: String, y: String)?) -> [String: String] {
            ["kty": "EC", "crv": name, "x": url(parameters?.x ?? ""), "y": url(parameters?.y ?? "")]
        }
        switch kind {
        case .rsa:
            let key = try Insecure.RSA.PrivateKey(pem: _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation)
            let publicKey = try key.publicKey.getKeyPrimitives()
            members = [
                "kty": "RSA", "n": TokenForge.base64URL(publicKey.modulus), "e": TokenForge.base64URL(publicKey.publicExponent),
            ]
            for (name, digest): (String, DigestAlgorithm) in [("256", .sha256), ("384", .sha384), ("512", .sha512)] {
                await collection.add(rsa: key, digestAlgorithm: digest, kid: JWKIdentifier(string: "RS" + name))
                await collection.add(pss: key, digestAlgorithm: digest, kid: JWKIdentifier(string: "PS" + name))
            }
        case .p256:
            let key = ES256PrivateKey()
            await collection.add(ecdsa: key, kid: "ES256")
            members = curve("P-256", key.parameters)
        case .p384:
            let key = ES384PrivateKey()
            await collection.add(ecdsa: key, kid: "ES384")
            members = curve("P-384", key.parameters)
        case .p521:
            let key = ES512PrivateKey()
            await collection.add(ecdsa: key, kid: "ES512")
            members = curve("P-521", key.parameters)
        case .ed25519:
            let key = try EdDSA.PrivateKey()
            await collection.add(eddsa: key, kid: "EdDSA")
            members = ["kty": "OKP", "crv": "Ed25519", "x": TokenForge.base64URL(key.publicKey.rawRepresentation)]
        }
        self.collection = collection
    }

    /// The public key as a member of a set. Nil as a value leaves a member out.
    func json(_ changes: [String: (any Sendable)?] = [:]) throws -> String {
        var object: [String: any Sendable] = members
        object["kid"] = kid
        for (name, value) in changes { object[name] = value }
        return String(decoding: try JSONSerialization.data(withJSONObject: object, options: .sortedKeys), as: UTF8.self)
    }

    /// A set of keys.
    static func set(_ keys: String...) -> String { "{\"keys\":[\(keys.joined(separator: ","))]}" }

    /// A token of any header and claims, with a signature of this key by the algorithm `signedBy`.
    func token(header: [String: any Sendable], claims: [String: any Sendable], signedBy algorithm: String) async throws -> String
    {
        let signed = try TokenForge.base64URL(header) + "." + TokenForge.base64URL(claims)
        return signed + "." + TokenForge.base64URL(Data(try await sign(Array(signed.utf8), algorithm)))
    }

    /// A good token.
    func token(claims: [String: any Sendable], algorithm: String? = nil) async throws -> String {
        let algorithm = algorithm ?? kind.algorithms[0]
        return try await token(header: ["alg": algorithm, "kid": kid], claims: claims, signedBy: algorithm)
    }

    /// The signature of bytes.
    func sign(_ bytes: [UInt8], _ algorithm: String) async throws -> [UInt8] {
        try await collection.getKey(for: JWKIdentifier(string: algorithm)).sign(bytes)
    }
}
