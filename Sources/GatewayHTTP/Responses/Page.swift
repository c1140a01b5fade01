/// A page of rows, and where the next one starts.
struct Page<Row> {
    var rows: [Row]
    var nextCursor: String?

    /// A page of at most `limit` of `rows`, which were asked for with one more, to know whether there is another page.
    init(_ rows: [Row], limit: Int, id: (Row) -> Int64) {
        self.rows = Array(rows.prefix(limit))
        nextCursor = rows.count > limit ? self.rows.last.map { PageCursor.text(after: id($0)) } : nil
    }
}
