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

    @Test("is found in every digit that compatibility normalization (NFKC) brings into ASCII")
    func compatibilityDigits() {
        var count = 0
        for value in UInt32(0x80)...0x1FFFF {
            // Ideographs and syllables, of which none becomes a digit.
            if (0x3400...0x4DBF).contains(value) || (0x4E00...0xD7FF).contains(value) { continue }
            guard let scalar = Unicode.Scalar(value) else { continue }
            let normal = String(scalar).precomposedStringWithCompatibilityMapping.utf8
            let digits = normal.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            // U+2044 is the slash of a fraction, which is a number and no digit.
            guard !digits.isEmpty, normal.allSatisfy({ $0 < UInt8(ascii: "A") }) else { continue }
            count += 1
            let folded = Array(String(scalar).utf8).withUnsafeBufferPointer(CardNumberFolding.bytes)
            #expect(folded == Array(digits), "U+\(String(value, radix: 16))")
        }
        #expect(count > 150)
    }

    @Test("is looked for in a time that grows with the text's length only", .timeLimit(.minutes(10)))
    func longTexts() {
        for text in ["4", "4 ", "4242 ", "42424242-", "abcdef01-", "4242424242424241 ", "a"] {
            let long = String(repeating: text, count: 262_144 / text.utf8.count)
            _ = CardNumber.isContained(in: long)
        }
    }
}
