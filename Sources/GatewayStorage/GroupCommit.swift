import GRDB
import GatewayCore
import Synchronization

/// The one writer. It takes all units of work that wait, runs each in a savepoint of its own, commits once, and then answers all.
///
/// Durability costs one `fdatasync` for each commit; while one is under way, others gather for the next. Alone, a unit waits for
/// nobody: it is taken at once.
///
/// - A unit that throws is rolled back to its savepoint and harms no other.
/// - **Nobody is answered before the commit**, not even a unit that failed: what it decided may rest on what another unit of the
///   same batch wrote, and that is true only once it is on disk.
/// - Where the commit fails, every unit of the batch gets its error. After a commit that is in doubt nothing is written any more:
///   a second `fdatasync` may succeed without the pages of the first.
/// - Cancelling the waiting task changes nothing: what has been handed in is done, and its answer is returned.
final class GroupCommit: Sendable {
    /// The most units of one commit, so that the last of them does not wait for thousands.
    static let maximumBatch = 256
    /// The most patient units among them, so that a prompt one which comes meanwhile waits for a few milliseconds.
    static let patientBatch = 32

    private struct Unit: Sendable {
        /// Does the work; what it returns answers the waiting task once the commit is on disk.
        let run: @Sendable (SQLiteTransaction) throws -> @Sendable () -> Void
        /// Answers the waiting task with an error.
        let fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var prompt: [Unit] = []
        var patient: [Unit] = []
        /// Whether the writer's queue has been asked for a turn that has not ended.
        var isScheduled = false
        /// Whether no work is taken any more. What waits is still done.
        var isClosed = false
        /// Whether a commit is in doubt. Nothing is done any more, not even what waits.
        var isInDoubt = false
        var statistics = WriteStatistics()

        var refusal: StoreError? { isClosed ? .closed : isInDoubt ? .earlierCommitInDoubt : nil }

        /// Removes what the next commit does: prompt units, and behind them some patient ones, however many are prompt.
        mutating func takeBatch() -> [Unit] {
            let few = patient.prefix(GroupCommit.patientBatch)
            let batch = Array(prompt.prefix(GroupCommit.maximumBatch - few.count) + few)
            prompt.removeFirst(batch.count - few.count)
            patient.removeFirst(few.count)
            return batch
        }
    }

    private let pool: DatabasePool
    private let state = Mutex(State())

    private let onCommitInDoubt: @Sendable () -> Void

    init(pool: DatabasePool, onCommitInDoubt: @escaping @Sendable () -> Void) {
        self.pool = pool
        self.onCommitInDoubt = onCommitInDoubt
    }

    /// What has been written since the start.
    var statistics: WriteStatistics { state.withLock { $0.statistics } }

    /// Units that have been handed in and not yet taken.
    var waiting: Int { state.withLock { $0.prompt.count + $0.patient.count } }

    /// Why nothing is written any more; nil while all is well.
    var refusal: StoreError? { state.withLock { $0.refusal } }

