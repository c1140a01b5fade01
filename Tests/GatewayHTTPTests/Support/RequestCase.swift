import HTTPTypes
import Testing

/// A request that must be refused, and how.
struct RequestCase: Sendable, CustomTestStringConvertible {
    var name: String
    var method = HTTPRequest.Method.post
    var path = "/api/v1/orders"
    var caller = TestAPI.Caller.user("42")
    var headers: HTTPFields = [:]
    var body: [UInt8]?
    /// The status and the problem's code that it is answered with.
    var status: Int
    var code = "invalid_request"
    /// The field that the refusal names; nil where it names none.
    var field: String?

    var testDescription: String { name }

    /// A body for `POST /orders` that cannot be read (400).
    static func malformed(_ name: String, _ body: String) -> RequestCase {
        RequestCase(name: name, body: Array(body.utf8), status: 400)
    }

    /// Bytes for `POST /orders` that cannot be read (400).
    static func malformed(_ name: String, bytes: [UInt8]) -> RequestCase {
        RequestCase(name: name, body: bytes, status: 400)
    }

    /// A member beside those of an order that is right, which is refused by its name (422).
    static func order(_ name: String, _ member: String, field: String) -> RequestCase {
        RequestCase(
            name: name, body: Array(#"{"amount":1,"currency":"USD",\#(member)}"#.utf8), status: 422, field: field)
    }

    /// The body of a POST that is JSON and refused by a field (422).
    static func post(_ name: String, to path: String = "/api/v1/orders", _ body: String, field: String?) -> RequestCase {
        RequestCase(name: name, path: path, body: Array(body.utf8), status: 422, field: field)
    }

    /// A body of a creation of a payment with one member replaced or added, refused by that field (422).
    static func payment(_ name: String, _ field: String, _ value: String) -> RequestCase {
        var members = ["order_id": "1", "amount": "1", "currency": #""USD""#]
        members[field] = value
        let body = members.sorted { $0.key < $1.key }.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ",")
        return post(name, to: "/api/v1/payments/create-payment-intent", "{\(body)}", field: field)
    }

    /// A good order with another media type or coding, refused as no JSON (415).
    static func media(_ name: String, _ headers: HTTPFields) -> RequestCase {
        RequestCase(
            name: name, headers: headers, body: Array(#"{"amount":1,"currency":"USD"}"#.utf8), status: 415,
            code: "unsupported_media_type")
    }

    /// A query of the list of transactions, refused by a parameter (422).
    static func query(_ query: String, field: String) -> RequestCase {
        RequestCase(name: "?\(query)", method: .get, path: "/api/v1/payments/transactions?\(query)", status: 422, field: field)
    }

    /// A request whose query is refused by a parameter (422).
    static func query(
        _ method: HTTPRequest.Method, _ path: String, as caller: TestAPI.Caller = .user("42"), field: String
    ) -> RequestCase {
        RequestCase(
            name: "\(method) \(path)", method: method, path: "/api/v1" + path, caller: caller,
            body: method == .post ? Array("{}".utf8) : nil, status: 422, field: field)
    }

    /// A path that leads to nothing (404).
    static func missing(_ path: String, _ method: HTTPRequest.Method = .get) -> RequestCase {
        RequestCase(
            name: "\(method) \(path)", method: method, path: path, body: method == .post ? Array("{}".utf8) : nil, status: 404,
            code: "not_found")
    }

    /// A method that a path does not have (405).
    static func method(_ method: HTTPRequest.Method, _ path: String) -> RequestCase {
        RequestCase(name: "\(method) \(path)", method: method, path: "/api/v1" + path, status: 405, code: "method_not_allowed")
    }
}
