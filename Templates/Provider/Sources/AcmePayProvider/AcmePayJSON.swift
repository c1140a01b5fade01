import Foundation
import ProviderAPI

/// JSON as Acme Pay writes it: names in snake_case, which are camelCase in Swift. The keys of metadata stay as they are.
enum AcmePayJSON {
    /// - Throws: `DecodingError`, whose text may quote the answer: never pass it on.
    static func decode<Object: Decodable>(_ type: Object.Type, _ body: [UInt8]) throws -> Object {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(body))
    }

    /// - Throws: `rejected(invalidRequest)` for what JSON cannot say.
    static func encode(_ value: some Encodable) throws(ProviderError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        // Dictionaries have no order of their own: without this a repeat under the same key would be another request.
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw .rejected(Rejection(.invalidRequest, message: "the request cannot be written as JSON"))
        }
    }
}

extension String {
    /// Percent-encoded for a path's segment or a query's value: everything but letters, digits, `-` and `_` (RFC 3986, section 2.1).
    var percentEncoded: String {
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        return addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }
}
