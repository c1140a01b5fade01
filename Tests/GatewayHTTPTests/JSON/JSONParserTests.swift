import Foundation
import Testing

@testable import GatewayHTTP

@Suite("The JSON parser")
struct JSONParserTests {
    @Test(
        "reads what RFC 8259 allows",
        arguments: [
            ("null", .null), ("true", .bool(true)), (" false ", .bool(false)), ("0", .number("0")),
            ("\t\n\r 1 \t\n\r", .number("1")),
            (#""""#, .string("")), ("[]", .array([])), ("[ ]", .array([])), ("{}", .object([:])), ("{ }", .object([:])),
            ("[1,[2],{}]", .array([.number("1"), .array([.number("2")]), .object([:])])),
            (#"{"a":1,"b":{"a":null}}"#, .object(["a": .number("1"), "b": .object(["a": .null])])),
            (#"{"":""}"#, .object(["": .string("")])),
            (#" { "a" : [ 1 , 2 ] } "#, .object(["a": .array([.number("1"), .number("2")])])),
            (#"{"a":1,"A":2}"#, .object(["a": .number("1"), "A": .number("2")])), (#""é😀\#u{2028}""#, .string("é😀\u{2028}")),
            ("\"\u{7F}\"", .string("\u{7F}")),
        ] as [(String, JSONValue)]
    )
    func accepted(text: String, value: JSONValue) throws {
        #expect(try parse(text) == value)
    }

    @Test(
        "keeps numbers as they are written",
        arguments: [
            "0", "-0", "-0.0", "1", "-1", "10", "0.1", "99.99", "99.990", "1e2", "1E2", "1e+2", "1e-2", "0e0", "1.5e300", "1e400",
            "1e-999999999",
            "123456789012345678901234567890.123456789012345678901234567890", "0.1000000000000000055511151231257827",
        ]
    )
    func numbersVerbatim(literal: String) throws {
        #expect(try parse(literal) == .number(literal))
        #expect(try parse("{\"amount\":\(literal)}") == .object(["amount": .number(literal)]))
    }

    @Test(
        "reads every escape",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u00E9\u20ac""#, "Aéé€"), (#""\u0000""#, "\u{0}"),
            (#""\ud83d\ude00\uD83D\uDE00""#, "😀😀"), (#""\uffff\uDBFF\uDFFF""#, "\u{FFFF}\u{10FFFF}"),
            (#""\uD7FF\uE000""#, "\u{D7FF}\u{E000}"),
        ]
    )
    func escapes(text: String, value: String) throws {
        #expect(try parse(text) == .string(value))
    }

    @Test(
        "refuses what RFC 8259 does not allow",
        arguments: [
            "", " ", "nul", "nulll", "True", "NULL", "undefined", "NaN", "Infinity", "-Infinity", "+1", "01", "-01", "00", "-",
            "-a", ".5", "1.",
            "1.e5", "1e", "1e+", "0x10", "1_000", "1,5", "'a'", "\"", "\"a", "\"\\\"", #""\a""#, #""\'""#, #""\u""#, #""\u12""#,
            #""\u123g""#,
            #""\u+123""#, #""\u-000""#, #""\u-123""#, #""\u 123""#, #""\U0041""#, #""\x41""#, "\"a\nb\"", "\"a\tb\"", "\"\u{0}\"",
            "\"\u{1F}\"",
            "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1;2]", "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,",
            "{\"a\":1,}",
            "{,}", "{a:1}", "{'a':1}", "{1:1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\":}", "[1]]", "{}{}", "1 2", "null,",
            "// c\n1", "/* c */1",
            "[1]//", "1\u{A0}", "\u{A0}1", "\u{C}1", "\u{B}1", "\u{0}1", "1\u{0}",
        ]
    )
    func refused(text: String) {
        #expect(throws: JSONParser.Failure.self) { try parse(text) }
    }

    @Test(
        "refuses half of a surrogate pair, which is no character",
        arguments: [
            #""\ud800""#, #""\udc00""#, #""\ud800x""#, #""\ud800\n""#, #""\ud800\u0041""#, #""\ud800\ud800""#, #""\udc00\ud800""#,
            #""\ud83d\ude0""#, #""\ud83d\"#, #""\ud83d\u"#,
        ]
    )
    func loneSurrogates(text: String) {
        #expect(throws: JSONParser.Failure.self) { try parse(text) }
    }

    @Test(
        "refuses bytes that are not UTF-8, wherever they are",
        arguments: [
            [0x80], [0xC3], [0xC3, 0x28], [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xF8, 0x88, 0x80],
            [0xFF], [0xFE, 0xFF], [0xE2, 0x82],
        ] as [[UInt8]]
    )
    func invalidUTF8(bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(bytes) }
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse([quote] + bytes + [quote]) }
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(Array("{\"a".utf8) + bytes + Array("\":1}".utf8)) }
    }

    @Test("refuses a byte order mark and other encodings")
    func encodings() {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse([0xEF, 0xBB, 0xBF] + Array("{}".utf8)) }
        for encoding in [String.Encoding.utf16, .utf16LittleEndian, .utf32BigEndian] {
            let bytes = "{\"a\":1}".data(using: encoding).map(Array.init) ?? []
            #expect(bytes.count > 7)
            #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(bytes) }
        }
    }

    @Test(
        "refuses a name that occurs twice, however it is written",
        arguments: [
            #"{"a":1,"a":1}"#, #"{"a":1,"b":2,"a":3}"#, #"{"a":1,"\u0061":2}"#, #"[{"x":{"a":1,"a":2}}]"#, #"{"":1,"":2}"#,
        ]
    )
    func duplicateNames(text: String) throws {
        let failure = try #require(throws: JSONParser.Failure.self) { try parse(text) }
        #expect(failure.message == "a name occurs twice in one object")
    }

    @Test("takes sixteen levels below the document, and refuses more without exhausting the stack", .timeLimit(.minutes(10)))
    func depth() throws {
        func nested(_ levels: Int, _ open: String, _ close: String) -> String {
            String(repeating: open, count: levels) + "1" + String(repeating: close, count: levels)
        }
        #expect(JSONParser.maximumDepth == 16)
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
            let levels = 16 / (open.hasPrefix("[{") ? 2 : 1)
            _ = try parse(nested(levels, open, close))
            let failure = try #require(throws: JSONParser.Failure.self) { try parse(nested(levels + 1, open, close)) }
            #expect(failure.message == "it is nested deeper than 16 levels")
        }
        for text in [String(repeating: "[", count: 1_000_000), String(repeating: "{\"a\":", count: 200_000)] {
            #expect(throws: JSONParser.Failure.self) { try parse(text) }
        }
    }

    @Test(
        "says what is wrong and at which byte",
        arguments: [
            ("", "it ends where a value is expected", 0), ("{\"a\":1,}", "a name in quotes is expected", 7),
            ("[1 2]", "a comma or a closing bracket is expected", 3),
            ("{\"a\" 1}", "a colon is expected", 5), ("{} x", "there is something after the document", 3),
            ("\"a", "a string does not end", 2),
            ("[tru]", "a value is expected", 1), ("{\"a\":1 \"b\"", "a comma or a closing brace is expected", 7),
        ]
    )
    func failures(text: String, message: String, offset: Int) throws {
        let failure = try #require(throws: JSONParser.Failure.self) { try parse(text) }
        #expect(failure == JSONParser.Failure(message: message, offset: offset))
    }
}
