import Foundation

/// An HTTP response, as it came over the wire.
package struct HTTPAnswer: Sendable, CustomStringConvertible {
    /// The status code.
    package let status: Int
    /// Names in lower case, in the order sent.
    package let headers: [(name: String, value: String)]
    /// The raw body.
    package let body: [UInt8]

    /// An answer from its parts, for clients of another make.
    package init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The body as text.
    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The first header with this name.
    package func header(_ name: String) -> String? {
        headers.first { $0.name == name.lowercased() }?.value
    }

    /// The body as JSON.
    package func json() throws -> JSONText { try JSONText(parsing: body) }

    /// A member of the body's JSON object; null where the body is no object or has no such member.
    package subscript(_ name: String) -> JSONText {
        guard let json = try? json() else { return .null }
        return json[name]
    }

    /// Status, headers and body, for a failed expectation.
    package var description: String {
        "\(status)\n" + headers.map { "\($0.name): \($0.value)\n" }.joined() + "\n" + text.prefix(4000)
    }
}
