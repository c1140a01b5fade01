/// Lengths of time as people write them in the configuration and on the command line: `90s`, `15m`, `1h`, `30d`.
package enum DurationText {
    private static let units: [(suffix: Character, seconds: Int64)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]
    private static let largestCount: Int64 = 1_000_000_000

    /// Returns the length that a text has: a whole number from 0, and the letter of its unit; nil for anything else.
    package static func duration(_ text: String) -> Duration? {
        guard let last = text.last, let unit = units.first(where: { $0.suffix == last }) else { return nil }
        let digits = text.dropLast()
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let count = Int64(digits),
            count <= largestCount
        else { return nil }
        return .seconds(count * unit.seconds)
    }

    /// Returns the text of a length of whole seconds, in the largest unit that it is a multiple of.
    package static func text(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        for unit in units where seconds % unit.seconds == 0 && seconds != 0 { return "\(seconds / unit.seconds)\(unit.suffix)" }
        return "0s"
    }
}
