import Dispatch
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Synchronization
import Testing

@testable import GatewayHTTP

@Suite("A body's JSON", .timeLimit(.minutes(10)))
struct LargeBodyTests {
    /// Runs jobs one after the other, as an event loop does, and counts them.
    private final class CountingExecutor: TaskExecutor {
        private let queue = DispatchQueue(label: "counting")
        private let jobs = Atomic(0)

        var count: Int { jobs.load(ordering: .sequentiallyConsistent) }

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            jobs.add(1, ordering: .sequentiallyConsistent)
            queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    /// How often the task came back to its connection's thread while this body was read as JSON.
    private func returns(bytes: Int) async throws -> Int {
        let text = #"{"a":""#
        let body = Array((text + String(repeating: "x", count: bytes - text.utf8.count - 2) + #""}"#).utf8)
        #expect(body.count == bytes)
        var received = ReceivedBody(in: BodyMemory(), from: .anonymous)
        let isTaken = received.append(ByteBuffer(bytes: body), maximum: bytes)
        #expect(isTaken)
        let result = Mutex<Int?>(nil)
        let router = Router(context: GatewayContext.self)
        router.post("/") { [received] request, context -> Response in
            let request = GatewayRequest(request: request, context: context, caller: nil, memory: BodyMemory())
            let executor = CountingExecutor()
            let returns = try await withTaskExecutorPreference(executor) {
                let before = executor.count
                let members = try await request.object(in: received, mayBeEmpty: false)
                #expect(members.count == 1)
                return executor.count - before
            }
            result.withLock { $0 = returns }
            return .json([])
        }
        try await Application(router: router).test(.router) { client in
            let answer = try await client.execute(uri: "/", method: .post, headers: [.contentType: "application/json"])
            #expect(answer.status == .ok)
        }
        return try #require(result.withLock { $0 })
    }

    @Test("is read on the connection's thread up to 16 KiB, and elsewhere beyond it")
    func elsewhere() async throws {
        #expect(try await returns(bytes: 16 * 1024) == 0)
        #expect(try await returns(bytes: 16 * 1024 + 1) > 0)
    }
}
