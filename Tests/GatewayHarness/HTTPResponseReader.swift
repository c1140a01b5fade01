import Foundation

/// Reads HTTP/1.1 responses off a connection (RFC 9112).
package struct HTTPResponseReader {
    private let connection: SocketConnection
    private var buffer: [UInt8] = []

    /// A reader at the start of a response.
    package init(_ connection: SocketConnection) {
        self.connection = connection
    }

    /// The next response; interim ones (1xx) are skipped.
    ///
    /// - Throws: ``HarnessError`` where the connection ends before the response does.
    package mutating func next() throws -> HTTPAnswer {
        while true {
            let statusLine = try line()
            let parts = statusLine.split(separator: " ")
            guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), let status = Int(parts[1]) else {
                throw HarnessError("not an HTTP response: \(statusLine)")
            }
            var headers: [(name: String, value: String)] = []
            while case let field = try line(), !field.isEmpty {
                let pair = field.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                headers.append((pair[0].lowercased(), pair.count > 1 ? pair[1].trimmingCharacters(in: .whitespaces) : ""))
            }
            if (100..<200).contains(status) { continue }
            return HTTPAnswer(status: status, headers: headers, body: try body(status: status, headers: headers))
        }
    }

    private mutating func body(status: Int, headers: [(name: String, value: String)]) throws -> [UInt8] {
        func value(_ name: String) -> String? { headers.first { $0.name == name }?.value }
        if status == 204 || status == 304 { return [] }
        if value("transfer-encoding")?.lowercased() == "chunked" {
            var body: [UInt8] = []
            while true {
                let sizeLine = try line()
                guard let size = Int(sizeLine.prefix { $0 != ";" }, radix: 16) else {
                    throw HarnessError("bad chunk size: \(sizeLine)")
                }
                if size == 0 { break }
                body += try take(size)
                _ = try line()
            }
            while try !line().isEmpty {}
            return body
        }
        if let length = value("content-length").flatMap({ Int($0) }) { return try take(length) }
        while case let more = try connection.receive(), !more.isEmpty { buffer += more }
        return buffer
    }

    private mutating func line() throws -> String {
        var searched = 0
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: buffer[..<end], as: UTF8.self)
                buffer.removeFirst(end + 1)
                return line.hasSuffix("\r") ? String(line.dropLast()) : line
            }
            searched = buffer.count
            try readMore()
        }
    }

    private mutating func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count { try readMore() }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    private mutating func readMore() throws {
        let more = try connection.receive()
        guard !more.isEmpty else {
            throw HarnessError("the connection was closed in the middle of a response, \(buffer.count) bytes into it")
        }
        buffer += more
    }
}
