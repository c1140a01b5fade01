import ProviderAPI
import Testing

@Suite("An amount is read from its literal")
struct MoneyParsingTests {
    @Test(
        "exactly, in the currency's minor units",
        arguments: [
            ("99.99", "USD", 9999), ("0.01", "USD", 1), ("100", "USD", 10_000), ("100.0", "USD", 10_000), ("0.1", "USD", 10),
            ("0.29", "USD", 29), ("1.15", "USD", 115), ("8.2", "USD", 820), ("4.35", "USD", 435), ("1.005", "KWD", 1005),
            ("100", "JPY", 100), ("1", "JPY", 1), ("1.25", "KWD", 1250), ("0.001", "KWD", 1), ("1.2345", "CLF", 12_345),
            ("0.0001", "CLF", 1), ("1e2", "USD", 10_000), ("1E2", "USD", 10_000), ("1e+2", "USD", 10_000),
            ("0.1e3", "USD", 10_000),
            ("9999e-2", "USD", 9999), ("1000e-3", "JPY", 1), ("1.50e1", "JPY", 15), ("1e0", "JPY", 1), ("1e-0", "JPY", 1),
            ("12.3400000", "USD", 1234), ("5.000000000000000000000000", "JPY", 5), ("1e0000000000002", "USD", 10_000),
            ("0.00001e6", "USD", 1000), ("0.00001e5", "JPY", 1),
        ] as [(String, String, Int64)]
    )
    func exact(literal: String, code: String, minorUnits: Int64) throws {
        let currency = try #require(Currency(code))
        #expect(try Money(majorUnits: literal, currency: currency) == Money(minorUnits: minorUnits, currency: currency))
    }

    @Test(
        "up to twelve digits of minor units",
        arguments: [
            ("9999999999.99", "USD"), ("999999999999", "JPY"), ("999999999.999", "KWD"), ("99999999.9999", "CLF"),
            ("999999999999e-2", "USD"),
        ]
    )
    func maximum(literal: String, code: String) throws {
        let currency = try #require(Currency(code))
        #expect(try Money(majorUnits: literal, currency: currency).minorUnits == Money.maximumMinorUnits)
    }

    @Test(
        "and is refused beyond that",
        arguments: [
            ("10000000000", "USD"), ("10000000000.00", "USD"), ("1000000000000", "JPY"), ("1e12", "JPY"), ("1e999999999", "USD"),
            ("1e9999999999", "USD"), ("1e99999999999999999999999999", "JPY"), ("9223372036854775808", "USD"),
            ("1000000000", "KWD"), ("100000000", "CLF"), ("99999999999.9", "USD"),
        ]
    )
    func tooLarge(literal: String, code: String) throws {
        let currency = try #require(Currency(code))
        #expect(throws: Money.ParseError.tooLarge) { try Money(majorUnits: literal, currency: currency) }
    }

    @Test(
        "and is refused with more decimals than the currency has",
        arguments: [
            ("99.999", "USD"), ("0.001", "USD"), ("1.5", "JPY"), ("0.5", "JPY"), ("1.2345", "KWD"), ("1.23456", "CLF"),
            ("1e-1", "JPY"), ("1e-3", "USD"), ("1e-999999999", "USD"), ("1e-9999999999", "CLF"),
            ("99.990000000000000000001", "USD"),
            ("12345678901234567890.123", "USD"), ("150e-2", "JPY"),
        ]
    )
    func tooManyDecimals(literal: String, code: String) throws {
        let currency = try #require(Currency(code))
        #expect(throws: Money.ParseError.tooManyDecimals) { try Money(majorUnits: literal, currency: currency) }
    }

    @Test(
        "and is refused where it is zero or less",
        arguments: [
            "0", "-0", "0.0", "-0.00", "0e5", "0e999999999", "0e-9999999999", "-1", "-0.01", "-1e-999999999", "-99.999", "-1e99",
        ]
    )
    func notPositive(literal: String) throws {
        for code in ["USD", "JPY", "KWD", "CLF"] {
            let currency = try #require(Currency(code))
            #expect(throws: Money.ParseError.notPositive) { try Money(majorUnits: literal, currency: currency) }
        }
    }

    @Test(
        "and is refused where it is not a number of JSON",
        arguments: [
            "", " ", " 1", "1 ", "1\n", "+1", "--1", "-", ".", ".5", "1.", "1..2", "1.2.3", "01", "00", "-01", "007.5", "1,5",
            "1_000",
            "1'000", "1 000", "e5", "1e", "1e+", "1e-", "1e1.5", "1e5e5", "0x10", "NaN", "Infinity", "inf", "ten", "$5", "5 USD",
            "1\u{0}",
            "\u{FF11}", "\u{0661}", "1\u{0301}", "½",
        ]
    )
    func notANumber(literal: String) throws {
        let dollar = try #require(Currency("USD"))
        #expect(throws: Money.ParseError.notANumber) { try Money(majorUnits: literal, currency: dollar) }
    }

    @Test("in a time that grows with its length only", .timeLimit(.minutes(10)))
    func tenThousandDigits() throws {
        let dollar = try #require(Currency("USD"))
        let zeros = String(repeating: "0", count: 10_000)
        let nines = String(repeating: "9", count: 10_000)
        #expect(try Money(majorUnits: "5." + zeros, currency: dollar).minorUnits == 500)
        #expect(try Money(majorUnits: "5" + zeros + "e-10000", currency: dollar).minorUnits == 500)
        #expect(try Money(majorUnits: "0." + zeros + "5e10001", currency: dollar).minorUnits == 500)
        #expect(throws: Money.ParseError.tooLarge) { try Money(majorUnits: nines, currency: dollar) }
        #expect(throws: Money.ParseError.tooLarge) { try Money(majorUnits: "1" + zeros, currency: dollar) }
        #expect(throws: Money.ParseError.tooManyDecimals) { try Money(majorUnits: "0." + nines, currency: dollar) }
        #expect(throws: Money.ParseError.notPositive) { try Money(majorUnits: "0." + zeros, currency: dollar) }
        #expect(throws: Money.ParseError.notANumber) { try Money(majorUnits: nines + "x", currency: dollar) }
    }
}
