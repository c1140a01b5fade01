/// An amount of money: whole minor units of a currency. No floating point touches it anywhere.
public struct Money: Sendable, Codable, Hashable {
    /// The amount in minor units of ``currency``: 9999 for 99.99 USD, 100 for 100 JPY, 1250 for 1.250 KWD.
    public var minorUnits: Int64
    /// The currency.
    public var currency: Currency

    /// The largest amount of one payment, in minor units: twelve digits, the longest that card schemes carry
    /// (ISO 8583, field 4).
    public static let maximumMinorUnits: Int64 = 999_999_999_999

    /// An amount of `minorUnits` of `currency`.
    public init(minorUnits: Int64, currency: Currency) {
        self.minorUnits = minorUnits
        self.currency = currency
    }
}

extension Money {
    /// Why a decimal literal is not an amount.
    public enum ParseError: Error, Sendable, Hashable {
        /// It is not written as a number.
        case notANumber
        /// It is zero or negative.
        case notPositive
        /// It has more decimals than the currency.
        case tooManyDecimals
        /// It exceeds ``Money/maximumMinorUnits``.
        case tooLarge
    }

    /// Reads a decimal literal in major units, such as `99.99`, `1e2` or `0.5`, exactly.
    ///
    /// The grammar is that of a JSON number (RFC 8259, section 6). Zeros at the end carry no meaning. The text is read digit by
    /// digit: no step rounds.
    ///
    /// - Throws: ``ParseError``.
    public init(majorUnits literal: String, currency: Currency) throws(ParseError) {
        guard let decimal = DecimalLiteral(literal) else { throw .notANumber }
        guard !decimal.digits.isEmpty, !decimal.isNegative else { throw .notPositive }
        // value = digits * 10^exponent; minor units = digits * 10^(exponent + decimals of the currency)
        let (shift, overflow) = decimal.exponent.addingReportingOverflow(currency.exponent)
        if overflow { throw .tooLarge }
        if shift < 0 { throw .tooManyDecimals }
        // Twelve digits are the limit; anything beyond cannot fit and need not be computed.
        guard decimal.digits.count <= 12, shift <= 12 - decimal.digits.count else { throw .tooLarge }
        var value: Int64 = 0
        for digit in decimal.digits { value = value * 10 + Int64(digit) }
        for _ in 0..<shift { value *= 10 }
        guard value <= Self.maximumMinorUnits else { throw .tooLarge }
        self.init(minorUnits: value, currency: currency)
    }

    /// The amount in major units with exactly the currency's decimals, such as `99.90`, `100` or `1.250`.
    public var majorUnits: String {
        let digits = String(minorUnits.magnitude)
        let sign = minorUnits < 0 ? "-" : ""
        guard currency.exponent > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, currency.exponent + 1 - digits.count)) + digits
        return sign + padded.dropLast(currency.exponent) + "." + padded.suffix(currency.exponent)
    }
}

extension Money: CustomStringConvertible {
    /// Such as `99.90 USD`.
    public var description: String { "\(majorUnits) \(currency.code)" }
}
