import GatewayHarness
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

@testable import GatewayHTTP

@Suite("A request that is slow to arrive", .timeLimit(.minutes(10)))
struct RequestDeadlineTests {
    /// Sends parts of requests, one write each, to a server that gives a request this time, and returns all that it answers until it
    /// closes the connection or has answered so often.
    private func answers(
        to parts: [String], until answered: Int = .max, within deadline: TimeAmount = .milliseconds(100)
    ) async throws -> String {
        let router = Router(context: GatewayContext.self)
        router.add(middleware: RequestBoundary(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        router.post("/") { request, context -> Response in
            let body = try await GatewayRequest(request: request, context: context, caller: nil, memory: BodyMemory()).body()
            return .json(Array("{\"count\":\(body.bytes.count)}".utf8))
        }
        let application = Application(router: router, server: GatewayServer.testBuilder(deadline: deadline))
        return try await application.test(.live) { client in
            guard let port = client.port else { throw HarnessError("the server has no port") }
            return try await onOwnThread {
                let connection = try SocketConnection(port: port)
                for part in parts { _ = connection.send(Array(part.utf8)) }
                var text = ""
                while text.components(of: "HTTP/1.1 ") < answered {
                    let bytes = try connection.receive()
                    if bytes.isEmpty { break }
                    text += String(decoding: bytes, as: UTF8.self)
                }
                return text
            }
        }
    }

    private let head = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n\r\n"

    @Test("is answered with 400 once its time is over, and the connection is closed")
    func late() async throws {
        let text = try await answers(to: [head, "12"])
        #expect(text.hasPrefix("HTTP/1.1 400 "))
        #expect(text.contains("did not arrive within"))
        #expect(text.components(of: "HTTP/1.1 ") == 1)
    }

    @Test("is answered in the same way where it does not tell its length")
    func lateInChunks() async throws {
        let chunked = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        let text = try await answers(to: [chunked, "2\r\n12\r\n"])
        #expect(text.hasPrefix("HTTP/1.1 400 "))
        #expect(text.contains("did not arrive within"))
    }

    @Test("does not harm the one before it on the same connection, and time counts for each anew")
    func pipelined() async throws {
        // A busy machine may take longer than the shortest time over the requests that are whole.
        var text = ""
        for deadline in [TimeAmount.milliseconds(100), .seconds(2), .seconds(60)] {
            text = try await answers(to: [head + "1234" + head, "1234", head + "1"], within: deadline)
            if text.components(of: "HTTP/1.1 200 ") == 2 { break }
        }
        #expect(text.components(of: "HTTP/1.1 200 ") == 2)
        #expect(text.components(of: "\"count\":4") == 2)
        #expect(text.components(of: "HTTP/1.1 400 ") == 1)
    }

    @Test("is read to its end where it comes in pieces in time")
    func pieces() async throws {
        let text = try await answers(to: [head, "1", "2", "3", "4"], until: 1, within: .seconds(300))
        #expect(text.hasPrefix("HTTP/1.1 200 "))
    }
}

extension String {
    /// How often a text is in it.
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
