import GatewayCore
import JWTKit

/// Reads a JSON Web Key Set (RFC 7517) of public keys, and fixes the algorithm of each.
package enum KeySet {
    /// What a set holds that the gateway can use, and what it leaves out.
    package struct Reading: Sendable {
        /// The keys in use.
        package let keys: VerificationKeys
        /// Why each other key is left out, one sentence a key.
        package let skipped: [String]
    }

    /// Why a text is not a set that the gateway can use.
    package struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is wrong, as the end of a sentence about the set.
        package let description: String

        init(_ description: String) {
            self.description = description
        }
    }

    /// Reads a set. A key that cannot verify tokens is left out: one of an unknown type, one for encryption, one of an algorithm that is
    /// not taken, one without `kid` or with that of an earlier one. The algorithm of an RSA key without `alg` is RS256 unless `algorithm` says otherwise; that of an EC key follows from its
    /// curve (RFC 7518, section 3.4), and that of an OKP key is EdDSA (RFC 8037).
    ///
    /// - Parameter algorithm: the only one to accept; nil for every asymmetric one.
    /// - Throws: ``Problem`` where the text is not a set, and where no key is left.
    package static func read(_ text: String, algorithm: String?) async throws(Problem) -> Reading {
        guard let document = try? JSONParser.parse(Array(text.utf8)), case .object(let set) = document,
            case .array(let members)? = set["keys"]
        else { throw Problem("it is not a JSON Web Key Set (RFC 7517)") }
        var keys: [Identifier: VerificationKeys.Key] = [:]
        var skipped: [String] = []
        for (index, member) in members.enumerated() {
            let entry = KeySetEntry(member, preferred: algorithm)
            let place = entry.kid.map { "key \($0)" } ?? "key number \(index + 1)"
            let key: VerificationKeys.Key
            do throws(KeySetEntry.Skipped) {
                key = try await entry.key()
            } catch {
                skipped.append("\(place) \(error.reason)")
                continue
            }
            // One entry that cannot be used must not keep the others from taking effect: withdrawn keys would stay in use.
            guard let kid = entry.kid.map(Identifier.init) else {
                skipped.append("\(place) has no kid")
                continue
            }
            guard keys[kid] == nil else {
                skipped.append("\(place) occurs twice")
                continue
            }
            keys[kid] = key
        }
        guard !keys.isEmpty else {
            throw Problem((["it has no key that can be used"] + skipped).joined(separator: "; "))
        }
        return Reading(keys: VerificationKeys(keys, algorithms: Set(keys.values.map(\.algorithm))), skipped: skipped)
    }
}

/// One member of a set.
private struct KeySetEntry {
    /// Why a key is not used, as the end of a sentence about it.
    struct Skipped: Error {
        let reason: String

        init(_ reason: String) {
            self.reason = reason
        }
    }

    private let members: [String: JSONValue]
    private let preferred: String?

    init(_ value: JSONValue, preferred: String?) {
        if case .object(let members) = value { self.members = members } else { members = [:] }
        self.preferred = preferred
    }

    /// The id, where it is text.
    var kid: String? { text("kid") }

    private func text(_ name: String) -> String? {
        if case .string(let text)? = members[name] { text } else { nil }
    }

    /// Which algorithms go with each type of key, the one of a key that names none first.
    private func algorithms() throws(Skipped) -> [String] {
        switch text("kty") {
        case "RSA": return ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
        case "EC":
            switch text("crv") {
            case "P-256": return ["ES256"]
            case "P-384": return ["ES384"]
            case "P-521": return ["ES512"]
            default: throw Skipped("has a curve that is not supported")
            }
        case "OKP":
            guard text("crv") == "Ed25519" else { throw Skipped("has a curve that is not supported") }
            return ["EdDSA"]
        case "oct": throw Skipped("is a shared secret, and no public key")
        default: throw Skipped("has a type (kty) that is not supported")
        }
    }

    private func algorithm() throws(Skipped) -> String {
        let fitting = try algorithms()
        guard members["alg"] != nil else {
            guard let preferred else { return fitting[0] }
            guard fitting.contains(preferred) else {
                throw Skipped("cannot be used with \(preferred), the algorithm of auth.algorithm")
            }
            return preferred
        }
        guard let named = text("alg"), fitting.contains(named) else {
            throw Skipped("has an algorithm (alg) that its type does not have, or that is not supported")
        }
        guard preferred == nil || named == preferred else { throw Skipped("is not of the algorithm of auth.algorithm") }
        return named
    }

    /// The key, bound to its algorithm.
    func key() async throws(Skipped) -> VerificationKeys.Key {
        let algorithm = try algorithm()
        if members["use"] != nil, text("use") != "sig" { throw Skipped("is not for signatures (use)") }
        if let operations = members["key_ops"], !Self.holdsVerify(operations) { throw Skipped("is not for verifying (key_ops)") }
        guard members["d"] == nil else {
            throw Skipped("shows its private part: replace the key, because others may have seen it")
        }
        guard let name = JWK.Algorithm(rawValue: algorithm) else { throw Skipped("has an algorithm that is not supported") }
        let id = JWKIdentifier(string: "key")
        let jwk: JWK =
            switch text("kty") {
            case "RSA": .rsa(name, identifier: id, modulus: text("n"), exponent: text("e"))
            case "EC":
                .ecdsa(name, identifier: id, x: text("x"), y: text("y"), curve: ECDSACurve(rawValue: text("crv") ?? ""))
            default: .octetKeyPair(name, identifier: id, x: text("x"), y: nil, curve: EdDSACurve(rawValue: text("crv") ?? ""))
            }
        do {
            let collection = JWTKeyCollection()
            try await collection.add(jwk: jwk)
            // The algorithm stands in the key, so that the collection has bound it already.
            return VerificationKeys.Key(algorithm: algorithm, verifier: try await collection.getKey(for: id))
        } catch {
            throw Skipped("is not a valid key")
        }
    }

    private static func holdsVerify(_ operations: JSONValue) -> Bool {
        guard case .array(let operations) = operations else { return false }
        return operations.contains(.string("verify"))
    }
}
