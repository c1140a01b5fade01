import GRDB
import GatewayCore
import ProviderAPI

extension SQLiteTransaction {
    func operation(_ id: Int64) throws -> Operation? {
        try first(
            "SELECT \(OperationRow.columns) FROM operations WHERE id = ? AND deleted_at IS NULL", [id], OperationRow.decode
        )
    }

    func openOperation(transactionID: Int64) throws -> Operation? {
        try first(
            """
            SELECT \(OperationRow.columns) FROM operations INDEXED BY operations_one_open
            WHERE transaction_id = ? AND kind <> 'refund' AND \(OperationRow.isOpen)
            """,
            [transactionID], OperationRow.decode
        )
    }

    func isLeased(operationID: Int64) throws -> Bool {
        try first(
            """
            SELECT 1 FROM operations
            WHERE id = ? AND \(OperationRow.isOpen) AND lease_until > \(DatabaseClock.now)
            """,
            [operationID]
        ) { _ in true } ?? false
    }

    func operationsDue(limit: Int) throws -> [Operation] {
        try all(
            """
            SELECT \(OperationRow.columns) FROM operations INDEXED BY operations_due
            WHERE \(OperationRow.isOpen) AND next_check_at <= \(DatabaseClock.now)
                AND (lease_until IS NULL OR lease_until <= \(DatabaseClock.now))
            ORDER BY next_check_at, id LIMIT ?
            """,
            [max(0, limit)], OperationRow.decode
        )
    }
}

/// The columns of `operations` in the order in which they are read.
enum OperationRow {
    static let columns = """
        id, transaction_id, kind, state, request, attempts, may_have_been_sent, fence, idempotency_owner, idempotency_key, \
        request_id, created_at
        """

    /// The condition of the partial indexes over open operations, word for word: SQLite uses them for nothing else.
    static let isOpen = "state IN ('pending', 'unknown') AND deleted_at IS NULL"

    static func decode(_ row: Row) throws -> Operation {
        let read = ColumnReader(row, of: "operations")
        var idempotency: IdempotencyReference?
        if let owner = row[8] as String?, let key = row[9] as String? {
            idempotency = IdempotencyReference(owner: owner, key: key)
        }
        return Operation(
            id: read.id, transactionID: row[1], kind: try read.value(2, "kind"), state: try read.value(3, "state"),
            request: try read.json(4, "request"), attempts: row[5], mayHaveBeenSent: row[6], fence: row[7],
            idempotency: idempotency, requestID: row[10], createdAt: read.timestamp(11)
        )
    }
}
