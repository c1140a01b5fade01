import GatewayCore
import GatewayHarness
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

@testable import GatewayHTTP

@Suite("The framing of requests", .timeLimit(.minutes(10)))
struct FramingTests {
    /// What a server with three routes answers: `/`, `/take`, which reads its body, and `/end`.
    private struct Exchange: Sendable {
        var text = ""
        var statuses: [Int] { text.matches(of: #/HTTP/1\.1 ([0-9]{3}) /#).compactMap { Int($0.1) } }
        var probes: Int { text.ranges(of: "the end").count }
    }

    /// Sends parts to a server, one write each, and reads until it closes the connection, or before each further part until it has
    /// answered with so many statuses.
    private func exchange(
        _ parts: [[UInt8]], statusesBetween: Int? = nil, log: CapturedLog = CapturedLog()
    ) async throws -> Exchange {
        let logger = Logger(label: "test") { _ in log }
        let router = Router(context: GatewayContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: RequestBoundary(logger: logger))
        router.get("/") { _, _ in "here" }
        router.get("/end") { _, _ in "the end" }
        router.post("/take") { request, context -> Response in
            let request = GatewayRequest(request: request, context: context, caller: nil, memory: BodyMemory())
            return .json(Array("\(try await request.body().bytes.count)".utf8))
        }
        let server = GatewayServer.builder(limit: ConnectionLimit(100, logger: logger), refusals: RefusalLog(logger: logger))
        return try await Application(router: router, server: server).test(.live) { client in
            guard let port = client.port else { throw HarnessError("the server has no port") }
            return try await onOwnThread {
                let connection = try SocketConnection(port: port, timeout: .seconds(300))
                var exchange = Exchange()
                for (index, part) in parts.enumerated() {
                    while let statusesBetween, index > 0, exchange.statuses.count < statusesBetween {
                        exchange.text += String(decoding: try connection.receive(), as: UTF8.self)
                    }
                    _ = connection.send(part)
                }
                while case let bytes = try connection.receive(), !bytes.isEmpty {
                    exchange.text += String(decoding: bytes, as: UTF8.self)
                }
                return exchange
            }
        }
    }

    private static let probe = Array("GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)

    @Test("is held to RFC 9112", arguments: FramingCase.all)
    func corpus(_ framing: FramingCase) async throws {
        let log = CapturedLog()
        let bytes = framing.bytes.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        let exchange = try await exchange([bytes + Self.probe], log: log)
        #expect(exchange.statuses == framing.statuses + (framing.isKept ? [200] : []), "\(exchange.text)")
        // What follows a request that is refused is never taken for another one.
        #expect(exchange.probes == (framing.isKept ? 1 : 0))
        #expect(!log.lines.contains { $0.hasPrefix("error ") || $0.hasPrefix("warning ") })
        guard let last = framing.statuses.last, last >= 400, !framing.isKept else { return }
        #expect(exchange.text.contains("application/problem+json") && exchange.text.lowercased().contains("connection: close"))
    }

    @Test("has a corpus of at least 70 cases, each with a name of its own")
    func size() {
        #expect(FramingCase.all.count >= 70)
        #expect(Set(FramingCase.all.map(\.name)).count == FramingCase.all.count)
    }

    @Test("A client that waits for 100 Continue gets it, and then sends its body")
    func expectContinue() async throws {
        let head = "POST /take HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\n"
        let exchange = try await exchange([Array(head.utf8), Array("abc".utf8)], statusesBetween: 1)
        #expect(exchange.statuses == [100, 200], "\(exchange.text)")
        #expect(exchange.text.hasSuffix("3"))
    }

    @Test("A client that waits for 100 Continue with a body that no route takes is refused instead")
    func expectTooMuch() async throws {
        let head = "POST /take HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 100000000\r\n\r\n"
        let exchange = try await exchange([Array(head.utf8)])
        #expect(exchange.statuses == [413], "\(exchange.text)")
    }

    @Test("The lines of refused requests are a sample under load, and say how many are missing")
    func sampledLines() {
        let log = CapturedLog()
        let refusals = RefusalLog(logger: Logger(label: "test") { _ in log }, now: { .uptimeNanoseconds(5_000_000_000) })
        for _ in 0..<1000 { refusals.refused(.late) }
        #expect(log.lines.count == RefusalLog.fullLines + 10)
        #expect(log.lines.filter { $0.contains("unwritten=99") }.count == 9, "\(log.lines.suffix(10))")
    }

    @Test("The time in a refusal is written as HTTP writes it")
    func date() {
        #expect(RequestRefusal.date(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }
}
