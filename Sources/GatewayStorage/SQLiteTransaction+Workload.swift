import GatewayCore
import GatewayLifecycle
import ProviderAPI

extension SQLiteTransaction {
    /// Each count walks an index that holds just these rows.
    func workload() throws -> Workload {
        let counted = try first(
            """
            SELECT
                (SELECT count(*) FROM operations INDEXED BY operations_due WHERE \(OperationRow.isOpen)),
                (SELECT min(created_at) FROM operations INDEXED BY operations_due WHERE \(OperationRow.isOpen)),
                (SELECT count(*) FROM operations INDEXED BY operations_due WHERE \(OperationRow.isOpen) AND is_overdue),
                (SELECT count(*) FROM webhook_events INDEXED BY webhook_events_due
                    WHERE state = 'pending' AND deleted_at IS NULL)
            """,
            []
        ) { row in
            Workload(
                openOperations: row[0], oldestOpenOperation: (row[1] as Int64?).map { Timestamp(unixMilliseconds: $0) },
                overdueOperations: row[2], pendingWebhooks: row[3], openDiscrepancies: [:]
            )
        }
        guard var counted else { throw StoreError.unavailable("the workload cannot be counted") }
        // Open discrepancies are few, and SQLite would fill a temporary table to count them by their codes.
        let codes = try all(
            """
            SELECT review_code FROM payment_transactions INDEXED BY payment_transactions_reviewed
            WHERE review_code IS NOT NULL AND deleted_at IS NULL
            """, []
        ) { row in DiscrepancyCode(rawValue: row[0] as String) }
        for code in codes.compactMap(\.self) { counted.openDiscrepancies[code, default: 0] += 1 }
        return counted
    }

    func reviewedTransactions(beforeID: Int64?, limit: Int) throws -> [PaymentTransaction] {
        try all(
            """
            SELECT \(TransactionRow.columns) FROM payment_transactions INDEXED BY payment_transactions_reviewed
            WHERE review_code IS NOT NULL AND deleted_at IS NULL AND id < ? ORDER BY id DESC LIMIT ?
            """,
            [beforeID ?? .max, max(0, limit)], TransactionRow.decode)
    }
}
