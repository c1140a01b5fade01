import GatewayCore
import GatewayLifecycle
import ProviderAPI

extension SQLiteTransaction {
    func operation(_ id: Int64) throws -> Operation? {
        try first(
            "SELECT \(OperationRow.columns) FROM operations WHERE id = ? AND deleted_at IS NULL", [id], OperationRow.decode
        )
    }

    /// The rows of one payment are few, so that one index serves open and ended ones.
    func openOperations(transactionID: Int64) throws -> [OpenOperation] {
        try all(Self.openOperations, [transactionID]) { row in
            let read = ColumnReader(row, of: "operations")
            var operation = OpenOperation(
                id: read.id, kind: try read.value(1, "kind"), amount: row[2] as Int64? ?? 0)
            operation.isUnknown = row[3]
            operation.isLeased = row[4]
            operation.mayHaveBeenSent = row[5]
            operation.isOverdue = row[6]
            operation.tracelessLooks = UInt8(clamping: row[7] as Int64)
            return operation
        }
    }

    private static let openOperations = """
        SELECT id, kind,
            CASE kind WHEN 'capture' THEN json_extract(request, '$.capture._0.amount.minorUnits')
                WHEN 'refund' THEN json_extract(request, '$.refund._0.amount.minorUnits') END,
            state = 'unknown', coalesce(lease_until > \(DatabaseClock.now), 0), may_have_been_sent, is_overdue, traceless_looks
        FROM operations INDEXED BY operations_transaction WHERE transaction_id = ? AND \(OperationRow.isOpen) ORDER BY id
        """

    func surroundings(ofOpenOperation id: Int64, fence: Int64) throws -> OperationSurroundings? {
        try first(Self.surroundings, [id, id, fence]) {
            OperationSurroundings(version: $0[0], hasOtherTransactions: $0[1], hasOtherOperations: $0[2])
        }
    }

    private static let surroundings = """
        SELECT version, EXISTS (
            SELECT 1 FROM payment_transactions AS other INDEXED BY payment_transactions_order
            WHERE other.order_id = payment_transactions.order_id AND other.id <> payment_transactions.id
                AND other.deleted_at IS NULL),
            EXISTS (
                SELECT 1 FROM operations INDEXED BY operations_transaction
                WHERE transaction_id = payment_transactions.id AND operations.id <> ? AND state IN ('pending', 'unknown')
                    AND operations.deleted_at IS NULL)
        FROM payment_transactions
        WHERE id = (SELECT transaction_id FROM operations WHERE id = ? AND fence = ? AND \(OperationRow.isOpen))
            AND deleted_at IS NULL
        """

    /// What is due is few; the providers left out are filtered row by row.
    func operationsDue(limit: Int, exceptAt providers: Set<String>) throws -> [OperationStanding] {
        try all(
            """
            SELECT \(StandingRow.columns) FROM operations INDEXED BY operations_due
                JOIN payment_transactions ON payment_transactions.id = operations.transaction_id
            WHERE operations.state IN ('pending', 'unknown') AND operations.deleted_at IS NULL
                AND next_check_at <= \(DatabaseClock.now) AND (lease_until IS NULL OR lease_until <= \(DatabaseClock.now))
                AND provider NOT IN (SELECT value FROM json_each(?))
            ORDER BY next_check_at, operations.id LIMIT ?
            """,
            [try JSONColumn.encode(providers.sorted()), max(0, limit)], StandingRow.decode
        )
    }

    func oldestOpenOperation(at provider: String) throws -> Operation? {
        try first(
            """
            SELECT \(StandingRow.columns) FROM operations INDEXED BY operations_due
                JOIN payment_transactions ON payment_transactions.id = operations.transaction_id
            WHERE operations.state IN ('pending', 'unknown') AND operations.deleted_at IS NULL
                AND (lease_until IS NULL OR lease_until <= \(DatabaseClock.now)) AND provider = ?
            ORDER BY next_check_at, operations.id LIMIT 1
            """,
            [provider], StandingRow.decode
        )?.operation
    }

    func operations(_ query: OperationQuery) throws -> [OperationStanding] {
        var conditions = ["operations.deleted_at IS NULL"]
        var arguments: [any SQLiteBindable] = []
        // A page of all goes along the rows themselves, and one of those without an end along their ids, which are few.
        let index = query.transactionID != nil ? "INDEXED BY operations_transaction" : "NOT INDEXED"
        if query.scope == .unsettled {
            conditions.append(
                query.transactionID != nil
                    ? "operations.\(OperationRow.isUnsettled)" : "operations.id IN \(OperationRow.unsettledIDs)")
        }
        if let transactionID = query.transactionID {
            conditions.append("operations.transaction_id = ?")
            arguments += [transactionID]
        }
        if let beforeID = query.beforeID {
            conditions.append("operations.id < ?")
            arguments += [beforeID]
        }
        arguments += [max(0, query.limit)]
        return try all(
            """
            SELECT \(StandingRow.columns) FROM operations \(index)
                JOIN payment_transactions ON payment_transactions.id = operations.transaction_id
            WHERE \(conditions.joined(separator: " AND ")) ORDER BY operations.id DESC LIMIT ?
            """,
            arguments, StandingRow.decode
        )
    }
}

/// The columns of `operations` in the order in which they are read.
enum OperationRow {
    static let columns = """
        id, transaction_id, kind, state, request, attempts, may_have_been_sent, fence, idempotency_owner, idempotency_key, \
        request_id, created_at, deaths, nonce, last_call_at, traceless_looks, is_overdue
        """

    /// Whether an operation has no end.
    static let isUnsettled = "state NOT IN ('succeeded', 'failed')"

    /// The condition of the partial indexes over open operations, word for word: SQLite uses them for nothing else.
    static let isOpen = "state IN ('pending', 'unknown') AND deleted_at IS NULL"

    /// A query for the ids of all operations without an end.
    static let unsettledIDs = "(SELECT id FROM operations INDEXED BY operations_due WHERE \(isOpen))"

    static func decode(_ row: SQLiteRow) throws -> Operation {
        let read = ColumnReader(row, of: "operations")
        var idempotency: IdempotencyReference?
        if let owner = row[8] as Subject?, let key = row[9] as String? {
            idempotency = IdempotencyReference(owner: owner, key: key)
        }
        var operation = Operation(
            id: read.id, transactionID: row[1], kind: try read.value(2, "kind"), state: try read.value(3, "state"),
            request: try read.json(4, "request"), attempts: row[5], mayHaveBeenSent: row[6], deaths: row[12], fence: row[7],
            idempotency: idempotency, requestID: row[10], createdAt: read.timestamp(11), nonce: row[13]
        )
        operation.lastCallAt = (row[14] as Int64?).map { Timestamp(unixMilliseconds: $0) }
        operation.tracelessLooks = row[15]
        operation.isOverdue = row[16]
        return operation
    }
}

/// The columns of an operation and of how it stands, over `operations` joined with `payment_transactions`.
enum StandingRow {
    static let columns =
        OperationRow.columns.split(separator: ", ").map { "operations.\($0)" }.joined(separator: ", ")
            + """
            , provider, outcome, coalesce(lease_until > \(DatabaseClock.now), 0), next_check_at, operations.updated_at
            """

    static func decode(_ row: SQLiteRow) throws -> OperationStanding {
        let read = ColumnReader(row, of: "operations")
        return OperationStanding(
            operation: try OperationRow.decode(row), provider: row[17], outcome: row[18], isLeased: row[19],
            nextCheckAt: read.timestamp(20), updatedAt: read.timestamp(21)
        )
    }
}
