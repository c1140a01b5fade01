import GatewayCore
import ProviderAPI

extension SQLiteTransaction {
    func history(transactionID: Int64) throws -> [HistoryEntry] {
        try all(
            """
            SELECT id, transaction_id, type, actor, from_status, to_status, amount, operation_id, provider_request_id, detail,
                created_at
            FROM transaction_events INDEXED BY transaction_events_transaction
            WHERE transaction_id = ? AND EXISTS (SELECT 1 FROM payment_transactions WHERE id = ? AND deleted_at IS NULL)
            ORDER BY id
            """,
            [transactionID, transactionID], Self.entry
        )
    }

    func appendHistory(_ change: HistoryChange, transactionID: Int64, at now: Timestamp) throws {
        try execute(
            """
            INSERT INTO transaction_events (
                transaction_id, type, actor, from_status, to_status, amount, operation_id, provider_request_id, detail, created_at
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                transactionID, change.type, change.actor, change.fromStatus?.rawValue, change.toStatus.rawValue, change.amount,
                change.operationID, change.providerRequestID, change.detail, now.unixMilliseconds,
            ]
        )
    }

    private static func entry(_ row: SQLiteRow) throws -> HistoryEntry {
        let read = ColumnReader(row, of: "transaction_events")
        var change = HistoryChange(
            type: row[2], actor: row[3],
            fromStatus: (row[4] as String?) == nil ? nil : try read.value(4, "from_status"),
            toStatus: try read.value(5, "to_status")
        )
        change.amount = row[6]
        change.operationID = row[7]
        change.providerRequestID = row[8]
        change.detail = row[9]
        return HistoryEntry(id: read.id, transactionID: row[1], change: change, createdAt: read.timestamp(10))
    }
}
