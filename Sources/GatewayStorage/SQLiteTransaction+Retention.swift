import GatewayCore
import GatewayLifecycle
import ProviderAPI

extension SQLiteTransaction {
    func deleteWebhooks(receivedBefore time: Timestamp, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM webhook_events WHERE id IN (
                SELECT id FROM webhook_events INDEXED BY webhook_events_arrival
                WHERE created_at < ? AND state <> 'pending' ORDER BY created_at, id LIMIT ?
            )
            """,
            [time.unixMilliseconds, max(0, limit)]
        )
    }

    func emptyWebhooks(receivedBefore time: Timestamp, limit: Int) throws -> PurgeStep {
        let reached = try reached(by: .webhookBodies)
        let found = try all(
            """
            SELECT id, created_at, state = 'pending' FROM webhook_events INDEXED BY webhook_events_arrival
            WHERE (created_at, id) > (?, ?) AND created_at < ? ORDER BY created_at, id LIMIT ?
            """,
            [reached.time.unixMilliseconds, reached.id, time.unixMilliseconds, max(0, limit)]
        ) { row in (position: PagePosition(time: Timestamp(unixMilliseconds: row[1]), id: row[0]), isPending: row[2] as Int == 1)
        }
        // A pending one still needs its body; it ends within a day.
        let ended = found.prefix { !$0.isPending }
        if let last = ended.last {
            try execute(
                """
                UPDATE webhook_events
                SET raw_body = x'', event = json_remove(event, '$.subject.paymentIntent._0.clientSecret')
                WHERE id IN (SELECT value FROM json_each(?))
                """,
                [try JSONColumn.encode(ended.map(\.position.id))]
            )
            try remember(last.position, for: .webhookBodies)
        }
        return PurgeStep(changed: ended.count, isLast: ended.count < limit)
    }

    func removeClientSecrets(changedBefore time: Timestamp, limit: Int) throws -> PurgeStep {
        let reached = try reached(by: .clientSecrets)
        let found = try all(
            """
            SELECT id, updated_at, status, client_secret IS NOT NULL
            FROM payment_transactions INDEXED BY payment_transactions_updated
            WHERE version > 1 AND (updated_at, id) > (?, ?) AND updated_at < ? ORDER BY updated_at, id LIMIT ?
            """,
            [reached.time.unixMilliseconds, reached.id, time.unixMilliseconds, max(0, limit)]
        ) { row in
            let status = PaymentStatus(rawValue: row[2])
            return (
                position: PagePosition(time: Timestamp(unixMilliseconds: row[1]), id: row[0]),
                isDue: status?.isOpen == false && row[3] as Int == 1
            )
        }
        let due = found.filter(\.isDue).map(\.position.id)
        if !due.isEmpty {
            try execute(
                // The version counts it, so that a flow that has read the row before does not write the secret back.
                """
                UPDATE payment_transactions SET client_secret = NULL, version = version + 1
                WHERE id IN (SELECT value FROM json_each(?))
                """,
                [try JSONColumn.encode(due)]
            )
        }
        // One that is not terminal moves behind this place with its next change.
        if let last = found.last { try remember(last.position, for: .clientSecrets) }
        return PurgeStep(changed: due.count, isLast: found.count < limit)
    }

    private enum Purge: String {
        case webhookBodies = "webhook_bodies"
        case clientSecrets = "client_secrets"
    }

    private func reached(by purge: Purge) throws -> PagePosition {
        try first("SELECT reached_time, reached_id FROM purges WHERE kind = ?", [purge.rawValue]) { row in
            PagePosition(time: Timestamp(unixMilliseconds: row[0]), id: row[1])
        } ?? PagePosition(time: Timestamp(unixMilliseconds: .min), id: 0)
    }

    private func remember(_ position: PagePosition, for purge: Purge) throws {
        try execute(
            """
            INSERT INTO purges (kind, reached_time, reached_id, created_at, updated_at)
            VALUES (?, ?, ?, \(DatabaseClock.now), \(DatabaseClock.now))
            ON CONFLICT (kind) DO UPDATE
            SET reached_time = excluded.reached_time, reached_id = excluded.reached_id, updated_at = excluded.updated_at
            """,
            [purge.rawValue, position.time.unixMilliseconds, position.id]
        )
    }
}
