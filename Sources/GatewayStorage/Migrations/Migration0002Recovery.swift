import GRDB

/// What recovery and operators ask for: how often processes died at an operation, which keys are old, which events are about an intent,
/// and until when each provider's list of events was read.
///
/// Never edited after a release; see ``Migration0001InitialSchema`` for what is common to all tables.
enum Migration0002Recovery {
    static let identifier = "0002-recovery"

    /// Adds columns, indexes and a table.
    static func migrate(_ database: Database) throws {
        for sql in [operations, idempotencyKeys, webhookEvents, eventListings] { try database.execute(sql: sql) }
    }

    private static let operations = """
        ALTER TABLE operations ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0
            CONSTRAINT operations_deaths_counted CHECK (deaths >= 0);
        CREATE INDEX operations_unsettled ON operations (id)
            WHERE state IN ('pending', 'unknown', 'manual_review') AND deleted_at IS NULL;
        """

    private static let idempotencyKeys = """
        CREATE INDEX idempotency_keys_completed ON idempotency_keys (completed_at) WHERE completed_at IS NOT NULL;
        """

    /// The JSON is that of Swift's synthesized coding of `WebhookEvent.Subject`; what it does not fit keeps NULL.
    private static let webhookEvents = """
        ALTER TABLE webhook_events ADD COLUMN payment_intent_id TEXT;
        UPDATE webhook_events SET payment_intent_id = coalesce(
            json_extract(event, '$.subject.paymentIntent._0.id'),
            json_extract(event, '$.subject.paymentIntentReference.id'),
            json_extract(event, '$.subject.refund._0.paymentIntentID'),
            json_extract(event, '$.subject.refundsOfPaymentIntent.id'),
            json_extract(event, '$.subject.dispute._0.paymentIntentID')
        );
        CREATE INDEX webhook_events_intent ON webhook_events (payment_intent_id) WHERE payment_intent_id IS NOT NULL;
        """

    private static let eventListings = """
        CREATE TABLE event_listings (
            provider TEXT NOT NULL PRIMARY KEY,
            listed_until INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;
        """
}
