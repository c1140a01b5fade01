import GatewayHarness
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import GatewayHTTP

@Suite("A connection that takes its time", .timeLimit(.minutes(10)))
struct ConnectionTimesTests {
    /// Sends texts, one write each, to a server with these times, and returns all that it answers until it closes the connection.
    private func answers(to parts: [String], _ times: ConnectionTimes) async throws -> String {
        let router = Router(context: GatewayContext.self)
        router.add(middleware: RequestBoundary(logger: .silent))
        router.get("/") { _, _ in "here" }
        let server = GatewayServer.testBuilder(times: times)
        return try await Application(router: router, server: server).test(.live) { client in
            guard let port = client.port else { throw HarnessError("the server has no port") }
            return try await onOwnThread {
                let connection = try SocketConnection(port: port, timeout: .seconds(300))
                for part in parts { _ = connection.send(Array(part.utf8)) }
                var text = ""
                while case let bytes = try connection.receive(), !bytes.isEmpty { text += String(decoding: bytes, as: UTF8.self) }
                return text
            }
        }
    }

    private func times(head: TimeAmount = .hours(1), idle: TimeAmount = .hours(1)) -> ConnectionTimes {
        var times = ConnectionTimes()
        times.head = head
        times.idle = idle
        return times
    }

    @Test("gets 408 where the head of its request does not arrive in time")
    func slowHead() async throws {
        let text = try await answers(to: ["GET / HTTP/1.1\r\nHo"], times(head: .milliseconds(50)))
        #expect(text.hasPrefix("HTTP/1.1 408 "))
        #expect(text.contains("did not arrive in time") && text.contains("connection: close"))
    }

    @Test("gets its answer first where the head of the next request is late")
    func slowSecondHead() async throws {
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        let text = try await answers(to: [request, "GET"], times(head: .milliseconds(50), idle: .seconds(20)))
        #expect(text.hasPrefix("HTTP/1.1 200 "))
        // Where both came in one read, the time for idle connections ends it, without a word.
        #expect(text.ranges(of: "HTTP/1.1 ").count == (text.contains("408") ? 2 : 1))
    }

    @Test("is closed without a word where it sends nothing, before its first request and after an answer")
    func idle() async throws {
        #expect(try await answers(to: [], times(idle: .milliseconds(50))).isEmpty)
        let text = try await answers(to: ["GET / HTTP/1.1\r\nHost: a\r\n\r\n"], times(idle: .milliseconds(50)))
        #expect(text.hasPrefix("HTTP/1.1 200 ") && text.hasSuffix("here"))
    }

    @Test("has 10 seconds for a head and 60 seconds between requests")
    func defaults() {
        #expect(ConnectionTimes().head == .seconds(10) && ConnectionTimes().idle == .seconds(60))
    }
}
