import Foundation

/// An HTTP response, as it came over the wire.
struct HTTPAnswer: Sendable, CustomStringConvertible {
    /// The status code.
    let status: Int
    /// Names in lower case, in the order sent.
    let headers: [(name: String, value: String)]
    /// The raw body.
    let body: [UInt8]

    /// The body as text.
    var text: String { String(decoding: body, as: UTF8.self) }

    /// The first header with this name.
    func header(_ name: String) -> String? {
        headers.first { $0.name == name.lowercased() }?.value
    }

    /// The body as JSON.
    func json() throws -> JSONText { try JSONText(parsing: body) }

    /// A member of the body's JSON object; null where the body is no object or has no such member.
    subscript(_ name: String) -> JSONText {
        guard let json = try? json() else { return .null }
        return json[name]
    }

    /// Status, headers and body, for a failed expectation.
    var description: String {
        "\(status)\n" + headers.map { "\($0.name): \($0.value)\n" }.joined() + "\n" + text.prefix(4000)
    }
}
