import ProviderAPI

/// A message to or from Paynow: named values in order, with a hash over them that proves where it comes from.
///
/// https://developers.paynow.co.zw/docs/generating_hash.html and .../validating_hash.html: the decoded values are joined in the
/// order in which the message has them, the integration key is added at the end, and the SHA-512 of that is written in upper-case
/// hexadecimal.
///
/// The hash covers neither names nor where one value ends: whoever has one message can cut its text up anew under other names,
/// and the hash still fits. What decides about money is therefore only ever read from Paynow's own answer to a question, never
/// from a callback.
struct PaynowMessage: Sendable {
    private(set) var fields: [(name: String, value: String)] = []

    /// A message without fields.
    init() {}

    /// Reads `application/x-www-form-urlencoded`. Nil where that cannot be read, or a name is there twice: which of two values
    /// counts would be a guess.
    init?(_ bytes: [UInt8]) {
        var names: Set<String> = []
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = FormEncoding.decode(parts[0]), let value = FormEncoding.decode(parts[1]),
                names.insert(name.lowercased()).inserted
            else { return nil }
            fields.append((name, value))
        }
    }

    /// Adds a value; nothing where there is none. Spaces at its ends are dropped: Paynow's examples hash some with and some
    /// without.
    mutating func add(_ name: String, _ value: String?) {
        guard let value else { return }
        let trimmed = value.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        fields.append((name, String(trimmed)))
    }

    /// Adds the hash, as the last field.
    mutating func sign(with key: String) {
        add("hash", hash(with: key))
    }

    /// The value of a field, in any letter case of its name: Paynow's own examples write both `hash` and `Hash`.
    subscript(_ name: String) -> String? {
        fields.first { $0.name.lowercased() == name }?.value
    }

    /// Whether the message bears a hash that one of the keys made. The time does not tell which one.
    func isAuthentic(under keys: [String]) -> Bool {
        guard let given = self["hash"]?.uppercased() else { return false }
        return keys.reduce(false) { matches, key in
            ConstantTime.equal(Array(given.utf8), Array(hash(with: key).utf8)) || matches
        }
    }

    /// The hash over all values but the hash itself.
    func hash(with key: String) -> String {
        let values = fields.filter { $0.name.lowercased() != "hash" }.map(\.value).joined()
        return SHA512Digest.hex(Array((values + key).utf8)).uppercased()
    }

    /// The message as it goes over the wire.
    var encoded: [UInt8] {
        Array(fields.map { "\(FormEncoding.encode($0.name))=\(FormEncoding.encode($0.value))" }.joined(separator: "&").utf8)
    }
}
