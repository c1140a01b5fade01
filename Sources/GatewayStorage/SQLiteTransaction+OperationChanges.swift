import GatewayCore
import GatewayLifecycle
import ProviderAPI

extension SQLiteTransaction {
    /// The first check is due when the lease runs out: until then the operation belongs to the task that stored it.
    func insertOperation(_ operation: NewOperation, lease: Duration?, at now: Timestamp) throws -> Operation {
        let request = JSONColumn.encode(request: operation.request)
        let id = try insert(
            Self.insertion,
            [
                operation.transactionID, operation.request.kind.rawValue, request, lease?.wholeMilliseconds,
                lease?.wholeMilliseconds ?? 0, operation.idempotency?.owner, operation.idempotency?.key, operation.requestID,
                now.unixMilliseconds, now.unixMilliseconds, operation.nonce,
            ]
        )
        return Operation(
            id: id, transactionID: operation.transactionID, kind: operation.request.kind, state: .pending,
            request: operation.request, attempts: 1, mayHaveBeenSent: false, fence: 1, idempotency: operation.idempotency,
            requestID: operation.requestID, createdAt: now, nonce: operation.nonce
        )
    }

    private static let insertion = """
        INSERT INTO operations (
            transaction_id, kind, state, request, attempts, may_have_been_sent, fence, lease_until, next_check_at,
            idempotency_owner, idempotency_key, request_id, created_at, updated_at, nonce
        ) VALUES (?, ?, 'pending', ?, 1, 0, 1, \(DatabaseClock.now) + ?, \(DatabaseClock.now) + ?, ?, ?, ?, ?, ?, ?)
        """

    /// An operation without a lease has not been called by anybody since it was stored or kept open.
    func takeOverOperation(_ id: Int64, fence: Int64, lease: Duration) throws -> Operation? {
        try first(
            Self.takeOver, [lease.wholeMilliseconds, lease.wholeMilliseconds, id, fence], OperationRow.decode
        )
    }

    private static let takeOver = """
        UPDATE operations SET
            fence = fence + 1, attempts = attempts + 1,
            may_have_been_sent = max(may_have_been_sent, lease_until IS NOT NULL),
            lease_until = \(DatabaseClock.now) + ?, next_check_at = \(DatabaseClock.now) + ?, updated_at = \(DatabaseClock.now)
        WHERE id = ? AND fence = ? AND \(OperationRow.isOpen)
            AND (lease_until IS NULL OR lease_until <= \(DatabaseClock.now))
        RETURNING \(OperationRow.columns)
        """

    func endOperation(
        _ id: Int64, fence: Int64, state: Operation.State, outcome: String, at now: Timestamp
    ) throws -> Bool {
        guard !state.isOpen else { throw StoreError.constraint("operations: \(state.rawValue) is not an end") }
        return try execute(Self.end, [state.rawValue, outcome, now.unixMilliseconds, id, fence]) == 1
    }

    private static let end = """
        UPDATE operations SET state = ?, outcome = ?, lease_until = NULL, updated_at = ?
        WHERE id = ? AND fence = ? AND \(OperationRow.isOpen)
        """

    func keepOperationOpen(
        _ id: Int64, fence: Int64, outcome: String, standing: OpenOperation?, nextCheckAfter: Duration, at now: Timestamp
    ) throws -> Bool {
        try execute(
            Self.keepOpen,
            [
                (standing?.isUnknown ?? true ? Operation.State.unknown : .pending).rawValue,
                standing?.mayHaveBeenSent ?? true ? 1 : 0 as Int64, outcome, nextCheckAfter.wholeMilliseconds,
                now.unixMilliseconds, standing.map { Int64($0.tracelessLooks) },
                standing.map { $0.isOverdue ? 1 : 0 as Int64 }, id, fence,
            ]
        ) == 1
    }

    private static let keepOpen = """
        UPDATE operations SET
            state = ?, may_have_been_sent = ?, outcome = ?, lease_until = NULL,
            next_check_at = \(DatabaseClock.now) + ?, updated_at = ?,
            traceless_looks = coalesce(?, traceless_looks), is_overdue = coalesce(?, is_overdue)
        WHERE id = ? AND fence = ? AND \(OperationRow.isOpen)
        """

    func noteCall(_ operation: Operation, standing: OpenOperation, at now: Timestamp) throws -> Bool {
        try execute(
            Self.callNote,
            [
                now.unixMilliseconds, Int64(standing.tracelessLooks), JSONColumn.encode(request: operation.request), operation.id,
                operation.fence,
            ]
        ) == 1
    }

    private static let callNote = """
        UPDATE operations SET
            last_call_at = ?, traceless_looks = ?, request = CASE may_have_been_sent WHEN 0 THEN ? ELSE request END,
            may_have_been_sent = 1
        WHERE id = ? AND fence = ? AND \(OperationRow.isOpen)
        """

    func voidLeases() throws {
        try execute(
            """
            UPDATE operations INDEXED BY operations_due
            SET deaths = deaths + (lease_until IS NOT NULL),
                may_have_been_sent = max(may_have_been_sent, lease_until IS NOT NULL), lease_until = NULL,
                next_check_at = min(next_check_at, \(DatabaseClock.now)), updated_at = \(DatabaseClock.now)
            WHERE \(OperationRow.isOpen)
            """
        )
    }

    func bringForward(provider: String, at now: Timestamp) throws {
        try execute(
            """
            UPDATE operations INDEXED BY operations_due
            SET next_check_at = min(next_check_at, \(DatabaseClock.now))
            WHERE \(OperationRow.isOpen) AND (lease_until IS NULL OR lease_until <= \(DatabaseClock.now))
                AND transaction_id IN (SELECT id FROM payment_transactions WHERE provider = ? AND id = transaction_id)
            """,
            [provider]
        )
        try execute(
            """
            UPDATE webhook_events INDEXED BY webhook_events_due SET next_try_at = min(next_try_at, ?)
            WHERE state = 'pending' AND deleted_at IS NULL AND provider = ?
            """,
            [now.unixMilliseconds, provider]
        )
    }

    func endUnleasedOperation(_ id: Int64, state: Operation.State, outcome: String, at now: Timestamp) throws -> Bool {
        guard !state.isOpen else { throw StoreError.constraint("operations: \(state.rawValue) is not an end") }
        return try execute(
            """
            UPDATE operations SET state = ?, outcome = ?, fence = fence + 1, lease_until = NULL, updated_at = ?
            WHERE id = ? AND \(OperationRow.isOpen) AND (lease_until IS NULL OR lease_until <= \(DatabaseClock.now))
            """,
            [state.rawValue, outcome, now.unixMilliseconds, id]
        ) == 1
    }
}
