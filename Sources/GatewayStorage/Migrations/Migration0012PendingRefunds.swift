import GRDB

/// An index of the refunds that are on their way, so that the provider can be asked for them.
///
/// A refund is inserted without the provider's id and mostly gets it along with its end: such a refund never enters the index, and costs
/// nothing more.
///
/// Never edited after a release; see ``Migration0001InitialSchema`` for what is common to all tables.
enum Migration0012PendingRefunds {
    static let identifier = "0012-pending-refunds"

    /// Adds the index.
    static func migrate(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE INDEX refunds_pending ON refunds (created_at)
                    WHERE status IN ('pending', 'requires_action') AND provider_refund_id IS NOT NULL AND deleted_at IS NULL;
                """)
    }
}