    /// Runs `work` in a savepoint of the next commit and returns when that is on disk.
    func write<Value: Sendable>(
        in turn: WriteTurn = .prompt, _ work: @escaping @Sendable (SQLiteTransaction) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            enqueue(
                Unit(
                    run: { transaction in
                        let value = try work(transaction)
                        return { continuation.resume(returning: value) }
                    },
                    fail: { continuation.resume(throwing: $0) }
                ), in: turn
            )
        }
    }

    /// Takes no more work, does what waits, and then runs `last` on the writer's connection.
    func finish(_ last: @escaping @Sendable (Database) -> Void) async {
        let wasClosed = state.withLock { state in
            defer { state.isClosed = true }
            return state.isClosed
        }
        if wasClosed { return }
        await withCheckedContinuation { continuation in
            pool.asyncWriteWithoutTransaction { database in
                while self.commitWaiting(on: database) {}
                last(database)
                continuation.resume()
            }
        }
    }

    private func enqueue(_ unit: Unit, in turn: WriteTurn) {
        let (refusal, isFirst) = state.withLock { state -> (StoreError?, Bool) in
            if let refusal = state.refusal { return (refusal, false) }
            switch turn {
            case .prompt: state.prompt.append(unit)
            case .patient: state.patient.append(unit)
            }
            defer { state.isScheduled = true }
            return (nil, !state.isScheduled)
        }
        if let refusal { unit.fail(refusal) }
        if isFirst { schedule() }
    }

    /// One commit for each turn on the writer's queue, so that its other users get theirs.
    private func schedule() {
        pool.asyncWriteWithoutTransaction { database in
            if self.commitWaiting(on: database) { self.schedule() }
        }
    }

    /// Commits one batch of what waits.
    ///
    /// - Returns: whether there may be more.
    private func commitWaiting(on database: Database) -> Bool {
        let batch = state.withLock { state -> [Unit] in
            let batch = state.takeBatch()
            if batch.isEmpty { state.isScheduled = false }
            return batch
        }
        if batch.isEmpty { return false }
        var rest = batch[...]
        while !rest.isEmpty { rest = commit(rest, on: database) }
        return true
    }

    /// Runs units in one transaction.
    ///
    /// - Returns: those that have not been run, because SQLite gave up the transaction before it came to them.
    private func commit(_ units: ArraySlice<Unit>, on database: Database) -> ArraySlice<Unit> {
        if state.withLock({ $0.isInDoubt }) {
            for unit in units { unit.fail(StoreError.earlierCommitInDoubt) }
            return []
        }
        var answers: [@Sendable () -> Void] = []
        var ran = 0
        var failed = 0
        var phase = DatabasePhase.statement
        do {
            try database.inTransaction(.immediate) {
                for unit in units {
                    ran += 1
                    switch try run(unit, on: database) {
                    case .success(let answer): answers.append(answer)
                    case .failure(let error):
                        failed += 1
                        answers.append { unit.fail(error) }
                    }
                }
                phase = .commit
                return .commit
            }
            let succeeded = ran - failed
            state.withLock { $0.statistics.count(succeeded: succeeded, failed: failed) }
            for answer in answers { answer() }
            return []
        } catch let lost as TransactionLost {
            // The culprit hears its own error, those before it that all is undone, and those after it know nothing of it.
            for unit in units.prefix(ran - 1) { unit.fail(StoreError.unavailable("the transaction was given up")) }
            units[units.startIndex + ran - 1].fail(lost.cause)
            return units.dropFirst(ran)
        } catch {
            let failure =
                (error as? StoreError) ?? (error as? DatabaseError).map { StoreError($0, during: phase) }
                ?? .inDoubt("the commit failed")
            if case .inDoubt = failure {
                state.withLock { $0.isInDoubt = true }
                onCommitInDoubt()
            }
            for unit in units { unit.fail(failure) }
            return []
        }
    }

    /// Runs one unit in a savepoint.
    ///
    /// - Throws: ``TransactionLost`` where not only the unit was undone.
    private func run(_ unit: Unit, on database: Database) throws -> Result<@Sendable () -> Void, any Error> {
        let transaction = SQLiteTransaction(database: database)
        try transaction.execute("SAVEPOINT unit")
        do {
            let answer = try unit.run(transaction)
            try transaction.execute("RELEASE unit")
            return .success(answer)
        } catch let cause {
            // SQLite may answer a full disk or a failed read with a rollback of everything: then there is no savepoint any more.
            do {
                try transaction.execute("ROLLBACK TO unit")
                try transaction.execute("RELEASE unit")
            } catch {
                throw TransactionLost(cause: cause)
            }
            return .failure(cause)
        }
    }

    /// SQLite has rolled back the whole transaction, or has to.
    private struct TransactionLost: Error {
        let cause: any Error
    }
}

extension StoreError {
    /// What a closed store answers.
    static let closed = StoreError.unavailable("the database is closed")
    /// What a store answers whose last commit may or may not be on disk.
    static let earlierCommitInDoubt = StoreError.unavailable("an earlier commit is in doubt: the gateway has to be started anew")
}
