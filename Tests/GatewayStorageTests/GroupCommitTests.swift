import Dispatch
import GRDB
import GatewayCore
import Glibc
import Synchronization
import Testing

@testable import GatewayStorage

@Suite("Group commit", .timeLimit(.minutes(1)))
struct GroupCommitTests {
    private struct Refused: Error, Equatable { let number: Int }

    /// Keeps the writer busy while `body` hands in its units; it is free again when `body` returns.
    private func whileWriterIsBusy(_ store: SQLiteStore, _ body: () async throws -> Void) async throws {
        let gate = DispatchSemaphore(value: 0)
        store.pool.asyncWriteWithoutTransaction { _ in gate.wait() }
        defer { gate.signal() }
        try await body()
    }

    /// Hands in `count` units at once and gives back how each of them ended.
    private func outcomes(
        of count: Int, on store: SQLiteStore, _ work: @escaping @Sendable (Int, any StoreWriter) throws -> Int64
    ) async throws -> [Int: Result<Int64, any Error>] {
        try await withThrowingTaskGroup(of: (Int, Result<Int64, any Error>).self) { group in
            try await whileWriterIsBusy(store) {
                for number in 0..<count {
                    group.addTask {
                        do {
                            return (number, .success(try await store.write { try work(number, $0) }))
                        } catch {
                            return (number, .failure(error))
                        }
                    }
                }
                try await eventually("all units wait") { store.waitingUnits == count }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

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
                #expect(try await store.read { try $0.order(id)?.userID } == "user-\(number)")
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

    @Test("A unit that fails is rolled back alone, hears its own error, and harms nobody")
    func failuresStayAlone() async throws {
        try await withStore { store throws in
            let transaction = try await store.write { try $0.makeTransaction(intent: "pi_0") }
            let commits = store.statistics.commits
            let outcomes = try await outcomes(of: 30, on: store) { number, writer in
                let order = try writer.makeOrder(user: "user-\(number)")
                if number % 3 == 1 { throw Refused(number: number) }
                if number % 3 == 2 {
                    _ = try writer.makeTransaction(of: order, provider: "mock", intent: transaction.paymentIntentID)
                }
                return order.id
            }
            #expect(store.statistics.commits == commits + 1)
            #expect(store.statistics.failedUnits == 20)
            for (number, outcome) in outcomes {
                switch (number % 3, outcome) {
                case (0, .success): break
                case (1, .failure(let error)): #expect(error as? Refused == Refused(number: number))
                case (2, .failure(let error)):
                    #expect(
                        error as? StoreError
                            == .constraint("payment_transactions.payment_intent_id, payment_transactions.provider")
                    )
                default: Issue.record("\(number): \(outcome)")
                }
            }
            let owners = try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 100)).map(\.userID) }
            #expect(Set(owners) == Set((0..<30).filter { $0 % 3 == 0 }.map { "user-\($0)" } + ["42"]))
            #expect(owners.count == 11)
        }
    }

    @Test("A unit that fails before it has written anything costs the others nothing: each is run once")
    func failureWithoutTrace() async throws {
        try await withStore { store throws in
            let order = try await store.write { writer in
                _ = try writer.makeTransaction(intent: "pi_0")
                return try writer.makeOrder()
            }
            let runs = Mutex(0)
            let outcomes = try await outcomes(of: 10, on: store) { number, writer in
                runs.withLock { $0 += 1 }
                guard number % 2 == 1 else { return try writer.makeOrder().id }
                // A statement that a constraint refuses has written nothing either.
                return try writer.makeTransaction(of: order, intent: "pi_0").id
            }
            #expect(runs.withLock { $0 } == 10)
            #expect(store.statistics.failedUnits == 5)
            #expect(outcomes.values.count { (try? $0.get()) != nil } == 5)
            #expect(try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 100)).count } == 7)
        }
    }

    @Test("After a unit that failed and had written, those of its commit are run again, and for a while none is run twice")
    func failureWithTrace() async throws {
        try await withStore { store throws in
            let runs = Mutex(0)
            for batch in 0...GroupCommit.separatedBatches {
                runs.withLock { $0 = 0 }
                _ = try await outcomes(of: 3, on: store) { number, writer in
                    runs.withLock { $0 += 1 }
                    let order = try writer.makeOrder()
                    if number == 1 { throw Refused(number: number) }
                    return order.id
                }
                // Those up to the culprit, and then all three; the second time counts among the batches with savepoints.
                let isFirst = batch == 0 || batch == GroupCommit.separatedBatches
                #expect((isFirst ? 4...6 : 3...3).contains(runs.withLock { $0 }), "batch \(batch)")
            }
            #expect(store.statistics.commits == GroupCommit.separatedBatches + 1)
            #expect(store.statistics.failedUnits == GroupCommit.separatedBatches + 1)
            let orders = try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 1000)).count }
            #expect(orders == 2 * (GroupCommit.separatedBatches + 1))
        }
    }

    @Test("A row that was changed and could not be read is as it was")
    func changedButUnreadable() async throws {
        try await withStore { store throws in
            let id = try await store.write { try $0.makeOrder().id }
            await #expect(throws: Refused(number: 1)) {
                try await store.write { writer throws in
                    let transaction = try #require(writer as? SQLiteTransaction)
                    _ = try transaction.first("UPDATE orders SET status = 'failed' WHERE id = ? RETURNING id", [id]) { _ in
                        throw Refused(number: 1)
                    }
                }
            }
            #expect(try await store.read { try $0.order(id)?.status } == .pending)
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

    @Test("A constraint's error that the work itself handles undoes one statement only")
    func handledConstraint() async throws {
        try await withStore { store throws in
            _ = try await store.write { try $0.makeTransaction(intent: "pi_0") }
            let id = try await store.write { writer throws in
                let order = try writer.makeOrder()
                #expect(throws: StoreError.self) { try writer.makeTransaction(of: order, intent: "pi_0") }
                return try writer.makeTransaction(of: order, intent: "pi_1").id
            }
            #expect(try await store.read { try $0.transaction(id)?.paymentIntentID } == "pi_1")
        }
    }

    @Test("A commit that fails is told to every unit of it, those that had failed included, and nothing is there")
    func failedCommit() async throws {
        try await withStore { store throws in
            let outcomes = try await outcomes(of: 9, on: store) { number, writer in
                let order = try writer.makeOrder()
                if number == 2 { throw Refused(number: number) }
                if number == 4 {
                    // Foreign keys are looked at by the commit now, and it will find this one broken.
                    let transaction = try #require(writer as? SQLiteTransaction)
                    try transaction.execute("PRAGMA defer_foreign_keys = ON")
                    try transaction.execute(
                        """
                        INSERT INTO transaction_events (transaction_id, type, actor, to_status, created_at)
                        VALUES (99, 't', 'a', 'failed', 1)
                        """
                    )
                }
                return order.id
            }
            for (_, outcome) in outcomes {
                #expect(throws: StoreError.constraint("FOREIGN KEY constraint failed")) { try outcome.get() }
            }
            #expect(try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 10)) } == [])
            #expect(store.statistics.commits == 0)
            _ = try await store.write { try $0.makeOrder() }
        }
    }

    @Test("After a commit in doubt nothing is written any more, not even what waited already; reading goes on")
    func commitInDoubt() async throws {
        try await withStore { store throws in
            _ = try await store.write { try $0.makeOrder() }
            store.pool.add(transactionObserver: FailingCommit(), extent: .databaseLifetime)
            let outcomes = try await outcomes(of: GroupCommit.maximumBatch + 1, on: store) { _, writer in
                try writer.makeOrder().id
            }
            var inDoubt = 0
            for (_, outcome) in outcomes {
                let error = #expect(throws: StoreError.self) { try outcome.get() }
                if case .inDoubt = error { inDoubt += 1 } else { #expect(error == .earlierCommitInDoubt) }
            }
            #expect(inDoubt == GroupCommit.maximumBatch)
            await #expect(throws: StoreError.earlierCommitInDoubt) { try await store.write { try $0.makeOrder() } }
            await #expect(throws: StoreError.earlierCommitInDoubt) { try await store.ping() }
            #expect(try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 10)).count } == 1)
        }
    }

    @Test("A full disk is told to the units that met it; later there is room again")
    func fullDisk() async throws {
        try await withStore { store throws in
            let id = try await store.write { try $0.makeOrder().id }
            try store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1") }
            let outcomes = try await outcomes(of: 4, on: store) { number, writer in
                if number == 1 {
                    try writer.updateOrder(id, status: .failed, at: time(1))
                    return id
                }
                return try writer.insertOrder(
                    NewOrder(userID: "42", amount: try money(1), metadata: ["k": String(repeating: "x", count: 100_000)]),
                    at: time()
                ).id
            }
            for (number, outcome) in outcomes {
                guard case .failure(StoreError.unavailable) = outcome else {
                    if number != 1 { Issue.record("\(number): \(outcome)") }
                    continue
                }
            }
            #expect(try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 10)).count } == 1)
            try store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 100000") }
            _ = try await store.write { try $0.makeOrder() }
        }
    }

    @Test("When SQLite gives up the whole transaction, those undone hear of it and those not yet run are run in another")
    func transactionLost() async throws {
        try await withStore { store throws in
            let order = Mutex<[Int]>([])
            let outcomes = try await outcomes(of: 5, on: store) { number, writer in
                let turn = order.withLock { order in
                    order.append(number)
                    return order.count
                }
                let id = try writer.makeOrder(user: "turn-\(turn)").id
                if turn == 3 {
                    // What SQLite does by itself when a disk is full or a read fails.
                    try #require(writer as? SQLiteTransaction).execute("ROLLBACK")
                    throw Refused(number: number)
                }
                return id
            }
            let turns = order.withLock { $0 }
            for number in turns.prefix(2) {
                let outcome = try #require(outcomes[number])
                #expect(throws: StoreError.unavailable("the transaction was given up")) { try outcome.get() }
            }
            let culprit = try #require(outcomes[turns[2]])
            #expect(throws: Refused(number: turns[2])) { try culprit.get() }
            for number in turns.suffix(2) { _ = try #require(outcomes[number]).get() }
            let owners = try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 10)).map(\.userID) }
            #expect(owners == ["turn-5", "turn-4"])
        }
    }

    @Test("Work that hides such a loss from the writer is not taken for done")
    func hiddenLoss() async throws {
        try await withStore { store throws in
            await #expect(throws: StoreError.self) {
                try await store.write { writer throws in
                    _ = try writer.makeOrder()
                    try #require(writer as? SQLiteTransaction).execute("ROLLBACK")
                    _ = try? writer.makeOrder()
                }
            }
            #expect(try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 10)) } == [])
            _ = try await store.write { try $0.makeOrder() }
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

/// Makes the commits fail as a failed `fsync` does.
private final class FailingCommit: TransactionObserver, Sendable {
    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseWillCommit() throws { throw DatabaseError(resultCode: .SQLITE_IOERR_FSYNC) }
    func databaseDidCommit(_ db: Database) {}
    func databaseDidRollback(_ db: Database) {}
}
