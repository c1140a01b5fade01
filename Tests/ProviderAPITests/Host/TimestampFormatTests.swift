import Foundation
import ProviderAPI
import Testing

@Suite("A time in RFC 3339")
struct TimestampFormatTests {
    @Test(
        "is written in UTC with milliseconds, by the Gregorian calendar of every year",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"), (1_767_834_000_007, "2026-01-08T01:00:00.007Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (1_709_208_000_000, "2024-02-29T12:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (-62_162_208_000_000, "0000-02-28T00:00:00.000Z"), (-62_162_035_200_000, "0000-03-01T00:00:00.000Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"), (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
        ] as [(Int64, String)]
    )
    func known(milliseconds: Int64, text: String) {
        #expect(Timestamp(unixMilliseconds: milliseconds).rfc3339 == text)
        #expect(Timestamp(rfc3339: text)?.unixMilliseconds == milliseconds)
    }

    @Test("is what Foundation writes and reads, from the year in which its calendar becomes Gregorian")
    func agreesWithFoundation() throws {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        var generator = SeededGenerator(seed: 7)
        // 1583-01-01 to 9999-12-31. Before 1582-10-15 Foundation counts by the Julian calendar, which RFC 3339 does not.
        for _ in 0..<3000 {
            let seconds = Int64.random(in: -12_212_553_600...253_402_300_799, using: &generator)
            let time = Timestamp(unixMilliseconds: seconds * 1000 + 250)
            let date = Date(timeIntervalSince1970: Double(seconds) + 0.25)
            #expect(time.rfc3339 == date.formatted(style))
            #expect(Timestamp(rfc3339: date.formatted(style)) == time)
            #expect(Timestamp(rfc3339: date.formatted(.iso8601)) == Timestamp(unixSeconds: seconds))
        }
    }

    @Test("is read as it was written, in every year that the format has, leap days too")
    func roundTrip() {
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<5000 {
            let time = Timestamp(unixMilliseconds: .random(in: -62_167_219_200_000...253_402_300_799_999, using: &generator))
            #expect(Timestamp(rfc3339: time.rfc3339) == time)
        }
        for year in 0...9999 {
            let isLeapYear = year.isMultiple(of: 400) || (year.isMultiple(of: 4) && !year.isMultiple(of: 100))
            let text = "\(String(repeating: "0", count: 4 - String(year).count))\(year)-02-29T00:00:00.000Z"
            #expect(Timestamp(rfc3339: text)?.rfc3339 == (isLeapYear ? text : nil), "\(text)")
        }
    }

    @Test(
        "may have a fraction, an offset, small letters and a leap second",
        arguments: [
            ("2026-01-08T01:00:00Z", 0), ("2026-01-08t01:00:00z", 0), ("2026-01-08T03:00:00+02:00", 0),
            ("2026-01-07T20:30:00-04:30", 0),
            ("2026-01-08T01:00:00-00:00", 0), ("2026-01-08T01:00:00+00:00", 0), ("2026-01-08T01:00:00.5Z", 500),
            ("2026-01-08T01:00:00.04Z", 40), ("2026-01-08T01:00:00.123456789Z", 123), ("2026-01-08T01:00:00.9999Z", 999),
            ("2026-01-08T03:00:00.250+02:00", 250), ("2026-01-08T00:59:60Z", 0),
        ] as [(String, Int64)]
    )
    func variants(text: String, milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text) == Timestamp(unixMilliseconds: 1_767_834_000_000 + milliseconds))
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "now", "2026-01-08", "2026-01-08T01:00:00", "2026-01-08 01:00:00Z", "2026-01-08T01:00Z", "2026-01-08T01:00:00Zx",
            "2026-01-08T01:00:00Z ", " 2026-01-08T01:00:00Z", "2026-1-8T1:0:0Z", "20260108T010000Z", "02026-01-08T01:00:00Z",
            "+2026-01-08T01:00:00Z", "-2026-01-08T01:00:00Z", "2026-00-08T01:00:00Z", "2026-13-08T01:00:00Z",
            "2026-01-00T01:00:00Z",
            "2026-01-32T01:00:00Z", "2026-02-29T01:00:00Z", "2026-02-30T01:00:00Z", "2026-04-31T01:00:00Z",
            "1900-02-29T01:00:00Z",
            "2026-01-08T24:00:00Z", "2026-01-08T25:00:00Z", "2026-01-08T01:60:00Z", "2026-01-08T01:00:61Z",
            "2026-01-08T01:00:00.Z",
            "2026-01-08T01:00:00,5Z", "2026-01-08T01:00:00+0200", "2026-01-08T01:00:00+2:00", "2026-01-08T01:00:00+24:00",
            "2026-01-08T01:00:00+02:60", "2026-01-08T01:00:00+02:00Z", "2026-01-08T01:00:00.5", "1767834000",
            "\u{FF12}026-01-08T01:00:00Z", "2026-01-08T01:00:00Z\u{0}",
        ]
    )
    func refused(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }
}
