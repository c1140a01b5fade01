import Foundation

/// An HTTP request whose every byte is the test's to choose.
package struct HTTPRequest: Sendable {
    /// The method.
    package var method: String
    /// Path and query.
    package var path: String
    /// Beyond `Host`, `Connection` and `Content-Length`, which ``send(toPort:timeout:)`` adds.
    package var headers: [(name: String, value: String)]
    /// The body; nil for none.
    package var body: [UInt8]?

    /// A request with nothing but what is given.
    package init(method: String = "GET", path: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }

    /// Sends it over a connection of its own and reads the answer.
    ///
    /// A server may answer and close before it has read all of a large body: what it said is read all the same.
    ///
    /// - Throws: ``HarnessError`` where there is no whole answer.
    package func send(toPort port: Int, timeout: Duration = hangLimit) async throws -> HTTPAnswer {
        try await onOwnThread {
            let connection = try SocketConnection(port: port, timeout: timeout)
            _ = connection.send(bytes(port: port))
            var reader = HTTPResponseReader(connection)
            let answer: HTTPAnswer
            do {
                answer = try reader.next()
            } catch {
                throw HarnessError("\(method) \(path): \(error)")
            }
            try AnswerLog.record(answer, to: self)
            return answer
        }
    }

    private func bytes(port: Int) -> [UInt8] {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
        for header in headers { head += "\(header.name): \(header.value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        return Array((head + "\r\n").utf8) + (body ?? [])
    }
}

/// Sends bytes as they are and reads one answer: for what no client library would send.
package func sendRaw(_ bytes: [UInt8], toPort port: Int, timeout: Duration = hangLimit) async throws -> HTTPAnswer {
    try await onOwnThread {
        let connection = try SocketConnection(port: port, timeout: timeout)
        _ = connection.send(bytes)
        var reader = HTTPResponseReader(connection)
        return try reader.next()
    }
}
