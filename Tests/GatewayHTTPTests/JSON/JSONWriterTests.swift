import GatewayCore
import ProviderAPI
import Testing

@testable import GatewayHTTP

@Suite("The JSON writer")
struct JSONWriterTests {
    private func text(_ members: (inout JSONWriter) -> Void) -> String {
        String(decoding: JSONWriter.object(members), as: UTF8.self)
    }

    @Test("writes members in the order given, with commas where they belong")
    func members() throws {
        #expect(text { _ in } == "{}")
        let document = text { json in
            json.string("z", "text")
            json.string("a", nil)
            json.integer("n", -5)
            json.integer("none", nil)
            json.bool("yes", true)
            json.bool("no", false)
            json.object("empty", 1) { _, _ in }
            json.object("absent", nil as Int?) { _, _ in }
            json.object("inner", 7) { $0.integer("value", $1) }
            json.strings("pairs", ["b": "2", "a": "1"])
            json.strings("no_pairs", [:])
            json.objects("rows", [1, 2]) { $0.integer("id", $1) }
            json.objects("no_rows", [] as [Int64]) { $0.integer("id", $1) }
            json.time("at", Timestamp(unixMilliseconds: 0))
        }
        #expect(
            document
                == #"{"z":"text","a":null,"n":-5,"none":null,"yes":true,"no":false,"empty":{},"absent":null,"inner":{"value":7},"#
                + #""pairs":{"a":"1","b":"2"},"no_pairs":{},"rows":[{"id":1},{"id":2}],"no_rows":[],"at":"1970-01-01T00:00:00.000Z"}"#
        )
    }

    @Test(
        "writes amounts with exactly their currency's decimals",
        arguments: [
            (9990, "USD", "99.90"), (1, "USD", "0.01"), (0, "USD", "0.00"), (100, "JPY", "100"), (1250, "KWD", "1.250"),
            (12_345, "CLF", "1.2345"), (29, "USD", "0.29"), (Money.maximumMinorUnits, "USD", "9999999999.99"),
        ] as [(Int64, String, String)]
    )
    func amounts(minorUnits: Int64, code: String, literal: String) throws {
        let currency = try #require(Currency(code))
        #expect(text { $0.amount("amount", minorUnits, currency) } == "{\"amount\":\(literal)}")
    }

    @Test(
        "escapes what JSON demands, and nothing else",
        arguments: [
            ("\"", #"\""#), ("\\", #"\\"#), ("/", "/"), ("\n", #"\u000a"#), ("\u{0}", #"\u0000"#), ("\u{1F}", #"\u001f"#),
            ("\u{7F}", "\u{7F}"),
            ("é😀\u{2028}", "é😀\u{2028}"), ("</script>", "</script>"), (#"\u0041"#, #"\\u0041"#),
        ]
    )
    func escapes(value: String, escaped: String) {
        #expect(text { $0.string("s", value) } == "{\"s\":\"\(escaped)\"}")
        #expect(text { $0.strings("p", [value: value]) } == "{\"p\":{\"\(escaped)\":\"\(escaped)\"}}")
    }

    @Test("writes what the parser reads back, for random text and numbers")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 9)
        let currency = try #require(Currency("USD"))
        for _ in 0..<1000 {
            let scalars = (0..<Int.random(in: 0...12, using: &generator)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0...(Bool.random(using: &generator) ? 0x7F : 0x10FFFF), using: &generator))
            }
            let value = String(String.UnicodeScalarView(scalars))
            let number = Int64.random(in: .min ... .max, using: &generator)
            let members = try object(
                JSONWriter.object { json in
                    json.string("text", value)
                    json.integer("number", number)
                    json.amount("amount", number, currency)
                    json.strings("pairs", [value: value])
                }
            )
            #expect(members["text"] == .string(value))
            #expect(members["number"] == .number("\(number)"))
            #expect(members["amount"] == .number(Money(minorUnits: number, currency: currency).majorUnits))
            #expect(members["pairs"] == .object([value: .string(value)]))
        }
    }
}
