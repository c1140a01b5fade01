import GRDB
import GRDBSQLite
import GatewayCore

/// One transaction on one connection: a writer's, or a reader's snapshot, on which SQLite refuses every write.
///
/// Statements are prepared once for each connection, by GRDB, and stepped here, on the connection's own queue: SQLite is asked
/// directly, where GRDB would look each time whether the queue is the right one. Every SQLite error leaves here as a
/// ``GatewayCore/StoreError``.
struct SQLiteTransaction: StoreWriter {
    /// The connection. It must not be used outside the closure that it was given to.
    let database: Database
    private let statements = PreparedStatements()
    /// Where the history's chains end after what this transaction has written.
    let ends = HistoryEnds()

    /// Runs a statement.
    ///
    /// - Returns: the number of rows it changed.
    @discardableResult
    func execute(_ sql: String, _ arguments: [any SQLiteBindable] = []) throws -> Int {
        try step(sql, arguments) { _ in }
        return Int(sqlite3_changes(database.sqliteConnection))
    }

    /// Runs an INSERT.
    ///
    /// - Returns: the new row's id.
    func insert(_ sql: String, _ arguments: [any SQLiteBindable]) throws -> Int64 {
        try execute(sql, arguments)
        return sqlite3_last_insert_rowid(database.sqliteConnection)
    }

    /// Runs an INSERT with ON CONFLICT DO NOTHING.
    ///
    /// - Returns: the new row's id; nil where the row was there before.
    func insertUnlessThere(_ sql: String, _ arguments: [any SQLiteBindable]) throws -> Int64? {
        try execute(sql, arguments) == 1 ? sqlite3_last_insert_rowid(database.sqliteConnection) : nil
    }

    /// Runs a statement that must find its row.
    ///
    /// - Throws: ``GatewayCore/StoreError/constraint(_:)`` where it found none, so that the transaction falls with it.
    func executeOnRow(of table: String, _ sql: String, _ arguments: [any SQLiteBindable]) throws {
        guard try execute(sql, arguments) == 1 else { throw StoreError.constraint("\(table): no such row") }
    }

    /// All rows of a query.
    func all<Value>(_ sql: String, _ arguments: [any SQLiteBindable], _ decode: (SQLiteRow) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        try step(sql, arguments) { values.append(try decode($0)) }
        return values
    }

    /// The first row of a query.
    func first<Value>(
        _ sql: String, _ arguments: [any SQLiteBindable], _ decode: (SQLiteRow) throws -> Value
    ) throws -> Value? {
        var value: Value?
        try step(sql, arguments) { if value == nil { value = try decode($0) } }
        return value
    }

    /// Steps a statement to its end. One with RETURNING is done only then.
    ///
    /// The statement keeps addresses of texts that are gone when this returns. It reads none of them before it is bound again.
    private func step(_ sql: String, _ arguments: [any SQLiteBindable], _ visit: (SQLiteRow) throws -> Void) throws {
        do {
            // After a loss of the transaction that SQLite has rolled back by itself, each statement would commit alone.
            guard sqlite3_get_autocommit(database.sqliteConnection) == 0 else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
            let statement = try statements.statement(sql, on: database).sqliteStatement
            // SQLite would restart the statement, with other arguments.
            guard sqlite3_stmt_busy(statement) == 0 else {
                throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "the statement is run within its own rows")
            }
            guard sqlite3_bind_parameter_count(statement) == arguments.count else {
                throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "\(arguments.count) arguments do not fit the statement")
            }
            // As many bytes as Swift takes from the stack.
            try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1024) { memory in
                // A statement that is not reset holds its read lock.
                defer { sqlite3_reset(statement) }
                var binding = SQLiteBinding(of: statement, texts: memory)
                for argument in arguments {
                    let code = binding.bind(argument)
                    guard code == SQLITE_OK else { throw failure(code) }
                }
                while true {
                    switch sqlite3_step(statement) {
                    case SQLITE_ROW: try visit(SQLiteRow(of: statement))
                    case SQLITE_DONE: return
                    case let code: throw failure(code)
                    }
                }
            }
        } catch let error as DatabaseError {
            throw StoreError(error, during: .statement)
        }
    }

    private func failure(_ code: Int32) -> DatabaseError {
        DatabaseError(resultCode: ResultCode(rawValue: code), message: database.lastErrorMessage)
    }
}
