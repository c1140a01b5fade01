import Foundation
import GatewayCore
import ProviderAPI

/// JSON in a TEXT column, with sorted keys: the same value is always the same text.
enum JSONColumn {
    /// The text of a value.
    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// The text of an operation's request.
    static func encode(request: OperationRequest) -> String {
        String(decoding: request.json, as: UTF8.self)
    }

    /// The text of a webhook's event.
    static func encode(event: WebhookEvent) throws -> String {
        try event.json.map { String(decoding: $0, as: UTF8.self) } ?? encode(event)
    }

    /// The text of a value, or nil for none.
    static func encode<Value: Encodable>(optional value: Value?) throws -> String? {
        try value.map { try encode($0) }
    }

    /// The text of a client's pairs. Most have none, and for them no encoder is made.
    static func encode(pairs: [String: String]) throws -> String {
        pairs.isEmpty ? "{}" : try encode(pairs)
    }

    /// The value of a text.
    static func decode<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    /// A client's pairs.
    static func decode(pairs text: String) throws -> [String: String] {
        text == "{}" ? [:] : try decode(text)
    }
}
