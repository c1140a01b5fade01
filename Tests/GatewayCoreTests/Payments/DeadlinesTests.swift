import Synchronization
import Testing

@testable import GatewayCore

@Suite("Many deadlines with one timer", .timeLimit(.minutes(10)))
struct DeadlinesTests {
    private func withDeadlines(_ body: (Deadlines) async throws -> Void) async throws {
        let deadlines = Deadlines()
        try await withThrowingTaskGroup { group in
            group.addTask { await deadlines.run() }
            try await body(deadlines)
            group.cancelAll()
        }
    }

    /// Waits for a deadline.
    private func wait(for duration: Duration, of deadlines: Deadlines) async throws {
        let over = FirstResult<Void>()
        _ = deadlines.set(after: duration) { over.deliver(.success(())) }
        try await over.value
    }

    @Test("Each comes at its own time, and those that are set after a pause too")
    func times() async throws {
        try await withDeadlines { deadlines in
            for _ in 0..<2 {
                let over = try await withThrowingTaskGroup { group in
                    for number in [3, 1, 2] {
                        group.addTask {
                            let start = ContinuousClock.now
                            try await wait(for: .milliseconds(250 * number), of: deadlines)
                            #expect(.now - start >= .milliseconds(250 * number))
                            return number
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(over.sorted() == [1, 2, 3])
            }
        }
    }

    @Test("One that is called off never comes, and harms no other")
    func calledOff() async throws {
        let came = Mutex(0)
        var late = 0
        try await withDeadlines { deadlines in
            for _ in 0..<200 {
                let due = ContinuousClock.now + .milliseconds(50)
                deadlines.callOff(deadlines.set(after: .milliseconds(50)) { came.withLock { $0 += 1 } })
                // The machine had something else to do meanwhile: this one may come.
                if due <= .now { late += 1 }
            }
            try await wait(for: .milliseconds(200), of: deadlines)
        }
        #expect(late < 200)
        #expect(came.withLock { $0 } <= late)
    }

    @Test("All come at once when nobody watches over them any more, and so do those that are set later")
    func end() async throws {
        let came = Mutex<[String]>([])
        let deadlines = Deadlines()
        _ = deadlines.set(after: .seconds(3600)) { came.withLock { $0.append("set before") } }
        let watch = Task { await deadlines.run() }
        watch.cancel()
        await watch.value
        _ = deadlines.set(after: .seconds(3600)) { came.withLock { $0.append("set after") } }
        #expect(came.withLock { $0 } == ["set before", "set after"])
    }
}
