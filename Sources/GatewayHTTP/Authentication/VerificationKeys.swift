import GatewayCore
import JWTKit

/// The keys that tokens may be signed with. Each is bound to one algorithm when it is read (RFC 8725, section 3.1): what a token says
/// about its algorithm is compared with the key's, and never chooses how the key is used.
package struct VerificationKeys: Sendable {
    /// A key and the one algorithm that it is used with.
    struct Key: Sendable {
        /// The name in RFC 7518 or RFC 8037, such as `RS256`.
        let algorithm: String
        let verifier: any JWTAlgorithm

        /// Returns whether a signature is this key's over these bytes.
        func isSigned(_ signature: [UInt8], over bytes: [UInt8]) -> Bool {
            // A signature of a length that the algorithm does not have is an error to the library.
            (try? verifier.verify(signature, signs: bytes)) ?? false
        }
    }

    /// The algorithms that some token may have here; one with another is refused before a key is looked up.
    let algorithms: Set<String>
    private let keys: [Identifier: Key]
    private let keyWithoutID: Key?

    /// The key of tokens that name this `kid`, or none.
    ///
    /// - Throws: ``KeyLookupError`` where there is no such key.
    func key(_ id: String?) throws(KeyLookupError) -> Key {
        guard let id else {
            guard let keyWithoutID else { throw .notNamed }
            return keyWithoutID
        }
        guard let key = keys[Identifier(id)] else { throw .unknown }
        return key
    }

    /// How many keys there are.
    package var count: Int { max(keys.count, keyWithoutID == nil ? 0 : 1) }

    /// The keys of a set by their `kid`. Where it has one key, tokens need not name it.
    init(_ keys: [Identifier: Key], algorithms: Set<String>) {
        self.keys = keys
        self.algorithms = algorithms
        keyWithoutID = keys.count == 1 ? keys.values.first : nil
    }

    /// One shared secret, for HS256. Tokens must not name a key.
    package static func hmac(secret: String) async throws -> VerificationKeys {
        let collection = JWTKeyCollection()
        await collection.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        return VerificationKeys(shared: Key(algorithm: "HS256", verifier: try await collection.getKey()))
    }

    private init(shared key: Key) {
        keys = [:]
        keyWithoutID = key
        algorithms = [key.algorithm]
    }
}

/// Why no key was found.
enum KeyLookupError: Error {
    /// The token names no key, and there are several.
    case notNamed
    /// No key has the id that the token names.
    case unknown
}
