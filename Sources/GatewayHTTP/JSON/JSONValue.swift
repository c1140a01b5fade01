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
}
