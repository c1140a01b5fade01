import GRDB

/// Indexes by which a page of any filter is read in its own time, however many rows there are.
///
/// A page by status, by provider or by both walked the index of one of them, and where the other hardly ever fits, all of it. Now
/// one index has both, and ``PageQuery`` walks as many of its ranges side by side as there are statuses or providers left open.
/// Payments keep one index fewer.
///
/// Of webhooks, those that were not applied are few, and their index costs the others nothing. Never edited after a release; see
/// ``Migration0001InitialSchema`` for what is common to all tables.
enum Migration0003Pages {
    static let identifier = "0003-pages"

    /// Replaces and adds indexes.
    static func migrate(_ database: Database) throws {
        for sql in [transactions, webhookEvents] { try database.execute(sql: sql) }
    }

    private static let transactions = """
        DROP INDEX payment_transactions_status;
        DROP INDEX payment_transactions_provider;
        DROP INDEX payment_transactions_user_status;
        CREATE INDEX payment_transactions_standing ON payment_transactions (status, provider, created_at);
        CREATE INDEX payment_transactions_user_standing ON payment_transactions (user_id, status, provider, created_at);
        """

    private static let webhookEvents = """
        CREATE INDEX webhook_events_arrival ON webhook_events (created_at);
        CREATE INDEX webhook_events_unapplied ON webhook_events (state, created_at)
            WHERE state IN ('ignored', 'contradicted') AND deleted_at IS NULL;
        """
}
