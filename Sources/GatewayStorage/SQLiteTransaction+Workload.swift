import GatewayCore
import ProviderAPI

extension SQLiteTransaction {
    /// Each count walks an index that holds just these rows.
    func workload() throws -> Workload {
        let counted = try first(
            """
            SELECT
                (SELECT count(*) FROM operations INDEXED BY operations_due WHERE \(OperationRow.isOpen)),
                (SELECT min(created_at) FROM operations INDEXED BY operations_due WHERE \(OperationRow.isOpen)),
                (SELECT count(*) FROM operations INDEXED BY operations_reviewed WHERE \(OperationRow.isReviewed)),
                (SELECT count(*) FROM payment_transactions INDEXED BY payment_transactions_standing
                    WHERE status = 'manual_review' AND deleted_at IS NULL),
                (SELECT count(*) FROM webhook_events INDEXED BY webhook_events_due
                    WHERE state = 'pending' AND deleted_at IS NULL)
            """,
            []
        ) { row in
            Workload(
                openOperations: row[0], oldestOpenOperation: (row[1] as Int64?).map { Timestamp(unixMilliseconds: $0) },
                operationsInReview: row[2], transactionsInReview: row[3], pendingWebhooks: row[4]
            )
        }
        guard let counted else { throw StoreError.unavailable("the workload cannot be counted") }
        return counted
    }
}
