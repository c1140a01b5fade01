/// A page of rows, and where the next one starts.
struct Page<Row> {
    var rows: [Row]
    var nextCursor: String?

    /// A page of at most `limit` of `rows`, which were asked for with one more, to know whether there is another page.
    ///
    /// - Parameter cursor: that of the page after a row.
    init(_ rows: [Row], limit: Int, cursor: (Row) -> String) {
        self.rows = Array(rows.prefix(limit))
        nextCursor = rows.count > limit ? self.rows.last.map(cursor) : nil
    }
}
