import GRDB
import GRDBSQLite
import GatewayCore

/// What one caller wants written, and how it hears of it.
struct UnitOfWork: Sendable {
    /// Does the work; what it returns answers the waiting task once the commit is on disk. It may be run once more, where the first
    /// time was undone.
    let work: @Sendable (SQLiteTransaction) throws -> @Sendable () -> Void
    /// Answers the waiting task with an error.
    let fail: @Sendable (any Error) -> Void

    /// How units of one transaction are kept apart, should one of them fail.
    enum Separation {
        /// By nothing. A unit that fails has mostly written nothing, and then there is nothing to undo; where it has, everything is undone,
        /// and all units are run again in savepoints. Savepoints cost a sixth of SQLite's time: each copies every page that it is the
        /// first to touch.
        case none
        /// By a savepoint for each, to which it is rolled back.
        case savepoints
    }

    /// All is to be undone and run again, with savepoints.
    struct MustBeSeparated: Error {}

    /// SQLite has rolled back the whole transaction, or has to.
    struct TransactionLost: Error {
        let cause: any Error
    }

    /// Runs the unit in the transaction that is open.
    ///
    /// - Returns: its answer, or its own error, and then nothing of it is left in the transaction.
    /// - Throws: ``MustBeSeparated``, ``TransactionLost``.
    func run(in transaction: SQLiteTransaction, by separation: Separation) throws -> Result<@Sendable () -> Void, any Error> {
        if separation == .savepoints { try transaction.execute("SAVEPOINT unit") }
        let changesBefore = transaction.totalChanges
        do {
            let answer = try work(transaction)
            guard transaction.isOpen else { throw StoreError.transactionGivenUp }
            if separation == .savepoints { try transaction.execute("RELEASE unit") }
            return .success(answer)
        } catch let cause {
            // SQLite may answer a full disk or a failed read with a rollback of everything: then there is nothing to go back to.
            guard transaction.isOpen else { throw TransactionLost(cause: cause) }
            switch separation {
            case .none:
                guard transaction.totalChanges == changesBefore else { throw MustBeSeparated() }
            case .savepoints:
                do {
                    transaction.ends.forget()
                    try transaction.execute("ROLLBACK TO unit")
                    try transaction.execute("RELEASE unit")
                } catch {
                    throw TransactionLost(cause: cause)
                }
            }
            return .failure(cause)
        }
    }
}

extension SQLiteTransaction {
    /// Whether it is still there: SQLite ends one by itself where it cannot undo a statement alone.
    fileprivate var isOpen: Bool { sqlite3_get_autocommit(database.sqliteConnection) == 0 }

    /// The rows that the connection has changed since it was opened; those of a statement that failed are not counted
    /// (https://www.sqlite.org/c3ref/total_changes.html).
    fileprivate var totalChanges: Int64 { sqlite3_total_changes64(database.sqliteConnection) }
}
