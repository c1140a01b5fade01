import ProviderAPI
import Testing

@Suite("HTTP dates and Retry-After")
struct HTTPDateTests {
    /// 2026-01-08T01:00:00Z.
    private let now = Timestamp(unixSeconds: 1_767_834_000)

    @Test(
        "The three forms of RFC 9110 are one time",
        arguments: ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])
    func forms(_ text: String) {
        #expect(Timestamp(httpDate: text, now: now)?.rfc3339 == "1994-11-06T08:49:37.000Z")
    }

    @Test(
        "A year of two digits is of this century unless it were more than 50 years ahead",
        arguments: [("26", "2026"), ("76", "2076"), ("77", "1977"), ("99", "1999"), ("00", "2000")])
    func centuries(short: String, full: String) {
        let date = Timestamp(httpDate: "Sunday, 06-Nov-\(short) 08:49:37 GMT", now: now)
        #expect(date?.rfc3339.hasPrefix(full + "-11-06") == true, "\(String(describing: date))")
    }

    @Test(
        "What is no HTTP date is none",
        arguments: [
            "", "soon", "2026-01-08T01:00:00Z", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 25:00:00 GMT",
            "Sunday, 06-Nov--1 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT GMT",
        ])
    func refused(_ text: String) {
        #expect(Timestamp(httpDate: text, now: now) == nil)
    }

    private func wait(_ value: String?, date: String? = nil) -> Duration? {
        var response = HTTPResponse(status: 503)
        if let value { response.headers.append(HTTPField("Retry-After", value)) }
        if let date { response.headers.append(HTTPField("Date", date)) }
        return response.retryAfter(at: now)
    }

    @Test(
        "Retry-After is read as seconds and as a date, within a day",
        arguments: [
            ("0", .zero), ("7", .seconds(7)), ("007", .seconds(7)), ("86401", .seconds(86_400)),
            ("99999999999999999999", .seconds(86_400)), ("Thu, 08 Jan 2026 01:00:07 GMT", .seconds(7)),
            ("Thursday, 08-Jan-26 01:00:07 GMT", .seconds(7)), ("Thu Jan  8 01:00:07 2026", .seconds(7)),
            ("Thu, 08 Jan 2026 00:59:59 GMT", .zero), ("Sat, 10 Jan 2026 01:00:00 GMT", .seconds(86_400)),
            ("-1", nil), ("1.5", nil), ("+7", nil), ("", nil), ("soon", nil), ("٧", nil),
        ] as [(String, Duration?)])
    func retryAfter(value: String, expected: Duration?) {
        #expect(wait(value) == expected)
    }

    @Test("A date counts from the answer's own Date, whatever this machine's clock says")
    func ownDate() {
        #expect(wait("Thu, 01 Jan 2026 00:00:30 GMT", date: "Thu, 01 Jan 2026 00:00:00 GMT") == .seconds(30))
        #expect(wait("Thu, 08 Jan 2026 01:00:07 GMT", date: "not a date") == .seconds(7))
        #expect(wait(nil, date: "Thu, 01 Jan 2026 00:00:00 GMT") == nil)
    }
}
