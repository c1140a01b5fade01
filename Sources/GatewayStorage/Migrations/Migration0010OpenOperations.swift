import GRDB

/// Drops two indexes to which each payment wrote twice, one page of the write-ahead log each time.
///
/// What they held is found through the indexes of open operations: an operation without an end is open or in review, and a payment that
/// never changed has an open creation. Only operations in review need an index of their own, to which hardly any payment writes.
///
/// Never edited after a release; see ``Migration0001InitialSchema`` for what is common to all tables.
enum Migration0010OpenOperations {
    static let identifier = "0010-open-operations"

    /// Replaces one index, and drops another.
    static func migrate(_ database: Database) throws {
        try database.execute(
            sql: """
                DROP INDEX operations_unsettled;
                CREATE INDEX operations_reviewed ON operations (id) WHERE state = 'manual_review' AND deleted_at IS NULL;
                DROP INDEX payment_transactions_unchanged;
                """)
    }
}
