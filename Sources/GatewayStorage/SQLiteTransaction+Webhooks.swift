import Foundation
import GRDB
import GatewayCore
import ProviderAPI

extension SQLiteTransaction {
    func webhooksDue(at now: Timestamp, limit: Int) throws -> [WebhookRecord] {
        try all(
            """
            SELECT id, provider, event, state, attempts, created_at FROM webhook_events INDEXED BY webhook_events_due
            WHERE state = 'pending' AND deleted_at IS NULL AND next_try_at <= ?
            ORDER BY id LIMIT ?
            """,
            [now.unixMilliseconds, max(0, limit)]
        ) { row in
            let read = ColumnReader(row, of: "webhook_events")
            return WebhookRecord(
                id: read.id, provider: row[1], event: try read.json(2, "event"), state: try read.value(3, "state"),
                attempts: row[4], receivedAt: read.timestamp(5)
            )
        }
    }

    func insertWebhook(_ webhook: NewWebhook) throws -> WebhookRecord? {
        let event = try JSONColumn.encode(webhook.event)
        let time = webhook.receivedAt.unixMilliseconds
        let inserted = try execute(
            """
            INSERT INTO webhook_events (
                provider, event_id, event, raw_body, state, attempts, next_try_at, created_at, updated_at
            ) VALUES (?, ?, ?, ?, 'pending', 0, ?, ?, ?)
            ON CONFLICT (event_id, provider) DO NOTHING
            """,
            [webhook.provider, webhook.event.id, event, Data(webhook.rawBody), time, time, time]
        )
        guard inserted == 1 else { return nil }
        return WebhookRecord(
            id: database.lastInsertedRowID, provider: webhook.provider, event: webhook.event, state: .pending, attempts: 0,
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
}
