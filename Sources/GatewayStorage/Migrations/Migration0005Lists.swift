import GRDB

/// Indexes for lists of orders by status and time, and for lists of payments by the time of their last change.
///
/// Orders keep two indexes: status now stands before the time, and a list of all statuses reads one range for each.
///
/// An index of `updated_at` is rewritten at each update, so payments that never changed have a small index of their own: the row of a
/// creation is inserted into that one, and enters the other two when its provider has answered. That is half the cost of two indexes over
/// all rows. Never edited after a release; see ``Migration0001InitialSchema`` for what is common to all tables.
enum Migration0005Lists {
    static let identifier = "0005-lists"

    /// Replaces and adds indexes.
    static func migrate(_ database: Database) throws {
        for sql in [orders, transactions] { try database.execute(sql: sql) }
    }

    private static let orders = """
        DROP INDEX orders_user;
        DROP INDEX orders_created;
        CREATE INDEX orders_standing ON orders (status, created_at);
        CREATE INDEX orders_user_standing ON orders (user_id, status, created_at);
        """

    private static let transactions = """
        CREATE INDEX payment_transactions_updated ON payment_transactions (updated_at) WHERE version > 1;
        CREATE INDEX payment_transactions_user_updated ON payment_transactions (user_id, updated_at) WHERE version > 1;
        CREATE INDEX payment_transactions_unchanged ON payment_transactions (updated_at) WHERE version = 1;
        """
}
