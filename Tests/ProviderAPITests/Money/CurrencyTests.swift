import ProviderAPI
import Testing

@Suite("A currency of ISO 4217")
struct CurrencyTests {
    @Test(
        "has the decimals of its minor unit",
        arguments: [
            ("JPY", 0), ("ISK", 0), ("UGX", 0), ("KRW", 0), ("CLP", 0), ("VND", 0), ("XAF", 0), ("XOF", 0), ("XPF", 0),
            ("UYI", 0),
            ("USD", 2), ("EUR", 2), ("GBP", 2), ("CHF", 2), ("MGA", 2), ("MRU", 2), ("HUF", 2), ("IDR", 2), ("XCD", 2),
            ("VED", 2),
            ("BHD", 3), ("IQD", 3), ("JOD", 3), ("KWD", 3), ("LYD", 3), ("OMR", 3), ("TND", 3), ("CLF", 4), ("UYW", 4),
        ]
    )
    func exponent(code: String, exponent: Int) throws {
        let currency = try #require(Currency(code))
        #expect(currency.exponent == exponent)
        #expect(currency.minorUnitsPerMajor == [1, 10, 100, 1000, 10_000][exponent])
        #expect(currency.description == code)
    }

    @Test("is known by its code in any letter case, and keeps the upper one", arguments: ["usd", "Usd", "uSD", "USD"])
    func letterCase(code: String) throws {
        let currency = try #require(Currency(code))
        #expect(currency.code == "USD")
        #expect(currency == Currency("USD"))
    }

    @Test(
        "has a minor unit: funds, metals, tests and baskets are refused",
        arguments: ["XXX", "XTS", "XAU", "XAG", "XPT", "XPD", "XDR", "XSU", "XUA", "XBA", "XBB", "XBC", "XBD", "xau", "xxx"]
    )
    func withoutMinorUnit(code: String) {
        #expect(Currency(code) == nil)
    }

    @Test(
        "is nothing else, a code whose upper case is another text among it",
        arguments: [
            "", "US", "USDT", "USD ", " USD", "US\u{0}", "BTC", "ZZZ", "840", "us$", "DEM", "HRK", "\u{DF}p", "\u{DF}P",
            "U\u{17F}", "€",
            "\u{FF35}\u{FF33}\u{FF24}", "\u{FB04}",
        ]
    )
    func unknown(code: String) {
        #expect(Currency(code) == nil)
    }
}
