import GatewayCore
import GatewayHarness
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

@testable import GatewayHTTP

@Suite("A refusal of a request that is still arriving", .timeLimit(.minutes(10)))
struct LingeringCloseTests {
    /// Sends parts of requests to a server that refuses `/refused` unread and reads any other body. Returns what it answers until it
    /// closes the connection, or until it has answered so often.
    private func answers(to parts: [String], until answered: Int = .max) async throws -> String {
        let router = Router(context: GatewayContext.self)
        router.add(middleware: RequestBoundary(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        router.post("/refused") { _, _ -> Response in throw GatewayError(.notFound, "There is no such thing.") }
        router.post("/taken") { request, context -> Response in
            let request = GatewayRequest(request: request, context: context, caller: nil, memory: BodyMemory())
            return .json(Array("\(try await request.body().bytes.count)".utf8))
        }
        return try await Application(router: router, server: GatewayServer.testBuilder(deadline: .minutes(5))).test(.live) {
            client in
            guard let port = client.port else { throw HarnessError("the server has no port") }
            return try await onOwnThread {
                let connection = try SocketConnection(port: port, timeout: .seconds(300))
                for part in parts { _ = connection.send(Array(part.utf8)) }
                var text = ""
                while text.ranges(of: "HTTP/1.1 ").count < answered {
                    let bytes = try connection.receive()
                    if bytes.isEmpty { break }
                    text += String(decoding: bytes, as: UTF8.self)
                }
                return text
            }
        }
    }

    private func head(_ path: String, length: Int, more: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: \(length)\r\n\(more)\r\n"
    }

    @Test("says so and closes the connection, though the sender sends no more")
    func halfSent() async throws {
        let text = try await answers(to: [head("/refused", length: 1000), "12"])
        #expect(text.hasPrefix("HTTP/1.1 404 "))
        #expect(text.lowercased().contains("connection: close"))
        #expect(text.contains("not_found"))
    }

    @Test("closes the connection where the length is not told, too")
    func chunked() async throws {
        let head = "POST /refused HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        let text = try await answers(to: [head, "2\r\n12\r\n"])
        #expect(text.hasPrefix("HTTP/1.1 404 "))
        #expect(text.lowercased().contains("connection: close"))
    }

    @Test("does not take what still arrives for another request")
    func smuggled() async throws {
        let text = try await answers(to: [head("/refused", length: 1000), head("/taken", length: 0)])
        #expect(text.hasPrefix("HTTP/1.1 404 "))
        #expect(text.ranges(of: "HTTP/1.1 ").count == 1)
    }

    @Test("reaches a sender that reads nothing before it has sent all")
    func wholeBodyFirst() async throws {
        let text = try await answers(to: [head("/refused", length: 4 << 20), String(repeating: "x", count: 4 << 20)])
        #expect(text.hasPrefix("HTTP/1.1 404 "))
        #expect(text.ranges(of: "HTTP/1.1 ").count == 1)
    }

    @Test("leaves the connection open where the whole request was there")
    func whole() async throws {
        let refused = head("/refused", length: 2) + "12"
        let text = try await answers(to: [refused + refused + head("/taken", length: 3) + "123"], until: 3)
        #expect(text.ranges(of: "HTTP/1.1 404 ").count == 2)
        #expect(text.ranges(of: "HTTP/1.1 200 ").count == 1)
        #expect(!text.lowercased().contains("connection: close"))
    }
}
