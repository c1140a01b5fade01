import Foundation
import Logging
import ProviderAPI
import ProviderLoading
import Synchronization
import Testing

@testable import GatewayHost

@Suite("A log line")
struct LineLogHandlerTests {
    private static let time = Timestamp(unixMilliseconds: 1_767_834_000_045)

    /// The bytes of the lines that `body` logs.
    private static func bytes(_ format: LogFormat, _ body: (inout Logger) -> Void) -> [UInt8] {
        let output = KeptLines()
        var logger = Logger(label: "gateway") { label in
            LineLogHandler(label: label, level: .info, format: format, output: output, clock: LogClock { time })
        }
        body(&logger)
        return output.all
    }

    private static func text(_ format: LogFormat, _ body: (inout Logger) -> Void) -> String {
        String(decoding: bytes(format, body), as: UTF8.self)
    }

    @Test("has its time, level, fields in the order of their keys, module and message as text")
    func textLine() {
        let text = Self.text(.text) { logger in
            logger.warning("Slow.", metadata: ["status": .stringConvertible(200), "route": "/orders/{id}", "code": "a b"])
        }
        #expect(
            text
                == "2026-01-08T01:00:00.045Z warning gateway: code=\"a b\" route=/orders/{id} status=200 [GatewayHostTests] Slow.\n"
        )
    }

    @Test("is one JSON object with time, level, message, module and the fields")
    func jsonLine() {
        let text = Self.text(.json) { logger in
            logger.notice(
                "Done.",
                metadata: [
                    "status": .stringConvertible(200), "id": .stringConvertible(Int64.max), "open": .stringConvertible(true),
                    "route": "/orders/{id}", "names": ["a", "b"], "more": ["x": "1", "w": "2"],
                ])
        }
        #expect(
            text == #"{"time":"2026-01-08T01:00:00.045Z","level":"notice","message":"Done.","source":"GatewayHostTests","#
                + #""id":9223372036854775807,"more":{"w":"2","x":"1"},"names":["a","b"],"open":true,"route":"/orders/{id}","#
                + #""status":200}"# + "\n")
    }

    @Test(
        "of another field called time, level, message or source keeps its own", arguments: ["time", "level", "message", "source"])
    func ownKeys(key: String) throws {
        let bytes = Self.bytes(.json) { $0.info("Hello.", metadata: [key: "forged"]) }
        let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: String])
        #expect(object["field.\(key)"] == "forged")
        #expect(object[key] != "forged" && object.count == 5)
    }

    @Test("has the logger's own fields and the error that it is about; a field of the event wins")
    func merged() {
        struct Broken: Error, CustomStringConvertible { let description = "it broke" }
        let text = Self.text(.text) { logger in
            logger[metadataKey: "a"] = "logger"
            logger[metadataKey: "b"] = "logger"
            logger.error("Failed.", error: Broken(), metadata: ["a": "event"])
        }
        #expect(text.contains(" a=event b=logger error.message=\"it broke\" error.type="), "\(text)")
    }

    @Test("is not written below the level")
    func level() {
        #expect(Self.bytes(.json) { $0.debug("Unseen.") }.isEmpty)
    }

    @Test("has all milliseconds, and the next second when it has come")
    func clock() {
        let now = Mutex<Int64>(1_767_834_000_000)
        let clock = LogClock { Timestamp(unixMilliseconds: now.withLock { $0 }) }
        for (milliseconds, expected): (Int64, String) in [
            (1_767_834_000_000, "2026-01-08T01:00:00.000Z"), (1_767_834_000_999, "2026-01-08T01:00:00.999Z"),
            (1_767_834_001_007, "2026-01-08T01:00:01.007Z"), (1_767_833_999_120, "2026-01-08T00:59:59.120Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            now.withLock { $0 = milliseconds }
            var line = LogLine()
            line.add(time: clock.now())
            #expect(String(decoding: line.ended(), as: UTF8.self) == expected + "\n")
        }
    }

    // MARK: Injection

    /// A place in a line that text of others gets to.
    enum Place: String, CaseIterable, Sendable {
        case message, value, key, convertible, element, memberName, memberValue, errorMessage, loggerField

        struct Text: Error, CustomStringConvertible { let description: String }

        func log(_ text: String, to logger: inout Logger) {
            switch self {
            case .message: logger.info("\(text)")
            case .value: logger.info("Hello.", metadata: ["field": .string(text)])
            case .key: logger.info("Hello.", metadata: [text: "value"])
            case .convertible: logger.info("Hello.", metadata: ["field": .stringConvertible(Text(description: text))])
            case .element: logger.info("Hello.", metadata: ["field": .array([.string(text)])])
            case .memberName: logger.info("Hello.", metadata: ["field": .dictionary([text: "value"])])
            case .memberValue: logger.info("Hello.", metadata: ["field": .dictionary(["name": .string(text)])])
            case .errorMessage: logger.info("Hello.", error: Text(description: text))
            case .loggerField:
                logger[metadataKey: "field"] = .string(text)
                logger.info("Hello.")
            }
        }

        /// The text in a line's JSON.
        func find(in object: [String: Any]) -> String? {
            switch self {
            case .message: object["message"] as? String
            case .value, .convertible, .loggerField: object["field"] as? String
            case .key: object.keys.first { !["time", "level", "message", "source"].contains($0) }
            case .element: (object["field"] as? [String])?.first
            case .memberName: (object["field"] as? [String: String])?.keys.first
            case .memberValue: (object["field"] as? [String: String])?["name"]
            case .errorMessage: object["error.message"] as? String
            }
        }
    }

    /// Every control character, the separators of lines and paragraphs, what turns the direction of text or is invisible, and quotes.
    private static let hostile: [String] = {
        let controls = (0...0x1F).map(UInt32.init) + [0x7F] + (0x80...0x9F).map(UInt32.init)
        let others: [UInt32] = [
            0xAD, 0x061C, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202E, 0x2066, 0x2069, 0xFEFF, 0xE0041,
        ]
        let single = (controls + others).compactMap(Unicode.Scalar.init).map { "before\($0)after" }
        return single + [
            "\r\n2026-01-08T01:00:00.000Z critical gateway: forged=1 [GatewayCore] A payment needs a person's decision.",
            "\",\"level\":\"critical", "\\", "\\n", "\\u000a", "\u{1B}[2K\u{1B}[1A", " level=critical", "=", "", "\"quoted\"",
            String(decoding: [0x61, 0xFF, 0xC0, 0x0A, 0xED, 0xA0, 0x80, 0xF5], as: UTF8.self),
        ]
    }()

    /// What no byte of a line may make up.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    @Test("stays one line of valid JSON that holds the text as it came, in every place", arguments: Place.allCases)
    func jsonInjection(place: Place) throws {
        for text in Self.hostile {
            let bytes = Self.bytes(.json) { place.log(text, to: &$0) }
            #expect(bytes.last == UInt8(ascii: "\n") && bytes.count(where: { $0 == UInt8(ascii: "\n") }) == 1)
            let line = try #require(String(validating: bytes.dropLast(), as: UTF8.self))
            #expect(!line.unicodeScalars.contains(where: Self.isHidden), "\(line)")
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
            let found = try #require(place.find(in: object), "\(line)")
            #expect(found.unicodeScalars.elementsEqual(text.unicodeScalars), "\(line)")
            #expect(object["level"] as? String == "info" && object["time"] as? String == Self.time.rfc3339)
        }
    }

    @Test("stays one line of text without anything hidden, in every place", arguments: Place.allCases)
    func textInjection(place: Place) throws {
        for text in Self.hostile {
            let bytes = Self.bytes(.text) { place.log(text, to: &$0) }
            #expect(bytes.last == UInt8(ascii: "\n") && bytes.count(where: { $0 == UInt8(ascii: "\n") }) == 1)
            let line = try #require(String(validating: bytes.dropLast(), as: UTF8.self))
            #expect(!line.unicodeScalars.contains(where: Self.isHidden), "\(line)")
            #expect(line.hasPrefix("\(Self.time.rfc3339) info gateway:"), "\(line)")
        }
    }

    @Test("holds in quotes a text value or key that could pass for another field")
    func quotedWords() {
        let text = Self.text(.text) { $0.info("Hi.", metadata: ["a": "x level=critical", "b c": "", "d": "e\"f", "g": "h\\i"]) }
        #expect(
            text.hasSuffix(#" gateway: a="x level=critical" "b c"="" d="e\"f" g="h\\i" [GatewayHostTests] Hi."# + "\n"), "\(text)"
        )
    }

    @Test("keeps letters of all scripts and emoji readable")
    func otherScripts() {
        let text = Self.text(.text) { $0.info("Zażółć 支払い 👍", metadata: ["name": "Łódź"]) }
        #expect(text.hasSuffix(" name=\"Łódź\" [GatewayHostTests] Zażółć 支払い 👍\n"), "\(text)")
    }
}

/// An output that keeps what it is given.
private final class KeptLines: LogOutput {
    private let kept = Mutex<[UInt8]>([])

    var all: [UInt8] { kept.withLock { $0 } }

    func write(_ line: [UInt8]) { kept.withLock { $0 += line } }
}
