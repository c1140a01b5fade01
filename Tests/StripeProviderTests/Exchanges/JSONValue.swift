import Foundation

/// Any JSON value whose numbers are whole, as all of Stripe's that the gateway reads are.
enum JSONValue: Codable, Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

extension JSONValue {
    /// An object of those members that have a value.
    static func members(_ members: [String: JSONValue?]) -> JSONValue {
        .object(members.compactMapValues { $0 })
    }

    /// The body of a message: a string is the body itself, so that it may be anything; all else is JSON.
    func body() throws -> [UInt8] {
        if case .string(let text) = self { return Array(text.utf8) }
        return Array(try JSONEncoder().encode(self))
    }

    /// Where `actual` differs from this value, one line each.
    ///
    /// - Parameter optional: members that are compared only where this value has them.
    func differences(from actual: JSONValue, optional: Set<String> = [], at path: String = "") -> [String] {
        switch (self, actual) {
        case (.object(let expected), .object(let found)):
            return Set(expected.keys).union(found.keys).sorted().flatMap { key -> [String] in
                let path = path.isEmpty ? key : "\(path).\(key)"
                switch (expected[key], found[key]) {
                case (let expected?, let found?): return expected.differences(from: found, optional: optional, at: path)
                case (let expected?, nil): return ["\(path): \(expected) is missing"]
                case (nil, let found?): return optional.contains(key) ? [] : ["\(path): \(found) is not expected"]
                case (nil, nil): return []
                }
            }
        case (.array(let expected), .array(let found)) where expected.count == found.count:
            return zip(expected, found).enumerated().flatMap { index, pair in
                pair.0.differences(from: pair.1, optional: optional, at: "\(path)[\(index)]")
            }
        default:
            return self == actual ? [] : ["\(path): \(actual) in place of \(self)"]
        }
    }
}

extension JSONValue: CustomStringConvertible {
    var description: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "JSON that cannot be written"
    }
}
