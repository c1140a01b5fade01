import ProviderAPI

/// A page of a table, newest first: by time of creation, then by id, so that any filter and any range of time is one walk along
/// one index, and deep pages cost what the first one does.
///
/// The index is named in the statement. Without statistics SQLite guesses between two that fit, and a wrong guess among ten million
/// rows reads them all; an index that can't serve the statement is an error at once.
struct PageQuery {
    private let table: String
    private let columns: String
    private let index: String
    private var conditions = ["deleted_at IS NULL"]
    private var arguments: [any SQLiteBindable] = []

    init(_ columns: String, from table: String, by index: String) {
        self.columns = columns
        self.table = table
        self.index = index
    }

    /// Adds `condition` where there is a value for its question mark.
    mutating func filter(_ condition: String, _ value: (any SQLiteBindable)?) {
        guard let value else { return }
        conditions.append(condition)
        arguments.append(value)
    }

    /// Only rows after this one in the order of pages.
    mutating func resume(after position: PagePosition) {
        conditions.append("(created_at, id) < (?, ?)")
        arguments.append(position.createdAt.unixMilliseconds)
        arguments.append(position.id)
    }

    /// The statement and its arguments.
    func statement(limit: Int) -> (sql: String, arguments: [any SQLiteBindable]) {
        let sql = """
            SELECT \(columns) FROM \(table) INDEXED BY \(index) WHERE \(conditions.joined(separator: " AND ")) \
            ORDER BY created_at DESC, id DESC LIMIT ?
            """
        return (sql, arguments + [max(0, limit)])
    }
}

/// A row's place in the order of pages.
struct PagePosition {
    let createdAt: Timestamp
    let id: Int64
}

extension SQLiteTransaction {
    /// Where the row with this id stands, deleted or not; nil where there is none.
    func pagePosition(of id: Int64, in table: String) throws -> PagePosition? {
        try first("SELECT created_at FROM \(table) WHERE id = ?", [id]) { row in
            PagePosition(createdAt: Timestamp(unixMilliseconds: row[0]), id: id)
        }
    }
}
