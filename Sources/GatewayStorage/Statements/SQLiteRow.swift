import GRDBSQLite
import GatewayCore

/// The row that a statement stands on, valid until the statement's next step. Columns count from 0.
///
/// Values are read from SQLite's own memory, with no copy of the row between: see ``SQLiteBindable``.
struct SQLiteRow {
    fileprivate let statement: OpaquePointer

    init(of statement: OpaquePointer) {
        self.statement = statement
    }

    /// A column's value. NOT NULL and STRICT hold the types: a column that can be NULL is read as an optional.
    subscript<Value: SQLiteReadable>(_ column: Int) -> Value { Value.read(column, of: self) }
}

/// A value that a column can be read as.
protocol SQLiteReadable {
    static func read(_ column: Int, of row: SQLiteRow) -> Self
}

extension SQLiteRow {
    fileprivate func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }

    /// A NULL where there must be none would be read as zero or as nothing: the schema does not hold what it says.
    fileprivate func requireValue(_ column: Int) {
        precondition(!isNull(column), "column \(column) is NULL")
    }
}

extension Int64: SQLiteReadable {
    static func read(_ column: Int, of row: SQLiteRow) -> Int64 {
        row.requireValue(column)
        return sqlite3_column_int64(row.statement, Int32(column))
    }
}

extension Int: SQLiteReadable {
    static func read(_ column: Int, of row: SQLiteRow) -> Int { Int(Int64.read(column, of: row)) }
}

extension Bool: SQLiteReadable {
    static func read(_ column: Int, of row: SQLiteRow) -> Bool { Int64.read(column, of: row) != 0 }
}

extension String: SQLiteReadable {
    static func read(_ column: Int, of row: SQLiteRow) -> String {
        row.requireValue(column)
        // In this order: the number of bytes is that of the text just asked for.
        guard let start = sqlite3_column_text(row.statement, Int32(column)) else { return "" }
        let count = Int(sqlite3_column_bytes(row.statement, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
}

extension Subject: SQLiteReadable {
    static func read(_ column: Int, of row: SQLiteRow) -> Subject { Subject(stored: String.read(column, of: row)) }
}

/// A BLOB.
extension [UInt8]: SQLiteReadable {
    static func read(_ column: Int, of row: SQLiteRow) -> [UInt8] {
        row.requireValue(column)
        guard let start = sqlite3_column_blob(row.statement, Int32(column)) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(row.statement, Int32(column)))))
    }
}

extension Optional: SQLiteReadable where Wrapped: SQLiteReadable {
    static func read(_ column: Int, of row: SQLiteRow) -> Wrapped? {
        row.isNull(column) ? nil : Wrapped.read(column, of: row)
    }
}
