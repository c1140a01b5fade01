import Foundation
import ProviderAPI
import Testing

@Suite("An amount is written")
struct MoneyWritingTests {
    @Test(
        "with exactly the currency's decimals",
        arguments: [
            (9990, "USD", "99.90"), (1, "USD", "0.01"), (10, "USD", "0.10"), (100, "USD", "1.00"), (0, "USD", "0.00"),
            (-5, "USD", "-0.05"),
            (-12_345, "USD", "-123.45"), (100, "JPY", "100"), (0, "JPY", "0"), (-7, "JPY", "-7"), (1250, "KWD", "1.250"),
            (1, "KWD", "0.001"), (1, "CLF", "0.0001"), (12_345, "CLF", "1.2345"), (999_999_999_999, "USD", "9999999999.99"),
            (.max, "USD", "92233720368547758.07"), (.min, "USD", "-92233720368547758.08"), (.min, "JPY", "-9223372036854775808"),
        ] as [(Int64, String, String)]
    )
    func majorUnits(minorUnits: Int64, code: String, text: String) throws {
        let money = Money(minorUnits: minorUnits, currency: try #require(Currency(code)))
        #expect(money.majorUnits == text)
        #expect(money.description == "\(text) \(code)")
    }

    @Test("so that reading it again gives the same amount", arguments: ["USD", "JPY", "KWD", "CLF"])
    func roundTrip(code: String) throws {
        let currency = try #require(Currency(code))
        var generator = SeededGenerator(seed: 42)
        for _ in 0..<2000 {
            // Every number of digits as often, not only the long ones.
            let bound = (0..<Int.random(in: 1...12, using: &generator)).reduce(Int64(1)) { bound, _ in bound * 10 }
            let money = Money(minorUnits: Int64.random(in: 1..<max(2, bound), using: &generator), currency: currency)
            #expect(try Money(majorUnits: money.majorUnits, currency: currency) == money)
            #expect(try Money(majorUnits: money.majorUnits + "e0", currency: currency) == money)
            #expect(try Money(majorUnits: "\(money.minorUnits)e-\(currency.exponent)", currency: currency) == money)
        }
    }

    @Test("as JSON with its currency's code, and read back from it")
    func codable() throws {
        let money = Money(minorUnits: 1250, currency: try #require(Currency("KWD")))
        let data = try JSONEncoder().encode(money)
        #expect(String(decoding: data, as: UTF8.self).contains("\"KWD\""))
        #expect(try JSONDecoder().decode(Money.self, from: data) == money)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Money.self, from: Data(#"{"minorUnits": 1, "currency": "XAU"}"#.utf8))
        }
    }
}
