/// A row that holds what this program can't read: it was written by another, or by hand.
///
/// It says where, and never what: values stay in the database.
package struct UnreadableRow: Error, Sendable, Hashable, CustomStringConvertible {
    /// The table.
    package let table: String
    /// The row.
    package let id: Int64
    /// The column.
    package let column: String

    /// Such as `orders 5: this program can't read the column status`.
    package var description: String { "\(table) \(id): this program can't read the column \(column)" }
}
