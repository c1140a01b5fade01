import ProviderAPI

/// Writes JSON straight into bytes: amounts with exactly their currency's decimals, members in the order given.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// Writes `{`, what `members` writes, and `}`.
    static func object(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
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
    mutating func string(_ name: StaticString, _ value: String?) {
        self.name(name)
        if let value { write(value) } else { raw("null") }
    }

    /// A member that is a whole number, or null.
    mutating func integer(_ name: StaticString, _ value: Int64?) {
        self.name(name)
        raw(value.map(String.init) ?? "null")
    }

    /// A member that is true or false.
    mutating func bool(_ name: StaticString, _ value: Bool) {
        self.name(name)
        raw(value ? "true" : "false")
    }

    /// A member that is an amount in major units.
    mutating func amount(_ name: StaticString, _ minorUnits: Int64, _ currency: Currency) {
        self.name(name)
        raw(Money(minorUnits: minorUnits, currency: currency).majorUnits)
    }

    /// A member that is a time, in RFC 3339.
    mutating func time(_ name: StaticString, _ value: Timestamp) {
        string(name, value.rfc3339)
    }

    /// A member that is an object, or null.
    mutating func object<Value>(_ name: StaticString, _ value: Value?, _ members: (inout JSONWriter, Value) -> Void) {
        self.name(name)
        if let value { braces { members(&$0, value) } } else { raw("null") }
    }

    /// A member that is an object of strings, names sorted.
    mutating func strings(_ name: StaticString, _ pairs: [String: String]) {
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
    mutating func objects<Element>(_ name: StaticString, _ elements: [Element], _ members: (inout JSONWriter, Element) -> Void) {
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

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
