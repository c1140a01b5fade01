import GatewayCore
import ProviderAPI

extension SQLiteTransaction {
    func webhooksDue(at now: Timestamp, limit: Int, exceptAt providers: Set<String>) throws -> [WebhookRecord] {
        try all(
            """
            SELECT \(WebhookRow.columns) FROM webhook_events INDEXED BY webhook_events_due
            WHERE state = 'pending' AND deleted_at IS NULL AND next_try_at <= ?
                AND provider NOT IN (SELECT value FROM json_each(?))
            ORDER BY id LIMIT ?
            """,
            [now.unixMilliseconds, try JSONColumn.encode(providers.sorted()), max(0, limit)], WebhookRow.decode
        )
    }

    func webhookDue(_ id: Int64, at now: Timestamp) throws -> WebhookRecord? {
        try first(
            """
            SELECT \(WebhookRow.columns) FROM webhook_events
            WHERE id = ? AND state = 'pending' AND deleted_at IS NULL AND next_try_at <= ?
            """,
            [id, now.unixMilliseconds], WebhookRow.decode
        )
    }

    func webhookBody(_ id: Int64) throws -> [UInt8]? {
        try first("SELECT raw_body FROM webhook_events WHERE id = ? AND deleted_at IS NULL", [id]) { row -> [UInt8] in
            row[0]
        }
    }

    func insertWebhook(_ webhook: NewWebhook) throws -> WebhookRecord? {
        let event = try JSONColumn.encode(event: webhook.event)
        let time = webhook.receivedAt.unixMilliseconds
        let id = try insertUnlessThere(
            """
            INSERT INTO webhook_events (
                provider, event_id, payment_intent_id, event, raw_body, state, attempts, next_try_at, created_at, updated_at
            ) VALUES (?, ?, ?, ?, ?, 'pending', 0, ?, ?, ?)
            ON CONFLICT (event_id, provider) DO NOTHING
            """,
            [
                webhook.provider, webhook.event.id, webhook.event.subject.paymentIntentID, event, webhook.rawBody, time,
                time,
                time,
            ]
        )
        guard let id else { return nil }
        return WebhookRecord(
            id: id, provider: webhook.provider, event: webhook.event, state: .pending, attempts: 0,
            receivedAt: webhook.receivedAt
        )
    }

    /// Only a pending one: an event is applied at most once.
    func endWebhook(_ id: Int64, state: WebhookRecord.State, result: String, at now: Timestamp) throws {
        guard state.isFinal else { throw StoreError.constraint("webhook_events: \(state.rawValue) is not an end") }
        try executeOnRow(
            of: "webhook_events",
            """
            UPDATE webhook_events SET state = ?, result = ?, updated_at = ?
            WHERE id = ? AND state = 'pending' AND deleted_at IS NULL
            """,
            [state.rawValue, result, now.unixMilliseconds, id]
        )
    }

    func postponeWebhook(_ id: Int64, until: Timestamp, result: String) throws {
        try executeOnRow(
            of: "webhook_events",
            """
            UPDATE webhook_events SET attempts = attempts + 1, next_try_at = ?, result = ?, updated_at = \(DatabaseClock.now)
            WHERE id = ? AND state = 'pending' AND deleted_at IS NULL
            """,
            [until.unixMilliseconds, result, id]
        )
    }

    func updateWebhook(_ id: Int64, event: WebhookEvent, at now: Timestamp) throws {
        try executeOnRow(
            of: "webhook_events",
            """
            UPDATE webhook_events SET event = ?, payment_intent_id = ?, updated_at = ?
            WHERE id = ? AND event_id = ? AND deleted_at IS NULL
            """,
            [try JSONColumn.encode(event: event), event.subject.paymentIntentID, now.unixMilliseconds, id, event.id]
        )
    }

    func reopenWebhook(_ id: Int64, at now: Timestamp) throws -> WebhookRecord? {
        try first(
            """
            UPDATE webhook_events SET state = 'pending', attempts = 0, next_try_at = ?, updated_at = ?
            WHERE id = ? AND deleted_at IS NULL RETURNING \(WebhookRow.columns)
            """,
            [now.unixMilliseconds, now.unixMilliseconds, id], WebhookRow.decode
        )
    }
}

/// The columns of `webhook_events` in the order in which they are read.
enum WebhookRow {
    static let table = "webhook_events"

    static let columns = "id, provider, event, state, attempts, created_at"

    static func decode(_ row: SQLiteRow) throws -> WebhookRecord {
        let read = ColumnReader(row, of: table)
        return WebhookRecord(
            id: read.id, provider: row[1], event: try read.json(2, "event"), state: try read.value(3, "state"),
            attempts: row[4], receivedAt: read.timestamp(5)
        )
    }
}
