import ProviderAPI

/// A page of a table in the order of a time, mostly that of creation: by time, then by id, so that any filter and any range of time is
/// one walk along one index, and deep pages cost what the first one does.
///
/// Where columns before the time are left open, each of their combinations is a range of the index in that order. ``merge(_:_:)`` walks
/// them side by side, as SQLite merges the parts of a UNION ALL: each part is read only as far as the page needs it.
///
/// The index is named in the statement. Without statistics SQLite guesses between two that fit, and a wrong guess among ten million
/// rows reads them all; an index that can't serve the statement is an error at once.
struct PageQuery {
    private let table: String
    private let columns: String
    private let time: Time
    private var conditions = ["deleted_at IS NULL"]
    private var arguments: [any SQLiteBindable] = []
    private var ranges: [Range]
    private let order: Order

    /// A range of an index, with a condition of its own.
    private struct Range {
        let index: String
        var condition: String?
        var arguments: [any SQLiteBindable] = []
    }

    /// The column that rows are sorted by.
    enum Time: String {
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    /// Which rows come first.
    enum Order: String {
        case newestFirst = "DESC"
        case oldestFirst = "ASC"
    }

    init(_ columns: String, from table: String, by index: String, _ order: Order = .newestFirst) {
        self.columns = columns
        self.table = table
        self.order = order
        time = .createdAt
        ranges = [Range(index: index)]
    }

    /// A page sorted by `time`, over indexes that hold different rows.
    ///
    /// - Parameter indexes: partial ones, each with its condition, word for word: SQLite takes them for nothing else.
    init(
        _ columns: String, from table: String, by indexes: KeyValuePairs<String, String>, sortedBy time: Time,
        _ order: Order = .newestFirst
    ) {
        self.columns = columns
        self.table = table
        self.order = order
        self.time = time
        ranges = indexes.map { Range(index: $0.key, condition: $0.value) }
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
        ranges = ranges.flatMap { range in values.map { Range(index: range.index, condition: condition, arguments: $0) } }
    }

    /// Only rows from one time on, before another, and after a place; each is left open where it is nil.
    ///
    /// One bound at an end: were two given, SQLite might start its walk at the looser one.
    mutating func restrict(from: Timestamp?, to: Timestamp?, after position: PagePosition?) {
        filter("\(time.rawValue) >= ?", from?.unixMilliseconds)
        if let position {
            resume(after: position)
            if let to, position.time < to { return }
        }
        filter("\(time.rawValue) < ?", to?.unixMilliseconds)
    }

    /// Only rows after this one in the order of pages.
    mutating func resume(after position: PagePosition) {
        conditions.append("(\(time.rawValue), id) \(order == .newestFirst ? "<" : ">") (?, ?)")
        arguments.append(position.time.unixMilliseconds)
        arguments.append(position.id)
    }

    /// The statement and its arguments.
    func statement(limit: Int) -> (sql: String, arguments: [any SQLiteBindable]) {
        let parts = ranges.map { range in
            let conditions = (conditions + [range.condition].compactMap(\.self)).joined(separator: " AND ")
            return "SELECT \(columns) FROM \(table) INDEXED BY \(range.index) WHERE \(conditions)"
        }
        let sql = """
            \(parts.joined(separator: " UNION ALL ")) \
            ORDER BY \(time.rawValue) \(order.rawValue), id \(order.rawValue) LIMIT ?
            """
        return (sql, ranges.flatMap { arguments + $0.arguments } + [max(0, limit)])
    }
}

/// A row's place in the order of pages.
struct PagePosition {
    /// In the column that the page is sorted by.
    let time: Timestamp
    let id: Int64
}

extension SQLiteTransaction {
    /// Where the row with this id stands in the order of creation, deleted or not; nil where there is none.
    func pagePosition(of id: Int64, in table: String) throws -> PagePosition? {
        try first("SELECT created_at FROM \(table) WHERE id = ?", [id]) { row in
            PagePosition(time: Timestamp(unixMilliseconds: row[0]), id: id)
        }
    }
}
