import GatewayHarness
import Hummingbird
import HummingbirdTesting
import NIOCore
import Synchronization
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

    private final class Flag: Sendable {
        let isSet = Atomic(false)
    }

    @Test("is closed where its client does not read the answer")
    func unread() async throws {
        let isCutOff = Flag()
        let router = Router(context: GatewayContext.self)
        router.get("/") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    do {
                        for _ in 0..<2000 { try await writer.write(ByteBuffer(repeating: 0, count: 1 << 16)) }
                        try await writer.finish(nil)
                    } catch {
                        isCutOff.isSet.store(true, ordering: .relaxed)
                        throw error
                    }
                })
        }
        var times = times()
        times.stall = .milliseconds(50)
        try await Application(router: router, server: GatewayServer.testBuilder(times: times)).test(.live) { client in
            guard let port = client.port else { throw HarnessError("the server has no port") }
            let connection = try await onOwnThread {
                let connection = try SocketConnection(port: port, timeout: .seconds(300))
                _ = connection.send(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
                return connection
            }
            try await eventually("the answer is cut off") { isCutOff.isSet.load(ordering: .relaxed) }
            withExtendedLifetime(connection) {}
        }
    }

    @Test("has 10 seconds for a head and 60 seconds between requests")
    func defaults() {
        #expect(ConnectionTimes().head == .seconds(10) && ConnectionTimes().idle == .seconds(60))
    }
}
