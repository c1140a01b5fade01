package import ProviderAPI

/// Writes JSON straight into bytes: amounts with exactly their currency's decimals, members in the order given.
package struct JSONWriter {
    private var bytes: [UInt8] = []
    private var needsComma = false

    /// Writes `{`, what `members` writes, and `}`.
    package static func object(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.bytes.reserveCapacity(768)
        writer.braces(members)
        return writer.bytes
    }

    private mutating func braces(_ members: (inout JSONWriter) -> Void) {
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
        members(&self)
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    private mutating func name(_ name: StaticString) {
        comma()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func comma() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    /// A member that is a string, or null.
    package mutating func string(_ name: StaticString, _ value: String?) {
        self.name(name)
        if let value { write(value) } else { raw("null") }
    }

    /// A member that is a string, left out where there is none.
    package mutating func string(_ name: StaticString, ifAny value: String?) {
        if let value { string(name, value) }
    }

    /// A member that is a whole number, or null.
    package mutating func integer(_ name: StaticString, _ value: Int64?) {
        self.name(name)
        raw(value.map(String.init) ?? "null")
    }

    /// A member that is true or false.
    package mutating func bool(_ name: StaticString, _ value: Bool) {
        self.name(name)
        raw(value ? "true" : "false")
    }

    /// A member that is an amount in major units.
    package mutating func amount(_ name: StaticString, _ minorUnits: Int64, _ currency: Currency) {
        self.name(name)
        raw(Money(minorUnits: minorUnits, currency: currency).majorUnits)
    }

    /// A member that is a time, in RFC 3339.
    package mutating func time(_ name: StaticString, _ value: Timestamp) {
        string(name, value.rfc3339)
    }

    /// A member that is an object, or null.
    package mutating func object<Value>(_ name: StaticString, _ value: Value?, _ members: (inout JSONWriter, Value) -> Void) {
        self.name(name)
        if let value { braces { members(&$0, value) } } else { raw("null") }
    }

    /// A member that is an object, left out where there is none.
    package mutating func object<Value>(
        _ name: StaticString, ifAny value: Value?, _ members: (inout JSONWriter, Value) -> Void
    ) {
        if value != nil { object(name, value, members) }
    }

    /// A member that is an object of strings, names sorted.
    package mutating func strings(_ name: StaticString, _ pairs: [String: String]) {
        self.name(name)
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
        for (key, value) in pairs.sorted(by: { $0.key < $1.key }) {
            comma()
            write(key)
            bytes.append(UInt8(ascii: ":"))
            write(value)
        }
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// A member that is an array of objects.
    package mutating func objects<Element>(
        _ name: StaticString, _ elements: [Element], _ members: (inout JSONWriter, Element) -> Void
    ) {
        self.name(name)
        bytes.append(UInt8(ascii: "["))
        needsComma = false
        for element in elements {
            comma()
            braces { members(&$0, element) }
        }
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    private mutating func raw(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Nearly every text has nothing to escape and is copied as a whole.
    private mutating func write(_ text: String) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { utf8 in
            if utf8.contains(where: Self.isEscaped) {
                for byte in utf8 { write(byte) }
            } else {
                bytes.append(contentsOf: utf8)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private mutating func write(_ byte: UInt8) {
        guard Self.isEscaped(byte) else { return bytes.append(byte) }
        bytes.append(UInt8(ascii: "\\"))
        guard byte < 0x20 else { return bytes.append(byte) }
        bytes.append(contentsOf: "u00".utf8)
        bytes.append(Self.digits[Int(byte >> 4)])
        bytes.append(Self.digits[Int(byte & 15)])
    }
}
