import GatewayCore
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

@testable import GatewayHTTP

@Suite("A body on its way", .timeLimit(.minutes(10)))
struct RequestBodyTests {
    /// Answers with the number of bytes that a body of these parts has, read as routes read it.
    private func answer(
        to body: RequestBody, headers: HTTPFields = [:], maximum: Int = 10, within deadline: Duration = .seconds(300)
    ) async throws -> TestResponse {
        let router = Router(context: GatewayContext.self)
        router.add(middleware: RequestBoundary(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        router.post("/") { request, context -> Response in
            let replaced = Request(head: request.head, body: body)
            let body = try await GatewayRequest(request: replaced, context: context, caller: nil, memory: BodyMemory()).body(
                maximum: maximum, within: deadline)
            return .json(Array("\(body.bytes.count)".utf8))
        }
        return try await Application(router: router).test(.router) { client in
            try await client.execute(uri: "/", method: .post, headers: headers)
        }
    }

    private func parts(_ sizes: Int...) -> RequestBody {
        RequestBody(
            asyncSequence: AsyncStream { stream in
                for size in sizes { stream.yield(ByteBuffer(repeating: 0x20, count: size)) }
                stream.finish()
            }
        )
    }

    @Test("is put together from its parts")
    func whole() async throws {
        #expect(try await String(buffer: answer(to: parts(3, 0, 7)).body) == "10")
        #expect(try await String(buffer: answer(to: parts()).body) == "0")
    }

    @Test("is refused as soon as it is too large, whether its length was told or not")
    func tooLarge() async throws {
        for answer in [try await answer(to: parts(11)), try await answer(to: parts(5, 5, 1))] {
            #expect(answer.status == .contentTooLarge)
            #expect(answer.problemCode == "payload_too_large")
            #expect(String(buffer: answer.body).contains("at most 10 bytes"))
        }
        // The length alone decides: nothing of the body is waited for.
        let stalled = AsyncStream<ByteBuffer>.makeStream()
        let told = try await answer(to: RequestBody(asyncSequence: stalled.stream), headers: [.contentLength: "11"])
        #expect(told.status == .contentTooLarge)
        stalled.continuation.finish()
    }

    @Test("is given up where it does not arrive in time, however steadily it trickles")
    func deadline() async throws {
        let stalled = AsyncStream<ByteBuffer>.makeStream()
        stalled.continuation.yield(ByteBuffer(string: "{"))
        let answer = try await answer(to: RequestBody(asyncSequence: stalled.stream), within: .milliseconds(20))
        #expect(answer.status == .badRequest)
        #expect(answer.problemCode == "invalid_request")
        #expect(String(buffer: answer.body).contains("did not arrive within"))

        let trickle = AsyncStream<ByteBuffer> {
            await Task.yield()
            return Task.isCancelled ? nil : ByteBuffer(string: " ")
        }
        let given = try await self.answer(to: RequestBody(asyncSequence: trickle), maximum: .max, within: .milliseconds(20))
        #expect(given.problemCode == "invalid_request")
        #expect(GatewayRequest.bodyDeadline == .seconds(10))
    }
}
