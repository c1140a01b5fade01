import GatewayCore
import GatewayHarness
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

@testable import GatewayHTTP

@Suite("The memory for bodies", .timeLimit(.minutes(10)))
struct BodyMemoryTests {
    private static let user = Principal(subject: "42", isAdmin: false)

    /// Answers with the bytes in use while a body is held, which is read as routes read it.
    private func answer(
        to body: RequestBody, headers: HTTPFields = [:], from caller: Principal? = user, maximum: Int = 1000,
        in memory: BodyMemory
    ) async throws -> TestResponse {
        let router = Router(context: GatewayContext.self)
        router.add(middleware: RequestBoundary(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        router.post("/") { request, context -> Response in
            let request = GatewayRequest(
                request: Request(head: request.head, body: body), context: context, caller: caller, memory: memory)
            let body = try await request.body(maximum: maximum)
            defer { withExtendedLifetime(body) {} }
            return .json(Array("\(memory.bytesInUse)".utf8))
        }
        return try await Application(router: router).test(.router) { client in
            try await client.execute(uri: "/", method: .post, headers: headers)
        }
    }

    private func parts(_ sizes: [Int]) -> RequestBody {
        RequestBody(
            asyncSequence: AsyncStream { stream in
                for size in sizes { stream.yield(ByteBuffer(repeating: 0x20, count: size)) }
                stream.finish()
            }
        )
    }

    @Test(
        "is taken by a body for as long as it is held, by its capacity and not by its parts",
        arguments: [
            ([], 0), ([0, 0], 0), ([10], 10), ([1000], 1000), ([10, 5], 20), ([10, 10, 1], 40), ([400, 400], 800),
            ([400, 400, 10], 1000), ([999, 1], 1000), (Array(repeating: 1, count: 100), 128),
        ])
    func held(sizes: [Int], taken: Int) async throws {
        let memory = BodyMemory(limit: 8000, allowance: 0)
        let answer = try await answer(to: parts(sizes), in: memory)
        #expect(String(buffer: answer.body) == "\(taken)")
        #expect(memory.bytesInUse == 0)
    }

    @Test("is taken up to the length that the request states, not beyond it")
    func stated() async throws {
        let memory = BodyMemory(limit: 8000, allowance: 0)
        let answer = try await answer(to: parts([400, 50]), headers: [.contentLength: "450"], in: memory)
        #expect(String(buffer: answer.body) == "450")
        #expect(memory.bytesInUse == 0)
    }

    @Test("that is used up refuses one more body with 503 and a time to try again, and what that had taken is given back")
    func full() async throws {
        let memory = BodyMemory(limit: 4000, allowance: 0)
        for sizes in [[501], [300, 300], Array(repeating: 10, count: 60)] {
            let answer = try await answer(to: parts(sizes), in: memory)
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.problemCode == "unavailable")
            #expect(answer.headers[.retryAfter] == "1")
            #expect(memory.bytesInUse == 0)
        }
        #expect(try await answer(to: parts([500]), in: memory).status == .ok)
    }

    @Test("has half of it for senders without a token: they leave the other half to clients")
    func anonymous() async throws {
        let memory = BodyMemory(limit: 1000, allowance: 0)
        #expect(try await answer(to: parts([500]), from: nil, in: memory).status == .ok)
        #expect(try await answer(to: parts([501]), from: nil, in: memory).status == .serviceUnavailable)
        #expect(memory.take(500, for: .anonymous))
        #expect(!memory.take(1, for: .anonymous))
        #expect(memory.bytesInUse == 500)
        let users = (1...8).map { BodyMemory.Sender.authenticated(Subject(stored: "user \($0)")) }
        for user in users.prefix(4) { #expect(memory.take(125, for: user)) }
        #expect(!memory.take(1, for: users[4]))
        #expect(try await answer(to: parts([1]), in: memory).status == .serviceUnavailable)
        memory.give(back: 500, of: .anonymous)
        // What clients hold beyond their half is no stranger's.
        for user in users.suffix(4) { #expect(memory.take(125, for: user)) }
        #expect(!memory.take(1, for: .anonymous))
        #expect(memory.bytesInUse == 1000)
    }

    @Test("has an eighth of it for one user, however many connections they have; others are served meanwhile")
    func oneUser() async throws {
        let memory = BodyMemory(limit: 800, allowance: 0)
        let user = BodyMemory.Sender.authenticated(Self.user.subject)
        #expect(memory.take(60, for: user))
        #expect(try await answer(to: parts([41]), in: memory).status == .serviceUnavailable)
        #expect(try await answer(to: parts([40]), in: memory).status == .ok)
        #expect(memory.take(40, for: user))
        #expect(!memory.take(1, for: user))
        #expect(try await answer(to: parts([100]), from: Principal(subject: "7", isAdmin: false), in: memory).status == .ok)
        memory.give(back: 100, of: user)
        #expect(memory.take(100, for: user))
        memory.give(back: 100, of: user)
        #expect(memory.bytesInUse == 0)
    }

    @Test("is free for the first bytes of each body, so that a small one finds room when all of it is used up")
    func allowance() async throws {
        let memory = BodyMemory(limit: 1000, allowance: 100)
        for user in 1...4 { #expect(memory.take(125, for: .authenticated(Subject(stored: "user \(user)")))) }
        #expect(memory.take(500, for: .anonymous))
        for caller in [Self.user, nil] {
            for sizes in [[100], [50, 30, 20], Array(repeating: 1, count: 100)] {
                #expect(try await String(buffer: answer(to: parts(sizes), from: caller, maximum: 100, in: memory).body) == "1000")
            }
            #expect(try await answer(to: parts([101]), from: caller, in: memory).status == .serviceUnavailable)
            #expect(try await answer(to: parts([50, 51]), from: caller, in: memory).status == .serviceUnavailable)
        }
        memory.give(back: 500, of: .anonymous)
        #expect(try await String(buffer: answer(to: parts([300]), from: nil, in: memory).body) == "700")
        #expect(memory.bytesInUse == 500)
    }

    @Test("is not taken by a body that is too large: what is dropped is not in memory")
    func dropped() async throws {
        let memory = BodyMemory(limit: 1000, allowance: 0)
        let stalled = AsyncStream<ByteBuffer>.makeStream()
        stalled.continuation.yield(ByteBuffer(repeating: 0x20, count: 90))
        async let answer = answer(to: RequestBody(asyncSequence: stalled.stream), maximum: 100, in: memory)
        try await eventually("the body has taken what arrived") { memory.bytesInUse == 90 }
        stalled.continuation.yield(ByteBuffer(repeating: 0x20, count: 11))
        try await eventually("it was given back") { memory.bytesInUse == 0 }
        stalled.continuation.finish()
        #expect(try await answer.status == .contentTooLarge)
    }

    @Test("is given back where the sender hangs up", arguments: [nil, 400])
    func hungUp(length: Int?) async throws {
        struct HungUp: Error {}
        let memory = BodyMemory(limit: 4000, allowance: 0)
        let stalled = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
        stalled.continuation.yield(ByteBuffer(repeating: 0x20, count: 300))
        var headers: HTTPFields = [:]
        headers[.contentLength] = length.map(String.init)
        async let answer = answer(to: RequestBody(asyncSequence: stalled.stream), headers: headers, in: memory)
        try await eventually("the body has taken what arrived") { memory.bytesInUse == 300 }
        stalled.continuation.finish(throwing: HungUp())
        #expect(try await answer.status == .internalServerError)
        #expect(memory.bytesInUse == 0)
    }

    @Test("is exact after many bodies at once, refused and read")
    func atOnce() async throws {
        let memory = BodyMemory(limit: 2000, allowance: 0)
        let statuses = try await GatewayHarness.atOnce(200) { number in
            try await answer(
                to: parts(Array(repeating: 100, count: number % 10)), from: number.isMultiple(of: 2) ? nil : Self.user, in: memory
            ).status
        }
        #expect(statuses.allSatisfy { $0 == .ok || $0 == .serviceUnavailable })
        #expect(memory.bytesInUse == 0)
        #expect(memory.take(1000, for: .anonymous) && memory.take(250, for: .authenticated(Self.user.subject)))
    }
}
