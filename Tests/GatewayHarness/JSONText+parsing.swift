import Foundation

extension JSONText {
    /// Parses a document (RFC 8259).
    ///
    /// - Throws: ``HarnessError`` where it is none.
    package init(parsing bytes: [UInt8]) throws {
        var parser = JSONParser(bytes: bytes)
        self = try parser.document()
    }

    /// Parses a document.
    package init(parsing text: String) throws {
        try self.init(parsing: Array(text.utf8))
    }
}

private struct JSONParser {
    let bytes: [UInt8]
    var index = 0

    mutating func document() throws -> JSONText {
        let value = try self.value()
        skipSpace()
        guard index == bytes.count else { throw failure("text after the end") }
        return value
    }

    private mutating func value() throws -> JSONText {
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object() throws -> JSONText {
        index += 1
        var members: [String: JSONText] = [:]
        skipSpace()
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw failure("a name is missing") }
            let name = try string()
            skipSpace()
            guard take(":") else { throw failure("a colon is missing") }
            guard members.updateValue(try value(), forKey: name) == nil else { throw failure("the name \(name) stands twice") }
            skipSpace()
        } while take(",")
        guard take("}") else { throw failure("an object does not end") }
        return .object(members)
    }

    private mutating func array() throws -> JSONText {
        index += 1
        var elements: [JSONText] = []
        skipSpace()
        if take("]") { return .array(elements) }
        repeat {
            elements.append(try value())
            skipSpace()
        } while take(",")
        guard take("]") else { throw failure("an array does not end") }
        return .array(elements)
    }

    /// Finds the end of a string; Foundation's decoder, which keeps no number literals but knows escapes, reads it.
    private mutating func string() throws -> String {
        let start = index
        index += 1
        while let byte = peek, byte != UInt8(ascii: "\"") { index += byte == UInt8(ascii: "\\") ? 2 : 1 }
        guard take("\"") else { throw failure("a string does not end") }
        return try JSONDecoder().decode(String.self, from: Data(bytes[start..<index]))
    }

    private mutating func number() throws -> JSONText {
        let literal = bytes[index...].prefix { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
        }
        guard let first = literal.first, first != UInt8(ascii: "+"), first != UInt8(ascii: ".") else { throw failure("no value") }
        index += literal.count
        return .number(String(decoding: literal, as: UTF8.self))
    }

    private mutating func word(_ word: String, _ value: JSONText) throws -> JSONText {
        guard bytes[index...].starts(with: word.utf8) else { throw failure("no value") }
        index += word.utf8.count
        return value
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 32 || byte == 10 || byte == 13 || byte == 9 { index += 1 }
    }

    private func failure(_ reason: String) -> HarnessError {
        HarnessError("not JSON: \(reason) at byte \(index) of \(String(decoding: bytes.prefix(400), as: UTF8.self))")
    }
}
