import GRDB
import GatewayCore

/// One transaction on one connection: a writer's, or a reader's snapshot, on which SQLite refuses every write.
///
/// Statements are prepared once for each connection. Every SQLite error leaves here as a ``GatewayCore/StoreError``.
struct SQLiteTransaction: StoreWriter {
    /// The connection. It must not be used outside the closure that it was given to.
    let database: Database

    /// Runs a statement.
    ///
    /// - Returns: the number of rows it changed.
    @discardableResult
    func execute(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Int {
        try reportingStoreErrors {
            try database.cachedStatement(sql: sql).execute(arguments: arguments)
            return database.changesCount
        }
    }

    /// Runs an INSERT.
    ///
    /// - Returns: the new row's id.
    func insert(_ sql: String, _ arguments: StatementArguments) throws -> Int64 {
        try execute(sql, arguments)
        return database.lastInsertedRowID
    }

    /// Runs a statement that must find its row.
    ///
    /// - Throws: ``GatewayCore/StoreError/constraint(_:)`` where it found none, so that the transaction falls with it.
    func executeOnRow(of table: String, _ sql: String, _ arguments: StatementArguments) throws {
        guard try execute(sql, arguments) == 1 else { throw StoreError.constraint("\(table): no such row") }
    }

    /// All rows of a query. A statement with RETURNING is done only when all its rows were read, so those come through here too.
    func all<Value>(_ sql: String, _ arguments: StatementArguments, _ decode: (Row) throws -> Value) throws -> [Value] {
        try reportingStoreErrors {
            let rows = try Row.fetchCursor(try database.cachedStatement(sql: sql), arguments: arguments)
            var values: [Value] = []
            while let row = try rows.next() { values.append(try decode(row)) }
            return values
        }
    }

    /// The first row of a query.
    func first<Value>(_ sql: String, _ arguments: StatementArguments, _ decode: (Row) throws -> Value) throws -> Value? {
        try all(sql, arguments, decode).first
    }

    private func reportingStoreErrors<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw StoreError(error, during: .statement)
        }
    }
}
