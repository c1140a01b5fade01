import Foundation
import GatewayCore
import Testing

@testable import GatewayHTTP

@Suite("A card number")
struct CardNumberTests {
    @Test("of every network is found, alone, grouped and in text", arguments: Card.ranges)
    func found(range: Card.Range) {
        var generator = SeededGenerator(seed: UInt64(range.length) &* 31)
        for _ in 0..<20 {
            let number = Card.number(range, using: &generator)
            let texts = [
                number, Card.grouped(number, by: [4], " "), Card.grouped(number, by: [4], "-"),
                Card.grouped(number, by: [4, 6, 5], " "),
                Card.grouped(number, by: [1], " "), Card.grouped(number, by: [4], " - "), "Card: \(number).",
                "card=\(number)&cvc=123",
                "\"\(number)\"", "Karte \(number), bitte", "pan\t\(number)\n", "é\(number)é", "\(number).00", "VISA\(number)",
            ]
            for text in texts {
                #expect(CardNumber.isContained(in: text), "\(text)")
            }
        }
    }

    @Test(
        "is found beside an expiry date, a security code and other numbers", arguments: ["4242424242424242", "378282246310005"])
    func besideNumbers(number: String) {
        let grouped = Card.grouped(number, by: number.count == 15 ? [4, 6, 5] : [4], " ")
        for written in [number, grouped, grouped.replacing(" ", with: "-")] {
            for text in [
                "\(written) 12/27", "\(written) 12 27 123", "\(written) 1227 123", "\(written)-12-27", "12 \(written)",
                "order 17 \(written)",
                "1 x \(written)", "2026-01-08 \(written)", "\(written) \(written)", "0049 30 \(written) 5",
            ] {
                #expect(CardNumber.isContained(in: text), "\(text)")
            }
        }
    }

    @Test("has a check digit: with another last digit it is none", arguments: Card.ranges)
    func wrongCheckDigit(range: Card.Range) {
        var generator = SeededGenerator(seed: 5)
        let number = Card.number(range, using: &generator)
        let last = number.last?.wholeNumberValue ?? 0
        for other in 0...9 where other != last {
            #expect(!CardNumber.isContained(in: number.dropLast() + "\(other)"))
        }
    }

    @Test(
        "has a network's prefix and length: other Luhn-valid numbers are none",
        arguments: [
            ("0", 16), ("1", 15), ("20", 16), ("21", 16), ("28", 16), ("2220", 16), ("2721", 16), ("31", 16), ("32", 16),
            ("33", 16), ("3527", 16), ("3590", 16),
            ("70", 16), ("79", 16), ("80", 16), ("82", 16), ("9", 16), ("4", 14), ("4", 15), ("4", 17), ("51", 15), ("34", 16),
            ("36", 13),
            ("62", 15), ("6011", 12), ("4", 12), ("4", 20), ("6011", 20),
        ]
    )
    func otherNumbers(prefix: String, length: Int) {
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<50 {
            let number = Card.number(Card.Range(network: "none", prefix: prefix, length: length), using: &generator)
            #expect(!CardNumber.isContained(in: number), "\(number)")
        }
    }

    @Test("stands by itself: within a longer run of digits it is none")
    func longerRun() {
        for text in [
            "14242424242424242999", "42424242424242424242", "00004242424242424242",
            String(repeating: "4242424242424242", count: 3),
            "4242424242424242" + String(repeating: "0", count: 500),
        ] {
            #expect(!CardNumber.isContained(in: text), "\(text)")
        }
    }

    @Test(
        "is none of what else clients send",
        arguments: [
            "", "99.99", "9999999999.99", "-0.01", "1e16", "2026-01-08T01:00:00.000Z", "2026-01-08 01:00:00 2026-01-09 01:00:00",
            "1767834000", "1767834000123", "1767834000123456", "1767834000123456789", "pi_3MtwBwLkdIwHu7ix28a3tqPa",
            "pm_card_visa",
            "req_4242", "re_1Nispe2eZvKYlo2Cd31jOCgZ", "evt_1NG8Du2eZvKYlo2CUI79vXWy", "cus_4242424242", "+49 30 901820",
            "+1 (415) 555-2671",
            "10.0.0.1", "2001:0db8:85a3:0000:0000:8a2e:0370:7334", "DE89 3704 0044 0532 0130 00", "order 17 of 2026-01-08",
            "9780306406157",
            "4242 4242 4242 4241", "4242/4242/4242/4242", "Sizes 38 40 42 44 46 48 50 52",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ]
    )
    func innocent(text: String) {
        #expect(!CardNumber.isContained(in: text))
    }

