import GatewayCore
import ProviderAPI

extension SQLiteTransaction {
    func unsettledOperation(ofUser user: Subject) throws -> Int64? {
        try first(
            """
            SELECT operations.id FROM \(OperationRow.unsettledIDs) AS unsettled
            CROSS JOIN operations ON operations.id = unsettled.id
            CROSS JOIN payment_transactions ON payment_transactions.id = operations.transaction_id
            WHERE user_id = ? LIMIT 1
            """,
            [user]
        ) { $0[0] }
    }

    func erase(
        _ user: Subject, as pseudonym: Subject, by actor: HistoryChange.Actor, limit: Int, at now: Timestamp
    ) throws -> ErasureStep {
        var step = ErasureStep()
        // Deleted ones too: their rows still have the data.
        let orders = try all(
            "SELECT id FROM orders INDEXED BY orders_user_standing WHERE user_id = ? LIMIT ?", [user, max(0, limit)]
        ) { row -> Int64 in row[0] }
        step.orders = orders.count
        for id in orders {
            try execute(
                "UPDATE orders SET user_id = ?, description = NULL, metadata = '{}', updated_at = ? WHERE id = ?",
                [pseudonym, now.unixMilliseconds, id]
            )
            let payments = try all(
                """
                SELECT id FROM payment_transactions INDEXED BY payment_transactions_order WHERE order_id = ?
                """,
                [id]
            ) { row -> Int64 in row[0] }
            for payment in payments {
                let erased = try erase(payment, of: user, as: pseudonym, at: now)
                step.webhooks += try eraseWebhooks(of: erased, at: now)
                let change = HistoryChange(
                    type: "personal_data.erased", actor: actor.name, fromStatus: HistoryStatus(erased.status),
                    toStatus: HistoryStatus(erased.status))
                try appendHistory(change, of: erased, at: now)
            }
            step.transactions += payments.count
        }
        step.isLast = orders.count < limit
        return step
    }

    /// The version counts it, so that a flow that has read the row before does not write the data back.
    ///
    /// - Returns: the payment's row as it is now.
    private func erase(
        _ transactionID: Int64, of user: Subject, as pseudonym: Subject, at now: Timestamp
    ) throws -> PaymentTransaction {
        let erased = try first(
            """
            UPDATE payment_transactions
            SET user_id = ?, metadata = '{}', client_secret = NULL, provider_customer_id = NULL, error_message = NULL,
                next_action = NULL, review_detail = NULL, updated_at = ?, version = version + 1
            WHERE id = ?
            RETURNING \(TransactionRow.columns)
            """,
            [pseudonym, now.unixMilliseconds, transactionID], TransactionRow.decode
        )
        guard let erased else { throw StoreError.constraint("payment_transactions: no such row") }
        let requests = try all("SELECT id, request FROM operations WHERE transaction_id = ?", [transactionID]) { row in
            (id: row[0] as Int64, request: try ColumnReader(row, of: "operations").json(1, "request") as OperationRequest)
        }
        for (id, request) in requests {
            try execute(
                "UPDATE operations SET request = ?, idempotency_owner = NULL, idempotency_key = NULL WHERE id = ?",
                [JSONColumn.encode(request: request.erased(userID: pseudonym.text)), id]
            )
        }
        try execute("UPDATE refunds SET metadata = '{}', reason = NULL WHERE transaction_id = ?", [transactionID])
        try eraseHistory(transactionID: transactionID, of: user, as: pseudonym)
        return erased
    }

    private func eraseWebhooks(of payment: PaymentTransaction, at now: Timestamp) throws -> Int {
        guard let intent = payment.paymentIntentID else { return 0 }
        let events = try all(
            """
            SELECT id, event FROM webhook_events INDEXED BY webhook_events_intent
            WHERE payment_intent_id = ? AND provider = ?
            """,
            [intent, payment.provider]
        ) { row in (id: row[0] as Int64, event: try ColumnReader(row, of: WebhookRow.table).json(1, "event") as WebhookEvent) }
        for (id, event) in events {
            try execute(
                "UPDATE webhook_events SET raw_body = x'', event = ?, updated_at = ? WHERE id = ?",
                [try JSONColumn.encode(event: event.erased), now.unixMilliseconds, id]
            )
        }
        return events.count
    }
}
