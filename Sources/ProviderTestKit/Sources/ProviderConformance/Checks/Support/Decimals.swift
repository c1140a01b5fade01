import Foundation

/// Amounts in whatever notation an answer has them, scaled exactly.
enum Decimals {
    /// The number that a JSON number or text is.
    static func value(of json: JSONValue) -> Decimal? {
        json.plainText.flatMap(value)
    }

    /// The number that a text is, all of it; no sign, no exponent.
    static func value(of text: String) -> Decimal? {
        guard text.wholeMatch(of: /\d+(\.\d+)?/) != nil else { return nil }
        return Decimal(string: text, locale: Locale(identifier: "en_US_POSIX"))
    }

    /// `value` times `numerator / denominator`, in the notation of `json`; nil where that takes more decimals.
    static func scaled(_ json: JSONValue, by numerator: Int64, over denominator: Int64) -> JSONValue? {
        guard denominator != 0, let value = value(of: json) else { return nil }
        let scaled = value * Decimal(numerator) / Decimal(denominator)
        guard scaled * Decimal(denominator) == value * Decimal(numerator) else { return nil }
        switch json {
        case .integer:
            return Int64(exactly: NSDecimalNumber(decimal: scaled).int64Value).flatMap {
                Decimal($0) == scaled ? .integer($0) : nil
            }
        case .decimal:
            return .decimal(scaled)
        case .string(let text):
            let decimals = text.split(separator: ".").dropFirst().first?.count ?? 0
            return written(scaled, decimals: decimals).map(JSONValue.string)
        default:
            return nil
        }
    }

    private static func written(_ value: Decimal, decimals: Int) -> String? {
        var text = "\(value)"
        let fraction = text.split(separator: ".").dropFirst().first?.count ?? 0
        guard fraction <= decimals else { return nil }
        if decimals > 0, fraction == 0 { text += "." }
        return text + String(repeating: "0", count: decimals - fraction)
    }
}