    @Test("is no UUID and no digest, whatever their digits are")
    func identifiers() {
        // Each of these UUIDs holds a run of digits that passes for a card number.
        let deceptive = [
            "61661212-2001-4840-a89c-35a8d2ea0039", "42424242-4242-4242-a000-000000000000",
            "a4242424-2424-2424-8242-424242424242",
            "00000000-0000-4424-8242-424242424242",
        ]
        for text in deceptive {
            #expect(!CardNumber.isContained(in: text), "\(text)")
            #expect(!CardNumber.isContained(in: "order-\(text.uppercased())"), "\(text)")
            #expect(!CardNumber.isContained(in: "{\(text)}, \(text)/1"), "\(text)")
        }
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<20_000 {
            let (high, low) = (
                UInt64.random(in: .min ... .max, using: &generator), UInt64.random(in: .min ... .max, using: &generator)
            )
            let digits = (String(high | 1 << 63, radix: 16) + String(low | 1 << 63, radix: 16))
            #expect(!CardNumber.isContained(in: Card.grouped(digits, by: [8, 4, 4, 4, 12], "-")), "\(digits)")
            if digits.contains(where: \.isLetter) { #expect(!CardNumber.isContained(in: digits), "\(digits)") }
        }
        let digest = "4242424242424242" + String(repeating: "ab", count: 24)
        #expect(!CardNumber.isContained(in: "sha256:\(digest)"))
    }

    @Test("is found beside an identifier, and in what only resembles one")
    func nearIdentifiers() {
        let number = "4242424242424242"
        for text in [
            "61661212-2001-4840-a89c-35a8d2ea0039 \(number)", "\(number) 61661212-2001-4840-a89c-35a8d2ea0039",
            "61661212-2001-4840-a89c-35a8d2ea0039x\(number)", "abcdef00 \(number)", "\(number)-a89c", "a89c-\(number)",
        ] {
            #expect(CardNumber.isContained(in: text), "\(text)")
        }
    }

    @Test(
        "is found wherever it is in a document",
        arguments: [
            #""4242 4242 4242 4242""#, "4242424242424242",
            #"["a",["4242-4242-4242-4242"]]"#, #"{"a":{"b":"4242424242424242"}}"#,
            #"{"4242424242424242":1}"#, #"{"note":"\u0034242424242424242"}"#, #"{"a":4242424242424242.0}"#,
            #"{"a":-4242424242424242}"#,
        ]
    )
    func documents(text: String) throws {
        #expect(try parse(text).holdsCardNumber)
        #expect(
            try !parse(
                text.replacing("424242", with: "424241").replacing("4242 ", with: "4241 ").replacing("4242-", with: "4241-")
            ).holdsCardNumber)
    }

    @Test(
        "is found behind the spaces, dashes, dots and digits that web pages and word processors put in",
        arguments: [
            "4242\u{a0}4242\u{2009}4242\u{a0}4242", "4242\u{2013}4242\u{2013}4242\u{2013}4242", "4242.4242.4242.4242",
            "\u{ff14}\u{ff12}\u{ff14}\u{ff12} 4242 4242 4242", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢", "4242\u{200b}424242424242",
        ]
    )
    func otherScripts(text: String) {
        #expect(CardNumber.isContained(in: text))
        #expect(!CardNumber.isContained(in: String(text.dropLast()) + "1"))
    }

    @Test("is looked for in a time that grows with the text's length only", .timeLimit(.minutes(10)))
    func longTexts() {
        for text in ["4", "4 ", "4242 ", "42424242-", "abcdef01-", "4242424242424241 ", "a"] {
            let long = String(repeating: text, count: 262_144 / text.utf8.count)
            _ = CardNumber.isContained(in: long)
        }
    }
}
