import GatewayHarness
import Synchronization
import Testing

@testable import GatewayCore

@Suite("Many deadlines with one timer", .timeLimit(.minutes(10)))
struct DeadlinesTests {
    private let clock = HeldClock()

    private func withDeadlines(_ body: (Deadlines) async throws -> Void) async throws {
        let deadlines = Deadlines(clock: clock)
        try await withThrowingTaskGroup { group in
            group.addTask { await deadlines.run() }
            try await body(deadlines)
            group.cancelAll()
        }
    }

    @Test("Each comes at its own time, and those that are set after a pause too")
    func times() async throws {
        try await withDeadlines { deadlines in
            for _ in 0..<2 {
                let start = clock.now
                let came = Mutex<[Int: Duration]>([:])
                for number in [3, 1, 2] {
                    _ = deadlines.set(after: .milliseconds(250 * number)) { [clock] in
                        came.withLock { $0[number] = start.duration(to: clock.now) }
                    }
                }
                try await eventually("all have come") {
                    clock.advance(by: .milliseconds(10))
                    return came.withLock { $0.count } == 3
                }
                for (number, time) in came.withLock({ $0 }) { #expect(time >= .milliseconds(250 * number)) }
            }
        }
    }

    @Test("One that is called off never comes, and harms no other")
    func calledOff() async throws {
        let came = Mutex<[String]>([])
        try await withDeadlines { deadlines in
            for _ in 0..<200 {
                deadlines.callOff(deadlines.set(after: .milliseconds(50)) { came.withLock { $0.append("called off") } })
            }
            _ = deadlines.set(after: .milliseconds(200)) { came.withLock { $0.append("left") } }
            try await eventually("the one that is left has come") {
                clock.advance(by: .milliseconds(10))
                return !came.withLock { $0.isEmpty }
            }
        }
        #expect(came.withLock { $0 } == ["left"])
    }

    @Test("All come at once when nobody watches over them any more, and so do those that are set later")
    func end() async throws {
        let came = Mutex<[String]>([])
        let deadlines = Deadlines(clock: clock)
        _ = deadlines.set(after: .seconds(3600)) { came.withLock { $0.append("set before") } }
        let watch = Task { await deadlines.run() }
        watch.cancel()
        await watch.value
        _ = deadlines.set(after: .seconds(3600)) { came.withLock { $0.append("set after") } }
        #expect(came.withLock { $0 } == ["set before", "set after"])
    }
}
