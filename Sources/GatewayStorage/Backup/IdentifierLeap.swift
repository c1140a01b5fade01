import GRDB

/// Moves the numbers that a database gives out past all that it may have given out before.
///
/// After a backup was taken the gateway went on: it numbered orders, payments and refunds that clients know, and operations, whose
/// numbers are in the keys and the metadata at the providers. None of that is in the backup, so the numbers would be given out again.
/// A provider that remembers a key would answer a new payment with the old one, and act on nothing.
///
/// The next numbers are therefore those of the clock, in milliseconds since 1970: higher than any from before, also where one backup is
/// restored twice, as long as fewer than a thousand are given out each second on the average. What is in the backup keeps its number and its key, so that
/// what was open can be found and repeated. A row of each table that is deleted from the start holds the place; SQLite numbers from the
/// highest row on.
enum IdentifierLeap {
    private static let tables = ["orders", "payment_transactions", "operations", "refunds"]

    /// Makes the leap.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Returns: the number from which on new ones are.
    /// - Throws: ``DatabaseOpenError/clockBehind(path:)`` where the clock is behind what the database holds.
    static func make(in database: Database, now: Int64, path: String) throws -> Int64 {
        let highest = try tables.map { try Int64.fetchOne(database, sql: "SELECT coalesce(max(id), 0) FROM \($0)") ?? 0 }
        let newest = try newestChange(in: database) ?? 0
        guard now > max(newest, highest.max() ?? 0) else { throw DatabaseOpenError.clockBehind(path: path) }
        for sql in places { try database.execute(sql: sql, arguments: ["id": now]) }
        return now + 1
    }

    /// When the payments in a database changed last, in milliseconds since 1970; nil where there are none.
    static func newestChange(in database: Database) throws -> Int64? {
        try Int64.fetchOne(database, sql: "SELECT created_at FROM transaction_events ORDER BY id DESC LIMIT 1")
    }

    private static let places = [
        """
        INSERT INTO orders (id, user_id, amount, currency, status, description, metadata, created_at, updated_at, deleted_at)
        VALUES (:id, '', 1, 'USD', 'canceled', 'Restored from a backup: numbers below may have been given out.', '{}', :id, :id, :id)
        """,
        """
        INSERT INTO payment_transactions (
            id, order_id, user_id, provider, amount, currency, captured, refunded, reserved, capture_method, status, metadata,
            version, created_at, updated_at, deleted_at
        ) VALUES (:id, :id, '', '', 1, 'USD', 0, 0, 0, 'automatic', 'canceled', '{}', 1, :id, :id, :id)
        """,
        """
        INSERT INTO operations (
            id, transaction_id, kind, state, request, attempts, may_have_been_sent, fence, next_check_at, request_id, created_at,
            updated_at, deleted_at
        ) VALUES (:id, :id, 'create', 'failed', '{}', 1, 0, 1, :id, 'restore', :id, :id, :id)
        """,
        """
        INSERT INTO refunds (id, transaction_id, amount, currency, status, metadata, created_at, updated_at, deleted_at)
        VALUES (:id, :id, 1, 'USD', 'canceled', '{}', :id, :id, :id)
        """,
    ]
}
