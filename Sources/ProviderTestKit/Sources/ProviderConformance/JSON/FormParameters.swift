import Foundation

/// Parameters as `application/x-www-form-urlencoded` has them, in a body or a query.
struct FormParameters: Hashable, Sendable {
    /// Names and values, decoded, in order.
    var pairs: [Pair]

    struct Pair: Hashable, Sendable {
        var name: String
        var value: String
    }

    /// Reads encoded parameters.
    init(_ text: String) {
        pairs = text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(Self.decoded)
            return Pair(name: parts[0], value: parts.count > 1 ? parts[1] : "")
        }
    }

    /// Reads a body; nil for one that has no such parameters.
    init?(body: [UInt8]) {
        guard let text = String(validating: body, as: UTF8.self), text.contains("="), !text.contains(where: \.isNewline),
            JSONValue(body) == nil, text.first.map({ !"<{[".contains($0) }) == true
        else { return nil }
        self.init(text)
    }

    /// As an object; values of a name that comes several times as an array.
    var json: JSONValue {
        let values = Dictionary(grouping: pairs, by: \.name).mapValues { $0.map { JSONValue.string($0.value) } }
        return .object(values.mapValues { $0.count == 1 ? $0[0] : .array($0) })
    }

    /// Encoded anew: all but letters, digits and `-._~` in hexadecimal.
    var encoded: String {
        pairs.map { "\(Self.encode($0.name))=\(Self.encode($0.value))" }.joined(separator: "&")
    }

    private static func decoded(_ text: Substring) -> String {
        let spaced = text.replacing("+", with: "%20")
        return spaced.removingPercentEncoding ?? "undecodable: \(text)"
    }

    private static func encode(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
