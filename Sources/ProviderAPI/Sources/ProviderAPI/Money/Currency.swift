/// A currency of ISO 4217 that amounts can be traded in, with its number of decimals.
///
/// Codes without a minor unit (XXX, XTS, XAU and the like) are none of these and cannot be made.
public struct Currency: Sendable, Hashable {
    /// The three-letter alphabetic code, in upper case.
    public let code: String
    /// The number of decimals of the minor unit: 2 for USD, 0 for JPY, 3 for KWD (ISO 4217, column "Minor unit").
    public let exponent: Int

    /// The currency with this code in any letter case, or nil where ISO 4217 has no such currency with a minor unit.
    public init?(_ code: String) {
        // Upper case may be longer: the two letters of "\u{DF}p" would become the South Sudanese pound.
        guard code.utf8.count == 3, code.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let upper = code.uppercased()
        guard let exponent = Self.exponents[upper] else { return nil }
        self.code = upper
        self.exponent = exponent
    }

    /// Minor units in one major unit: 100 for USD, 1 for JPY.
    public var minorUnitsPerMajor: Int64 {
        (0..<exponent).reduce(1) { product, _ in product * 10 }
    }
}

extension Currency: Codable {
    /// Reads the code.
    ///
    /// - Throws: `DecodingError.dataCorrupted` for a code that ``init(_:)`` does not know.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let code = try container.decode(String.self)
        guard let currency = Currency(code) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "\(code) is not a currency of ISO 4217 with a minor unit"
            )
        }
        self = currency
    }

    /// Writes the code.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(code)
    }
}

extension Currency: CustomStringConvertible {
    /// The code.
    public var description: String { code }
}
