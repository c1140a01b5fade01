import Foundation
import GatewayHarness
import Testing

/// openapi.json, as a running gateway serves it.
struct DescribedAPI: Sendable {
    /// The document.
    let root: JSONText

    /// The operations that need an admin's token, by their `operationId`.
    static let forAdmins = ["capturePayment", "listProviders", "reloadProviders", "listProviderCommands", "runProviderCommand"]

    /// An operation, and what is shown of it.
    struct Operation: Sendable {
        /// The `operationId`.
        let id: String
        /// In upper case.
        let method: String
        /// With the examples of its parameters in their place, those of the query included.
        let path: String
        /// With names in braces.
        let template: String
        /// The names of its parameters.
        let parameters: [String]
        /// Examples of the body, by name.
        let examples: [String: JSONText]
        /// The status of its first success.
        let success: Int
        /// Whether it answers 401 without a token.
        let needsToken: Bool
        /// Whether its body is JSON of the gateway's own, and no event of a provider's.
        let takesJSON: Bool
    }

    /// Asks a gateway.
    init(of gateway: GatewayProcess) async throws {
        root = try await HTTPRequest(path: "/api/openapi.json").send(toPort: gateway.port).json()
    }

    /// What a reference refers to; anything else is itself.
    func resolve(_ value: JSONText) -> JSONText {
        guard let reference = value["$ref"].string else { return value }
        return resolve(reference.dropFirst(2).split(separator: "/").reduce(root) { $0[String($1)] })
    }

    /// Every operation, by its `operationId`.
    var operations: [String: Operation] {
        var operations: [String: Operation] = [:]
        for (path, item) in root["paths"].members {
            for (method, operation) in item.members where operation.has("operationId") {
                let parameters = (item["parameters"].elements + operation["parameters"].elements).map(resolve)
                var filled = path
                var query: [String] = []
                for parameter in parameters {
                    guard let name = parameter["name"].string, let example = parameter["example"].plain else { continue }
                    if parameter["in"].string == "path" { filled = filled.replacing("{\(name)}", with: example) }
                    if parameter["in"].string == "query" { query.append("\(name)=\(example)") }
                }
                let body = operation["requestBody"]["content"]["application/json"]["examples"]
                let statuses = operation["responses"].names.compactMap(Int.init)
                let id = operation["operationId"].string ?? ""
                operations[id] = Operation(
                    id: id, method: method.uppercased(), path: filled + (query.isEmpty ? "" : "?" + query.joined(separator: "&")),
                    template: path,
                    parameters: parameters.compactMap { $0["name"].string }, examples: body.members.mapValues(resolve),
                    success: statuses.contains(201) ? 201 : statuses.min() ?? 0,
                    needsToken: operation["responses"].has("401"), takesJSON: operation["responses"].has("415"))
            }
        }
        return operations
    }
}

extension JSONText {
    /// The members of an object; none of anything else.
    var members: [String: JSONText] {
        guard case .object(let members) = self else { return [:] }
        return members
    }

    /// A string or a number as it stands in a path.
    var plain: String? {
        if case .number(let literal) = self { return literal }
        return string
    }

    /// The value as a document, numbers as they were.
    func document() throws -> String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let literal): literal
        case .string(let text): String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
        case .array(let elements): "[" + (try elements.map { try $0.document() }.joined(separator: ",")) + "]"
        case .object(let members):
            "{"
                + (try members.sorted { $0.key < $1.key }.map { name, value in
                    "\(try JSONText.string(name).document()):\(try value.document())"
                }.joined(separator: ",")) + "}"
        }
    }
}
