extension Timestamp {
    /// Reads an HTTP date in any of its three forms (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`,
    /// `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`; nil for anything else. The day of the week is not compared.
    ///
    /// - Parameters:
    ///   - text: the date.
    ///   - now: tells the century of a year of two digits: one that seems to be more than 50 years ahead is past.
    public init?(httpDate text: String, now: Timestamp) {
        let parts = text.split(separator: " ").map(String.init)
        let day: String
        let month: String
        let year: String
        let time: String
        switch parts.count {
        case 6 where parts[5] == "GMT" && parts[0].hasSuffix(",") && parts[1].utf8.count == 2:
            (day, month, year, time) = (parts[1], parts[2], parts[3], parts[4])
        case 5:
            (day, month, year, time) = (parts[2], parts[1], parts[4], parts[3])
        case 4 where parts[3] == "GMT" && parts[0].hasSuffix(","):
            let date = parts[1].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            guard date.count == 3, date[2].utf8.count == 2, let short = Int(date[2]), short >= 0 else { return nil }
            let current = Int(now.rfc3339.prefix(4)) ?? 2000
            var full = current - current % 100 + short
            if full > current + 50 { full -= 100 }
            (day, month, year, time) = (date[0], date[1], String(full), parts[2])
        default:
            return nil
        }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard let index = months.firstIndex(of: month), time.utf8.count == 8 else { return nil }
        func padded(_ text: String) -> String { text.utf8.count == 1 ? "0" + text : text }
        self.init(rfc3339: "\(year)-\(padded(String(index + 1)))-\(padded(day))T\(time)Z")
    }
}

extension HTTPResponse {
    /// How long `Retry-After` asks to wait (RFC 9110, section 10.2.3), within a day; nil where there is none, or one that cannot be read.
    ///
    /// A date counts from the answer's own `Date`, so that clocks that differ do not matter. One that is past asks to wait for nothing.
    ///
    /// - Parameter now: when the answer came, for a date in an answer without `Date`.
    public func retryAfter(at now: Timestamp) -> Duration? {
        guard let text = headers.value(of: "retry-after") else { return nil }
        if !text.isEmpty, text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) {
            // More digits than a number has are a long time, too.
            return .seconds(min(Int64(text) ?? .max, 86_400))
        }
        guard let until = Timestamp(httpDate: text, now: now) else { return nil }
        let from = headers.value(of: "date").flatMap { Timestamp(httpDate: $0, now: now) } ?? now
        return min(max(until.duration(since: from), .zero), .seconds(86_400))
    }
}
