/// Writes JSON with its members in the order in which they are given, so that people and `grep` can read a journal.
struct JSONWriter: Sendable {
    /// What has been written.
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    private static let digits = Array("0123456789abcdef".utf8)

    /// The text of one object.
    static func object(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.bytes.reserveCapacity(1024)
        writer.object(members)
        return writer.bytes
    }

    /// An object, as a whole text or as an element of an array.
    mutating func object(_ members: (inout JSONWriter) -> Void) {
        separate()
        enclose("{", "}", members)
    }

    /// A member that is an object.
    mutating func member(_ name: String, object members: (inout JSONWriter) -> Void) {
        key(name)
        enclose("{", "}", members)
    }

    /// A member that is an array; `elements` writes them.
    mutating func member(_ name: String, array elements: (inout JSONWriter) -> Void) {
        key(name)
        enclose("[", "]", elements)
    }

    /// A member that is text; left out where nil.
    mutating func member(_ name: String, _ value: String?) {
        guard let value else { return }
        key(name)
        string(value)
    }

    /// A member that is a whole number; left out where nil.
    mutating func member(_ name: String, _ value: Int64?) {
        guard let value else { return }
        key(name)
        bytes.append(contentsOf: String(value).utf8)
    }

    /// A member that is a whole number.
    mutating func member(_ name: String, _ value: Int) {
        member(name, Int64(value))
    }

    /// A member that is true or false.
    mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// A member that is an object of texts, sorted by name.
    mutating func member(_ name: String, _ values: [String: String]) {
        member(
            name,
            object: { writer in
                for (name, value) in values.sorted(by: { $0.key < $1.key }) { writer.member(name, value) }
            })
    }

    /// A member that is text or null.
    mutating func nullable(_ name: String, _ value: String?) {
        if value == nil { null(name) } else { member(name, value) }
    }

    /// A member that is null.
    mutating func null(_ name: String) {
        key(name)
        bytes.append(contentsOf: "null".utf8)
    }

    /// A text as an element of an array.
    mutating func element(_ value: String) {
        separate()
        string(value)
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func key(_ name: String) {
        separate()
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func enclose(_ opening: Unicode.Scalar, _ closing: Unicode.Scalar, _ body: (inout JSONWriter) -> Void) {
        bytes.append(UInt8(ascii: opening))
        needsComma = false
        body(&self)
        bytes.append(UInt8(ascii: closing))
        needsComma = true
    }

    /// Escapes what RFC 8259, section 7, says must be escaped.
    private mutating func string(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(Self.digits[Int(byte >> 4)])
                bytes.append(Self.digits[Int(byte & 15)])
            default:
                bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
