import GatewayCore
import ProviderAPI

extension SQLiteTransaction {
    func disputes(transactionID: Int64) throws -> [DisputeRecord] {
        try all(
            """
            SELECT disputes.id, transaction_id, provider_dispute_id, disputes.amount, disputes.currency, disputes.status, reason,
                changed_at, disputes.created_at, disputes.updated_at, payment_intent_id
            FROM disputes INDEXED BY disputes_dispute JOIN payment_transactions ON payment_transactions.id = transaction_id
            WHERE transaction_id = ? AND disputes.deleted_at IS NULL
            """,
            [transactionID]
        ) { row in
            let read = ColumnReader(row, of: "disputes")
            let dispute = Dispute(
                id: row[2], paymentIntentID: row[10] as String? ?? "", amount: try read.money(3, 4), status: row[5],
                reason: row[6])
            return DisputeRecord(
                id: read.id, transactionID: row[1], dispute: dispute, changedAt: read.timestamp(7), createdAt: read.timestamp(8),
                updatedAt: read.timestamp(9))
        }.sorted { $0.id < $1.id }
    }

    func writeDispute(_ record: DisputeRecord) throws -> DisputeRecord {
        let dispute = record.dispute
        guard record.id == 0 else {
            try executeOnRow(
                of: "disputes",
                """
                UPDATE disputes SET amount = ?, currency = ?, status = ?, reason = ?, changed_at = ?, updated_at = ?
                WHERE id = ? AND deleted_at IS NULL
                """,
                [
                    dispute.amount.minorUnits, dispute.amount.currency.code, dispute.status, dispute.reason,
                    record.changedAt.unixMilliseconds, record.updatedAt.unixMilliseconds, record.id,
                ])
            return record
        }
        var inserted = record
        inserted.id = try insert(
            """
            INSERT INTO disputes (
                transaction_id, provider_dispute_id, amount, currency, status, reason, changed_at, created_at, updated_at
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                record.transactionID, dispute.id, dispute.amount.minorUnits, dispute.amount.currency.code, dispute.status,
                dispute.reason, record.changedAt.unixMilliseconds, record.createdAt.unixMilliseconds,
                record.updatedAt.unixMilliseconds,
            ])
        return inserted
    }
}
