import GRDB
import GatewayCore
import Synchronization

/// The one writer. It takes all units of work that wait, runs them one after the other, commits once, and then answers all.
///
/// Durability costs one `fdatasync` for each commit; while one is under way, others gather for the next. Alone, a unit waits for
/// nobody: it is taken at once, and where whoever hands it in may block its thread, on that thread.
///
/// - A unit that throws is undone alone and harms no other. See ``UnitOfWork/Separation`` for how.
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

    /// After so many batches in savepoints it is tried without: where units that have written fail again and again, hardly any work is
    /// done twice.
    static let separatedBatches = 64

    private struct State {
        var prompt: [UnitOfWork] = []
        var patient: [UnitOfWork] = []
        /// Whether the writer's queue has been asked for a turn that has not ended.
        var isScheduled = false
        /// Whether no work is taken any more. What waits is still done.
        var isClosed = false
        /// Whether a commit is in doubt. Nothing is done any more, not even what waits.
        var isInDoubt = false
        /// For how many more batches units get savepoints.
        var separatedBatches = 0
        var statistics = WriteStatistics()

        var refusal: StoreError? { isClosed ? .closed : isInDoubt ? .earlierCommitInDoubt : nil }

        /// Removes what the next commit does: prompt units, and behind them some patient ones, however many are prompt.
        mutating func takeBatch() -> [UnitOfWork] {
            let few = patient.prefix(GroupCommit.patientBatch)
            let batch = Array(prompt.prefix(GroupCommit.maximumBatch - few.count) + few)
            prompt.removeFirst(batch.count - few.count)
            patient.removeFirst(few.count)
            return batch
        }

        mutating func nextSeparation() -> UnitOfWork.Separation {
            guard separatedBatches > 0 else { return .none }
            separatedBatches -= 1
            return .savepoints
        }
    }

    private let pool: DatabasePool
    private let state = Mutex(State())

    private let identity: IdentityFile?
    private let onCommitInDoubt: @Sendable () -> Void

    /// - Parameter identity: is given the numbers of each commit, before anybody is answered.
    init(pool: DatabasePool, identity: IdentityFile?, onCommitInDoubt: @escaping @Sendable () -> Void) {
        self.pool = pool
        self.identity = identity
        self.onCommitInDoubt = onCommitInDoubt
    }

    /// What has been written since the start.
    var statistics: WriteStatistics { state.withLock { $0.statistics } }

    /// Units that have been handed in and not yet taken.
    var waiting: Int { state.withLock { $0.prompt.count + $0.patient.count } }

    /// Why nothing is written any more; nil while all is well.
    var refusal: StoreError? { state.withLock { $0.refusal } }

    /// Runs `work` as a unit of the next commit and returns when that is on disk.
    func write<Value: Sendable>(
        in turn: WriteTurn = .prompt, _ work: @escaping @Sendable (SQLiteTransaction) throws -> Value
    ) async throws -> Value {
        let mayBlock = currentBlockingExecutor() != nil
        return try await withCheckedThrowingContinuation { continuation in
            let unit = UnitOfWork(
                work: { transaction in
                    let value = try work(transaction)
                    return { continuation.resume(returning: value) }
                },
                fail: { continuation.resume(throwing: $0) }
            )
            guard enqueue(unit, in: turn) else { return }
            if mayBlock { commitHere() } else { schedule() }
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

    /// - Returns: whether the writer has to be asked for a turn.
    private func enqueue(_ unit: UnitOfWork, in turn: WriteTurn) -> Bool {
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
        return isFirst
    }

    /// One commit for each turn on the writer's queue, so that its other users get theirs.
    private func schedule() {
        pool.asyncWriteWithoutTransaction { database in
            if self.commitWaiting(on: database) { self.schedule() }
        }
    }

    /// The same on this thread, which spares a single client the way to the queue's thread and back, twice for each payment. Only one
    /// batch: what gathers meanwhile is done on the queue's.
    private func commitHere() {
        let hasMore = pool.writeWithoutTransaction { database in commitWaiting(on: database) }
        if hasMore { schedule() }
    }

    /// Commits one batch of what waits.
    ///
    /// - Returns: whether there is more.
    private func commitWaiting(on database: Database) -> Bool {
        var rest = state.withLock { $0.takeBatch() }[...]
        while !rest.isEmpty { rest = commit(rest, on: database) }
        return state.withLock { state in
            state.isScheduled = !state.prompt.isEmpty || !state.patient.isEmpty
            return state.isScheduled
        }
    }

    /// Runs units in one transaction.
    ///
    /// - Returns: those that are to be run in another one: SQLite gave up the transaction before it came to them, or they have to be
    ///   kept apart.
    private func commit(_ units: ArraySlice<UnitOfWork>, on database: Database) -> ArraySlice<UnitOfWork> {
        let (isInDoubt, separation) = state.withLock { ($0.isInDoubt, $0.nextSeparation()) }
        if isInDoubt {
            for unit in units { unit.fail(StoreError.earlierCommitInDoubt) }
            return []
        }
        var answers: [@Sendable () -> Void] = []
        var ran = 0
        var failed = 0
        var phase = DatabasePhase.statement
        var numbers: HighestNumbers?
        do {
            try database.inTransaction(.immediate) {
                let transaction = SQLiteTransaction(database: database)
                for unit in units {
                    ran += 1
                    switch try unit.run(in: transaction, by: separation) {
                    case .success(let answer): answers.append(answer)
                    case .failure(let error):
                        failed += 1
                        answers.append { unit.fail(error) }
                    }
                }
                if identity != nil { numbers = try HighestNumbers.read(in: transaction) }
                phase = .commit
                return .commit
            }
            if let numbers { identity?.record(numbers) }
            let succeeded = ran - failed
            state.withLock { $0.statistics.count(succeeded: succeeded, failed: failed) }
            for answer in answers { answer() }
            LogCheckpoint.runIfDue(on: database)
            return []
        } catch is UnitOfWork.MustBeSeparated {
            state.withLock { state in
                state.separatedBatches = Self.separatedBatches
                state.statistics.countRepeat()
            }
            return units
        } catch let lost as UnitOfWork.TransactionLost {
            // The culprit hears its own error, those before it that all is undone, and those after it know nothing of it.
            for unit in units.prefix(ran - 1) { unit.fail(StoreError.transactionGivenUp) }
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
}

extension StoreError {
    /// What a unit hears that was undone with all others of its transaction.
    static let transactionGivenUp = StoreError.unavailable("the transaction was given up")
    /// What a closed store answers.
    static let closed = StoreError.unavailable("the database is closed")
    /// What a store answers whose last commit may or may not be on disk.
    static let earlierCommitInDoubt = StoreError.unavailable("an earlier commit is in doubt: the gateway has to be started anew")
}
