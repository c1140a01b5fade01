import Foundation
import Testing

@testable import GatewayHTTP

/// openapi.yaml, as `make web` has made JSON of it.
struct APIDescription {
    /// The document.
    let root: JSONValue

    /// One method of one path.
    struct Operation: CustomTestStringConvertible {
        /// Its `operationId`.
        let id: String
        /// The method, in upper case.
        let method: String
        /// The path, with parameters in braces.
        let path: String
        /// What is said of it, the path's parameters included.
        let parameters: [JSONValue]
        /// The body's schema; null for none in JSON.
        let body: JSONValue
        /// Answers by status.
        let responses: [String: JSONValue]
        /// Whether no token is needed.
        let isOpen: Bool

        var testDescription: String { id }
    }

    /// Reads the document.
    init() throws {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
        root = try JSONParser.parse(Array(try Data(contentsOf: repository.appending(path: ".web/openapi.json"))))
    }

    /// What a reference refers to; anything else is itself.
    func resolve(_ value: JSONValue) -> JSONValue {
        guard case .string(let reference) = value["$ref"] else { return value }
        return resolve(reference.dropFirst(2).split(separator: "/").reduce(root) { $0[String($1)] })
    }

    /// A schema of the components.
    func schema(_ name: String) throws -> JSONValue {
        let schema = root["components"]["schemas"][name]
        try #require(schema != .null, "there is no schema \(name)")
        return schema
    }

    /// Every operation.
    var operations: [Operation] {
        root["paths"].members.flatMap { path, item in
            item.members.filter { ["get", "post", "put", "patch", "delete"].contains($0.key) }.map { method, operation in
                Operation(
                    id: operation["operationId"].text ?? "\(method) \(path)", method: method.uppercased(), path: path,
                    parameters: (item["parameters"].elements + operation["parameters"].elements).map(resolve),
                    body: resolve(operation["requestBody"]["content"]["application/json"]["schema"]),
                    responses: operation["responses"].members.mapValues(resolve), isOpen: operation["security"] == .array([]))
            }
        }
    }

    /// The examples of a problem document that an answer has.
    func problems(of response: JSONValue) -> [JSONValue] {
        resolve(response)["content"]["application/problem+json"]["examples"].members.values.map { resolve($0)["value"] }
    }
}

extension JSONValue {
    /// A member; null where there is none.
    subscript(name: String) -> JSONValue { members[name] ?? .null }

    /// The members of an object; none of anything else.
    var members: [String: JSONValue] {
        guard case .object(let members) = self else { return [:] }
        return members
    }

    /// The elements of an array; none of anything else.
    var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    /// The text of a string.
    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// A whole number.
    var integer: Int? {
        guard case .number(let literal) = self else { return nil }
        return Int(literal)
    }

    /// The types that a schema allows.
    var types: Set<String> { Set(self["type"].text.map { [$0] } ?? self["type"].elements.compactMap(\.text)) }
}
