extension Duration {
    /// More than any story of a payment takes: ten years.
    static let longestAdvance: Duration = .seconds(3650 * 24 * 60 * 60)

    /// Reads digits and a unit: `500ms`, `2s`, `1m`, `12h` or `30d`. A number without one is refused: whether it means seconds
    /// would be a guess.
    init?(text: String) {
        let digits = text.prefix { ("0"..."9").contains($0) }
        // Nine digits of days are more than anybody waits, and cannot overflow.
        guard (1...9).contains(digits.count), let number = Int64(digits) else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": self = .milliseconds(number)
        case "s": self = .seconds(number)
        case "m": self = .seconds(number * 60)
        case "h": self = .seconds(number * 60 * 60)
        case "d": self = .seconds(number * 24 * 60 * 60)
        default: return nil
        }
    }
}
