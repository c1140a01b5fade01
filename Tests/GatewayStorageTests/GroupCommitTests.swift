import Dispatch
import GatewayCore
import Glibc
import Testing

@testable import GatewayStorage

@Suite("Group commit", .timeLimit(.minutes(10)))
struct GroupCommitTests {
    @Test("A unit alone is committed alone, at once")
    func alone() async throws {
        try await withStore { store throws in
            for _ in 0..<3 { _ = try await store.write { try $0.makeOrder() } }
            #expect(store.statistics.commits == 3)
            #expect(store.statistics.units == 3)
            #expect(store.statistics.largestBatch == 1)
        }
    }

    @Test("What waits at the same time shares commits of bounded size, and every unit gets its own answer")
    func shared() async throws {
        try await withStore { store throws in
            let count = 2 * GroupCommit.maximumBatch + 88
            let outcomes = try await outcomes(of: count, on: store) { number, writer in
                try writer.makeOrder(user: "user-\(number)").id
            }
            #expect(store.statistics.commits == 3)
            #expect(store.statistics.units == count)
            #expect(store.statistics.largestBatch == GroupCommit.maximumBatch)
            #expect(outcomes.count == count)
            for (number, outcome) in outcomes {
                let id = try outcome.get()
                #expect(try await store.read { try $0.order(id)?.userID.text } == "user-\(number)")
            }
        }
    }

    @Test("A crowd of patient units goes a few with each commit, and a prompt one that comes after all of them before them")
    func patience() async throws {
        try await withStore { store throws in
            let count = 3 * GroupCommit.patientBatch
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await whileWriterIsBusy(store) {
                    for _ in 0..<count {
                        group.addTask { _ = try await store.write(in: .patient) { try $0.makeOrder(user: "crowd") } }
                    }
                    try await eventually("all patient units wait") { store.waitingUnits == count }
                    group.addTask { _ = try await store.write { try $0.makeOrder(user: "alone") } }
                    try await eventually("the prompt one waits too") { store.waitingUnits == count + 1 }
                }
                try await group.waitForAll()
            }
            #expect(try await store.read { try $0.order(1)?.userID } == "alone")
            #expect(store.statistics.commits == 3)
            #expect(store.statistics.largestBatch == GroupCommit.patientBatch + 1)
        }
    }

    @Test("Whoever may block its thread has a unit that is alone committed there, and one among others by the writer's")
    func commitOnTheSpot() async throws {
        try await withStore { store throws in
            @Sendable func isCommittedHere() async throws -> Bool {
                let thread = currentThread()
                return try await store.write { _ in currentThread() == thread }
            }
            let own = OwnThread()
            let alone = try await Task(executorPreference: own) { try await isCommittedHere() }.value
            #expect(alone)
            #expect(try await !isCommittedHere())

            let others = try await withThrowingTaskGroup(of: Bool.self) { group in
                try await whileWriterIsBusy(store) {
                    group.addTask { try await isCommittedHere() }
                    try await eventually("a unit waits") { store.waitingUnits == 1 }
                    group.addTask(executorPreference: own) { try await isCommittedHere() }
                    try await eventually("two wait") { store.waitingUnits == 2 }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(others == [false, false])
            #expect(store.statistics.commits == 3)
        }
    }

    @Test("Cancelling the task that waits undoes nothing, and the answer still comes")
    func cancellation() async throws {
        try await withStore { store throws in
            let task = Task { try await store.write { try $0.makeOrder().id } }
            try await whileWriterIsBusy(store) {
                let cancelled = Task { try await store.write { try $0.makeOrder(user: "cancelled").id } }
                try await eventually("the unit waits") { store.waitingUnits >= 1 }
                cancelled.cancel()
                task.cancel()
            }
            _ = try await task.value
            try await eventually("both are written") {
                try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 10)).count } == 2
            }
        }
    }

    @Test("A reader sees all of a transaction or nothing of it, and is not kept waiting by the writer")
    func snapshots() async throws {
        try await withStore { store throws in
            let inside = DispatchSemaphore(value: 0)
            let gate = DispatchSemaphore(value: 0)
            async let written = store.write { writer throws in
                let id = try writer.makeOrder().id
                inside.signal()
                gate.wait()
                return id
            }
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async {
                    inside.wait()
                    continuation.resume()
                }
            }
            #expect(try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 10)) } == [])
            gate.signal()
            let id = try await written
            #expect(try await store.read { try $0.order(id) } != nil)
        }
    }

    @Test("A reader can't write, whatever it is cast to")
    func readersOnlyRead() async throws {
        try await withStore { store throws in
            await #expect(throws: StoreError.self) {
                try await store.read { try #require($0 as? any StoreWriter).makeOrder() }
            }
        }
    }
}

/// A thread that may be blocked.
private final class OwnThread: BlockingExecutor {
    private let queue = DispatchQueue(label: "own thread")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

private func currentThread() -> pthread_t { pthread_self() }
