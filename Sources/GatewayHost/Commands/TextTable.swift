/// Rows of text in aligned columns, for terminals.
struct TextTable {
    private var rows: [[String]]

    /// A table, with a line of headings or without one.
    init(_ headings: [String]? = nil) {
        rows = headings.map { [$0] } ?? []
    }

    /// Adds a row.
    mutating func add(_ cells: [String]) {
        rows.append(cells)
    }

    /// The lines, without a newline at the end.
    var text: String {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            return cells.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
