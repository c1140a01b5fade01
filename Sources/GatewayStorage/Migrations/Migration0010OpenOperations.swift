import GRDB

/// Replaces an index to which each operation wrote twice, one page of the write-ahead log each time.
///
/// An operation without an end is open or in review. Open ones have an index already, by the time of the next look. The new one holds those
/// in review, to which hardly any payment writes.
///
/// Never edited after a release; see ``Migration0001InitialSchema`` for what is common to all tables.
enum Migration0010OpenOperations {
    static let identifier = "0010-open-operations"

    /// Replaces the index.
    static func migrate(_ database: Database) throws {
        try database.execute(
            sql: """
                DROP INDEX operations_unsettled;
                CREATE INDEX operations_reviewed ON operations (id) WHERE state = 'manual_review' AND deleted_at IS NULL;
                """)
    }
}
