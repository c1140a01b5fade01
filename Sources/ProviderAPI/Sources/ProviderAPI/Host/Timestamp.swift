/// A point in wall-clock time: milliseconds since 1970-01-01T00:00:00Z.
///
/// The contract has its own type because Foundation's `Date` would make a binary-stable interface depend on Foundation.
public struct Timestamp: Sendable, Codable, Hashable, Comparable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var unixMilliseconds: Int64

    /// A point in time, in milliseconds since 1970-01-01T00:00:00Z.
    public init(unixMilliseconds: Int64) {
        self.unixMilliseconds = unixMilliseconds
    }

    /// A point in time, in seconds since 1970-01-01T00:00:00Z; beyond some 273,000 years it stays at that bound,
    /// so that a number a stranger sent cannot overflow later arithmetic.
    public init(unixSeconds: Int64) {
        self.unixMilliseconds = min(max(unixSeconds, -Self.boundSeconds), Self.boundSeconds) * 1000
    }

    private static let boundSeconds: Int64 = 8_640_000_000_000

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    public var unixSeconds: Int64 {
        unixMilliseconds.flooredDivision(by: 1000).quotient
    }

    /// Orders by time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.unixMilliseconds < right.unixMilliseconds
    }

    /// The point `duration` later, to the millisecond; what lies beyond the range of the type stays at its bound.
    public func advanced(by duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds.multipliedReportingOverflow(by: 1000)
        let whole = unixMilliseconds.addingReportingOverflow(milliseconds.partialValue)
        let sum = whole.partialValue.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        guard !milliseconds.overflow, !whole.overflow, !sum.overflow else {
            return Timestamp(unixMilliseconds: duration < .zero ? .min : .max)
        }
        return Timestamp(unixMilliseconds: sum.partialValue)
    }

    /// The time from `other` to this point; negative where `other` is later.
    public func duration(since other: Timestamp) -> Duration {
        // Each may be any Int64; their difference fits a Duration only.
        .milliseconds(unixMilliseconds) - .milliseconds(other.unixMilliseconds)
    }

    /// The time in the format of RFC 3339, in UTC with milliseconds: `2026-01-08T01:00:00.000Z`.
    public var rfc3339: String {
        let (days, ofDay) = unixMilliseconds.flooredDivision(by: 86_400_000)
        let (year, month, day) = Self.civil(fromDays: days)
        let (seconds, milliseconds) = ofDay.quotientAndRemainder(dividingBy: 1000)
        func padded(_ value: Int64, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T"
            + "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2)).\(padded(milliseconds, 3))Z"
    }

    /// Reads RFC 3339, section 5.6 (`2026-01-08T01:00:00Z`, with a fraction or an offset too); nil for anything else, a day that
    /// the calendar does not have among it. Digits beyond milliseconds are cut off; a leap second counts as the second after it.
    public init?(rfc3339 text: String) {
        var reader = RFC3339Reader(text)
        guard let days = reader.date(), reader.skip("T", "t"), let milliseconds = reader.time(), let offset = reader.offset(),
            reader.isAtEnd
        else { return nil }
        self.init(unixMilliseconds: days * 86_400_000 + milliseconds - offset * 60_000)
    }

    /// Year, month and day of the proleptic Gregorian calendar, by counting from 1 March, where leap days fall last.
    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
