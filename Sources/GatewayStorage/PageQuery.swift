import ProviderAPI

/// A page of a table, in the order of creation: by time, then by id, so that any filter and any range of time is one walk along one
/// index, and deep pages cost what the first one does.
///
/// Where columns before the time are left open, each of their combinations is a range of the index in that order. ``merge(_:_:)`` walks
/// them side by side, as SQLite merges the parts of a UNION ALL: each part is read only as far as the page needs it.
///
/// The index is named in the statement. Without statistics SQLite guesses between two that fit, and a wrong guess among ten million
/// rows reads them all; an index that can't serve the statement is an error at once.
struct PageQuery {
    private let table: String
    private let columns: String
    private let index: String
    private var conditions = ["deleted_at IS NULL"]
    private var arguments: [any SQLiteBindable] = []
    private var alternatives: [[any SQLiteBindable]] = [[]]
    private var alternativeCondition: String?
    private let order: Order

    /// Which rows come first.
    enum Order: String {
        case newestFirst = "DESC"
        case oldestFirst = "ASC"
    }

    init(_ columns: String, from table: String, by index: String, _ order: Order = .newestFirst) {
        self.columns = columns
        self.table = table
        self.index = index
        self.order = order
    }

    /// Adds a condition without a value.
    mutating func require(_ condition: String) {
        conditions.append(condition)
    }

    /// Adds `condition` where there is a value for its question mark.
    mutating func filter(_ condition: String, _ value: (any SQLiteBindable)?) {
        guard let value else { return }
        conditions.append(condition)
        arguments.append(value)
    }

    /// Only rows for which `condition` holds with one of the lists of values: one for each question mark.
    mutating func merge(_ condition: String, _ values: [[any SQLiteBindable]]) {
        alternativeCondition = condition
        alternatives = values
    }

    /// Only rows after this one in the order of pages.
    mutating func resume(after position: PagePosition) {
        conditions.append("(created_at, id) \(order == .newestFirst ? "<" : ">") (?, ?)")
        arguments.append(position.createdAt.unixMilliseconds)
        arguments.append(position.id)
    }

    /// The statement and its arguments.
    func statement(limit: Int) -> (sql: String, arguments: [any SQLiteBindable]) {
        let conditions = (conditions + [alternativeCondition].compactMap(\.self)).joined(separator: " AND ")
        let part = "SELECT \(columns) FROM \(table) INDEXED BY \(index) WHERE \(conditions)"
        let sql = """
            \(alternatives.map { _ in part }.joined(separator: " UNION ALL ")) \
            ORDER BY created_at \(order.rawValue), id \(order.rawValue) LIMIT ?
            """
        return (sql, alternatives.flatMap { arguments + $0 } + [max(0, limit)])
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
