import ProviderAPI

/// Reads the columns of one row by their position, in the order of the SELECT.
///
/// NOT NULL and STRICT hold the types; what a type of the domain can't take is an ``UnreadableRow``.
struct ColumnReader {
    let row: SQLiteRow
    let table: String
    let id: Int64

    /// - Parameter row: a row whose first column is its id.
    init(_ row: SQLiteRow, of table: String) {
        self.row = row
        self.table = table
        self.id = row[0]
    }

    /// A time.
    func timestamp(_ index: Int) -> Timestamp { Timestamp(unixMilliseconds: row[index]) }

    /// A value of an enumeration.
    func value<Value: RawRepresentable>(_ index: Int, _ column: String, as type: Value.Type = Value.self) throws -> Value
    where Value.RawValue == String {
        guard let value = Value(rawValue: row[index]) else { throw unreadable(column) }
        return value
    }

    /// An amount, from its columns of minor units and of currency.
    func money(_ amount: Int, _ currency: Int) throws -> Money {
        guard let currency = Currency(row[currency] as String) else { throw unreadable("currency") }
        return Money(minorUnits: row[amount], currency: currency)
    }

    /// A client's pairs.
    func pairs(_ index: Int, _ column: String) throws -> [String: String] {
        try reading(column) { try JSONColumn.decode(pairs: row[index]) }
    }

    /// JSON.
    func json<Value: Decodable>(_ index: Int, _ column: String, as type: Value.Type = Value.self) throws -> Value {
        try reading(column) { try JSONColumn.decode(row[index]) }
    }

    /// JSON, or nil where the column is NULL.
    func optionalJSON<Value: Decodable>(_ index: Int, _ column: String, as type: Value.Type = Value.self) throws -> Value? {
        guard let text = row[index] as String? else { return nil }
        return try reading(column) { try JSONColumn.decode(text) }
    }

    /// The error for a column.
    func unreadable(_ column: String) -> UnreadableRow { UnreadableRow(table: table, id: id, column: column) }

    /// A decoding error quotes what it read, so it does not leave here.
    private func reading<Value>(_ column: String, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch { throw unreadable(column) }
    }
}
