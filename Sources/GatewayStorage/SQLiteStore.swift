import Dispatch
import GRDB
package import GatewayCore

/// The books in one SQLite file: one connection that writes and checkpoints, and read-only ones for everybody else.
///
/// Only one connection writes because SQLite before 3.51.3 can corrupt a write-ahead log that two connections reset at once.
package final class SQLiteStore: GatewayStore {
    /// The file.
    package let path: String
    package let installation: String
    /// The migrations that this opening has run, in order; none where the schema was current.
    package let appliedMigrations: [String]

    let pool: DatabasePool
    private let writer: GroupCommit
    private let lock: DatabaseLock?
    private let identity: IdentityFile?

    init(
        path: String, pool: DatabasePool, installation: String, appliedMigrations: [String], lock: DatabaseLock?,
        identity: IdentityFile?, onCommitInDoubt: @escaping @Sendable () -> Void
    ) {
        self.path = path
        self.pool = pool
        self.installation = installation
        self.appliedMigrations = appliedMigrations
        self.lock = lock
        self.identity = identity
        writer = GroupCommit(pool: pool, identity: identity, onCommitInDoubt: onCommitInDoubt)
    }

    /// Cancelling the task does not end the read.
    package func read<Value: Sendable>(
        _ work: @escaping @Sendable (any StoreReader) throws -> Value
    ) async throws -> Value {
        // A commit in doubt does not stop reading: what is seen was committed.
        if writer.refusal == .closed { throw StoreError.closed }
        return try await withCheckedThrowingContinuation { continuation in
            pool.asyncRead { access in
                continuation.resume(
                    with: Result {
                        do {
                            return try work(SQLiteTransaction(database: try access.get()))
                        } catch let error as DatabaseError {
                            throw StoreError(error, during: .statement)
                        }
                    }
                )
            }
        }
    }

    /// Shares its commit with whoever writes at the same time. Cancelling the task does not undo the work, nor end the wait.
    package func write<Value: Sendable>(
        in turn: WriteTurn, _ work: @escaping @Sendable (any StoreWriter) throws -> Value
    ) async throws -> Value {
        try await writer.write(in: turn) { try work($0) }
    }

    /// What the writer has done since the start.
    package var statistics: WriteStatistics { writer.statistics }

    /// Units of work that wait for the writer, for metrics.
    package var waitingUnits: Int { writer.waiting }

    /// Checks that the books can be read and written: for readiness.
    ///
    /// - Throws: ``GatewayCore/StoreError``.
    package func ping() async throws {
        if let refusal = writer.refusal { throw refusal }
        _ = try await read { try $0.order(0) }
    }

    /// Does what waits, moves the write-ahead log into the database, closes all connections and gives up the lock.
    /// Afterwards every read and write is ``GatewayCore/StoreError/unavailable(_:)``. Closing twice does nothing.
    package func close() async {
        let pool = pool
        let lock = lock
        let identity = identity
        await writer.finish { database in
            // Not moved while somebody reads; it stays in the log then, where the next start finds it.
            if !database.configuration.readonly { _ = try? database.checkpoint(.truncate) }
        }
        await withCheckedContinuation { continuation in
            // Waits for readers, and so not on a thread of the tasks.
            DispatchQueue.global().async {
                try? pool.close()
                identity?.close()
                lock?.release()
                continuation.resume()
            }
        }
    }
}
