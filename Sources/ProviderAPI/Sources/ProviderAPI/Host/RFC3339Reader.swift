/// Reads the parts of a time in RFC 3339, section 5.6, from left to right.
///
/// Foundation's parser is no help: it takes `2026-02-30`, `25:00` and text after the end, and counts years before 1583 by the Julian calendar.
struct RFC3339Reader {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
    }

    /// Whether everything has been read.
    var isAtEnd: Bool { rest.isEmpty }

    /// Reads one character, where it is one of these.
    mutating func skip(_ characters: Unicode.Scalar...) -> Bool {
        guard let first = rest.first, characters.contains(Unicode.Scalar(first)) else { return false }
        rest.removeFirst()
        return true
    }

    /// Reads exactly so many digits, as a number within bounds.
    private mutating func number(_ count: Int, in bounds: ClosedRange<Int64>) -> Int64? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy(Self.isDigit) else { return nil }
        rest = rest.dropFirst(count)
        let value = digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        return bounds.contains(value) ? value : nil
    }

    /// Reads `2026-01-08` as days since 1970-01-01.
    mutating func date() -> Int64? {
        guard let year = number(4, in: 0...9999), skip("-"), let month = number(2, in: 1...12), skip("-"),
            let day = number(2, in: 1...Self.days(ofMonth: month, in: year))
        else { return nil }
        // Counting from 1 March, where leap days fall last (the inverse of Timestamp.civil).
        let shiftedYear = month <= 2 ? year - 1 : year
        let shiftedMonth = month <= 2 ? month + 9 : month - 3
        let leapDays = shiftedYear >= 0 ? shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400 : -1
        return shiftedYear * 365 + leapDays + (153 * shiftedMonth + 2) / 5 + day - 1 - 719_468
    }

    /// Reads `01:00:00`, with a fraction where there is one, as milliseconds since midnight.
    mutating func time() -> Int64? {
        guard let hour = number(2, in: 0...23), skip(":"), let minute = number(2, in: 0...59), skip(":"),
            let second = number(2, in: 0...60)
        else { return nil }
        var milliseconds = (hour * 3600 + minute * 60 + second) * 1000
        guard skip(".") else { return milliseconds }
        let fraction = rest.prefix(while: Self.isDigit)
        guard !fraction.isEmpty else { return nil }
        rest = rest.dropFirst(fraction.count)
        for (digit, unit) in zip(fraction, [100, 10, 1] as [Int64]) { milliseconds += Int64(digit - UInt8(ascii: "0")) * unit }
        return milliseconds
    }

    /// Reads `Z` or an offset such as `+02:00`, as minutes east of UTC.
    mutating func offset() -> Int64? {
        if skip("Z", "z") { return 0 }
        let isWest = rest.first == UInt8(ascii: "-")
        guard skip("+", "-"), let hours = number(2, in: 0...23), skip(":"), let minutes = number(2, in: 0...59) else {
            return nil
        }
        return (hours * 60 + minutes) * (isWest ? -1 : 1)
    }

    private static func days(ofMonth month: Int64, in year: Int64) -> Int64 {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
