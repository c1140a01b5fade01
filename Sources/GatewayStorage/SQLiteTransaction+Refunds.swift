import GatewayCore
import GatewayLifecycle
import ProviderAPI

extension SQLiteTransaction {
    private static let columns = """
        id, transaction_id, operation_id, provider_refund_id, amount, currency, status, reason, metadata, created_at, updated_at, \
        provider_amount, decision
        """

    func refunds(transactionID: Int64) throws -> [RefundRecord] {
        try all(Self.ofTransaction, [transactionID], Self.refund)
    }

    private static let ofTransaction = """
        SELECT \(Self.columns) FROM refunds INDEXED BY refunds_transaction
        WHERE transaction_id = ? AND deleted_at IS NULL ORDER BY id
        """

    func refund(operationID: Int64) throws -> RefundRecord? {
        try first(
            """
            SELECT \(Self.columns) FROM refunds INDEXED BY refunds_operation WHERE operation_id = ? AND deleted_at IS NULL
            """,
            [operationID], Self.refund
        )
    }

    /// Few refunds are on their way; those of other providers are passed over row by row.
    func pendingRefunds(
        at provider: String, createdFrom: Timestamp, createdTo: Timestamp, limit: Int
    ) throws -> [RefundRecord] {
        try all(Self.pending, [createdFrom.unixMilliseconds, createdTo.unixMilliseconds, provider, limit], Self.refund)
    }

    /// The condition of the index, word for word: SQLite uses it for nothing else.
    private static let pending = """
        SELECT \(columns) FROM refunds INDEXED BY refunds_pending
        WHERE status IN ('pending', 'requires_action') AND provider_refund_id IS NOT NULL AND deleted_at IS NULL
            AND created_at >= ? AND created_at < ?
            AND (SELECT provider FROM payment_transactions WHERE id = transaction_id) = ?
        ORDER BY created_at, id LIMIT ?
        """

    func insertRefund(_ refund: RefundRecord) throws -> RefundRecord {
        var inserted = refund
        inserted.id = try insert(
            """
            INSERT INTO refunds (
                transaction_id, operation_id, provider_refund_id, amount, currency, status, reason, metadata, created_at, updated_at,
                provider_amount, decision
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                refund.transactionID, refund.operationID, refund.providerRefundID, refund.amount.minorUnits,
                refund.amount.currency.code, refund.status.rawValue, refund.reason, try JSONColumn.encode(pairs: refund.metadata),
                refund.createdAt.unixMilliseconds, refund.updatedAt.unixMilliseconds, refund.providerAmount,
                refund.decision?.rawValue,
            ]
        )
        return inserted
    }

    func updateRefund(_ refund: RefundRecord) throws {
        try executeOnRow(
            of: "refunds",
            """
            UPDATE refunds SET provider_refund_id = ?, status = ?, provider_amount = ?, decision = ?, updated_at = ?
            WHERE id = ? AND deleted_at IS NULL
            """,
            [
                refund.providerRefundID, refund.status.rawValue, refund.providerAmount, refund.decision?.rawValue,
                refund.updatedAt.unixMilliseconds, refund.id,
            ]
        )
    }

    private static func refund(_ row: SQLiteRow) throws -> RefundRecord {
        let read = ColumnReader(row, of: "refunds")
        var refund = RefundRecord(
            id: read.id, transactionID: row[1], operationID: row[2], providerRefundID: row[3], amount: try read.money(4, 5),
            status: try read.value(6, "status"), reason: row[7], metadata: try read.pairs(8, "metadata"),
            createdAt: read.timestamp(9), updatedAt: read.timestamp(10)
        )
        refund.providerAmount = row[11]
        if (row[12] as String?) != nil { refund.decision = try read.value(12, "decision") }
        return refund
    }

    func withdrawRefund(_ id: Int64, at now: Timestamp) throws {
        try executeOnRow(
            of: "refunds",
            "UPDATE refunds SET provider_refund_id = NULL, deleted_at = ?, updated_at = ? WHERE id = ? AND deleted_at IS NULL",
            [now.unixMilliseconds, now.unixMilliseconds, id]
        )
    }
}
