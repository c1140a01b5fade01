/// Ids that follow from a seed and an object's number, and never repeat within a journal.
///
/// An id is a kind, the object's number in eight digits, and thirteen characters that the seed scatters: `pi_mock_000000010063p7dhp6rmn`.
/// The number makes it unique whatever the seed, and finds the object without a table of ids. It comes first so that ids are in the
/// order of their making, as Stripe's are, which begin with the second in base 62 (`pi_3MtwBw…` was made at 1680800504 and
/// `pm_1MqLiJ…` 855,205 seconds before, in Stripe's API reference): whoever has an index of such ids adds to the end of it.
///
/// Journals of before have ids with the scattered characters first and as many digits as the number needs; they are found too.
struct ObjectIDs: Sendable {
    /// What an id is of.
    enum Kind: String, Sendable {
        case paymentIntent = "pi"
        case charge = "ch"
        case refund = "re"
        case dispute = "du"
        case event = "evt"
        case challenge = "tds"
    }

    let seed: UInt64

    private static let scatteredLength = 13
    private static let numberLength = 8

    /// The id of the object with this number, or of the thing with this ordinal (from 1) that belongs to it.
    func id(_ kind: Kind, _ number: Int, ordinal: Int = 0) -> String {
        let scattered = Self.scatter(seed, "\(kind.rawValue) \(number) \(ordinal)")
        // Numbers are written in small letters, so that the capital tells where the ordinal starts.
        let suffix = ordinal > 0 ? "N" + String(ordinal, radix: 36) : ""
        return "\(kind.rawValue)_mock_\(Self.digits(number, Self.numberLength))\(scattered)\(suffix)"
    }

    /// The secret with which a payer's browser may pay the intent with this id.
    func clientSecret(of id: String) -> String {
        "\(id)_secret_\(Self.scatter(seed, "secret of \(id)"))\(Self.scatter(~seed, "secret of \(id)"))"
    }

    /// The number in an id of this kind, without its ordinal; nil where it is no such id.
    static func number(in id: String, of kind: Kind) -> Int? {
        let prefix = "\(kind.rawValue)_mock_"
        guard id.hasPrefix(prefix) else { return nil }
        let name = id.dropFirst(prefix.count).prefix { $0 != "N" }
        let digits = name.count == numberLength + scatteredLength ? name.prefix(numberLength) : name.dropFirst(scatteredLength)
        return Int(digits, radix: 36)
    }

    /// A seed that follows from a provider's name.
    static func seed(from name: String) -> UInt64 { mixed(hash(name)) }

    private static func scatter(_ seed: UInt64, _ text: String) -> String {
        digits(mixed(seed ^ mixed(hash(text))), scatteredLength)
    }

    /// In base 36 and small letters, with zeros in front up to that length.
    private static func digits(_ number: some BinaryInteger, _ length: Int) -> String {
        let digits = String(number, radix: 36)
        return String(repeating: "0", count: max(0, length - digits.count)) + digits
    }

    /// FNV-1a, 64 bits: Swift's own hash changes with every process.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    /// The finaliser of SplitMix64, which spreads neighbouring numbers over the whole range.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
