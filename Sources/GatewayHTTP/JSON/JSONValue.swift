/// A JSON document that keeps every number as the client wrote it.
///
/// Foundation's decoder hands numbers out converted: a `Double` loses digits, a `Decimal` rounds silently beyond 38 of them.
/// Amounts of money must be read from the literal's own text, so the gateway reads JSON itself.
enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// The literal's text, as RFC 8259, section 6 has it.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// What it is, in the words of RFC 8259.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The JSON text, numbers as they were, names sorted.
    var document: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let literal): literal
        case .string(let text): Self.quoted(text)
        case .array(let elements): "[" + elements.map(\.document).joined(separator: ",") + "]"
        case .object(let members):
            "{"
                + members.sorted { $0.key < $1.key }.map { "\(Self.quoted($0.key)):\($0.value.document)" }.joined(separator: ",")
                + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
