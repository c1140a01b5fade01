import GatewayCore
import Logging

/// The bytes of one log line, in the making.
///
/// Nothing in it ends the line, moves a terminal's cursor or passes for another field. Control characters (C0, DEL and C1), format characters
/// such as those that turn the direction of text, and the line and paragraph separators U+2028 and U+2029 become escapes of JSON:
/// `\n`, `\r`, `\t`, or `\u` and four hexadecimal digits for each UTF-16 unit. A backslash becomes `\\`, so that an escape can't be
/// forged. In text lines a key or value is put in quotes unless it is plain ASCII without spaces, quotes, backslashes and `=`.
struct LogLine {
    private var bytes: [UInt8] = []

    /// An empty line.
    init() {
        // Nearly every line is shorter.
        bytes.reserveCapacity(384)
    }

    /// The line with its end.
    consuming func ended() -> [UInt8] {
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    /// Adds a time as ``LogClock`` writes it.
    mutating func add(time: LogClock.Text) {
        bytes.append(contentsOf: time.second)
        bytes.append(UInt8(ascii: "."))
        for divisor: Int64 in [100, 10, 1] { bytes.append(UInt8(ascii: "0") + UInt8(time.milliseconds / divisor % 10)) }
        bytes.append(UInt8(ascii: "Z"))
    }

    /// Adds text of the gateway's own.
    mutating func add(raw text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    // MARK: Text

    /// Adds text for people, to the end of a text line.
    mutating func add(message text: String) {
        escape(text, quotes: false)
    }

    /// Adds a space and a field to a text line.
    mutating func add(_ key: String, _ value: Logger.MetadataValue) {
        bytes.append(UInt8(ascii: " "))
        word(key)
        bytes.append(UInt8(ascii: "="))
        switch value {
        case .string(let text): word(text)
        default: word(value.description)
        }
    }

    private mutating func word(_ text: String) {
        var text = text
        let isPlain = text.withUTF8 { utf8 in
            !utf8.isEmpty && utf8.allSatisfy { Self.isPlain($0) && $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "=") }
        }
        if isPlain {
            bytes.append(contentsOf: text.utf8)
        } else {
            add(json: text)
        }
    }

    // MARK: JSON

    /// Adds a string of JSON.
    mutating func add(json text: String) {
        bytes.append(UInt8(ascii: "\""))
        escape(text, quotes: true)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Adds a value of JSON. Whole numbers and truth values are written as such, all else as strings, arrays and objects.
    mutating func add(json value: Logger.MetadataValue) {
        switch value {
        case .string(let text): add(json: text)
        case .stringConvertible(let number as Int): add(raw: String(number))
        case .stringConvertible(let number as Int64): add(raw: String(number))
        case .stringConvertible(let truth as Bool): add(raw: truth ? "true" : "false")
        case .stringConvertible(let other): add(json: other.description)
        case .array(let elements):
            add(raw: "[")
            for (index, element) in elements.enumerated() {
                if index > 0 { add(raw: ",") }
                add(json: element)
            }
            add(raw: "]")
        case .dictionary(let members):
            add(raw: "{")
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { add(raw: ",") }
                add(json: member.key)
                add(raw: ":")
                add(json: member.value)
            }
            add(raw: "}")
        }
    }

    // MARK: Escapes

    /// Nearly every text has nothing to escape and is copied as a whole.
    private mutating func escape(_ text: String, quotes: Bool) {
        var text = text
        text.withUTF8 { utf8 in
            if utf8.allSatisfy(Self.isPlain) {
                bytes.append(contentsOf: utf8)
            } else {
                for scalar in String(decoding: utf8, as: UTF8.self).unicodeScalars { escape(scalar, quotes: quotes) }
            }
        }
    }

    /// Printable ASCII, without quotes and backslashes.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    private mutating func escape(_ scalar: Unicode.Scalar, quotes: Bool) {
        switch scalar {
        case "\\": add(raw: #"\\"#)
        case "\"" where quotes: add(raw: #"\""#)
        case "\n": add(raw: #"\n"#)
        case "\r": add(raw: #"\r"#)
        case "\t": add(raw: #"\t"#)
        case _ where scalar.isHidden:
            for unit in String(scalar).utf16 {
                add(raw: #"\u"#)
                for shift in [12, 8, 4, 0] { bytes.append(Self.digits[Int(unit >> shift & 15)]) }
            }
        default: bytes.append(contentsOf: String(scalar).utf8)
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
