import GatewayCore
import ProviderAPI

extension SQLiteTransaction {
    func idempotencyRecord(_ reference: IdempotencyReference) throws -> IdempotencyRecord? {
        try first(
            "SELECT fingerprint, operation_id, status, body FROM idempotency_keys WHERE owner = ? AND key = ?",
            [reference.owner, reference.key]
        ) { row in
            var answer: StoredAnswer?
            if let status = row[2] as Int?, let body = row[3] as [UInt8]? {
                answer = StoredAnswer(status: status, body: body)
            }
            return IdempotencyRecord(fingerprint: row[0], operationID: row[1], answer: answer)
        }
    }

    func insertIdempotencyKey(_ claim: IdempotencyClaim, operationID: Int64?, at now: Timestamp) throws {
        try execute(
            """
            INSERT INTO idempotency_keys (owner, key, fingerprint, state, operation_id, created_at, updated_at)
            VALUES (?, ?, ?, 'in_flight', ?, ?, ?)
            """,
            [
                claim.reference.owner, claim.reference.key, claim.fingerprint, operationID, now.unixMilliseconds,
                now.unixMilliseconds,
            ]
        )
    }

    /// Only a key in flight: an answer that was given is never replaced.
    func completeIdempotencyKey(_ reference: IdempotencyReference, answer: StoredAnswer, at now: Timestamp) throws {
        try executeOnRow(
            of: "idempotency_keys",
            """
            UPDATE idempotency_keys SET state = 'complete', status = ?, body = ?, completed_at = ?, updated_at = ?
            WHERE owner = ? AND key = ? AND state = 'in_flight'
            """,
            [
                answer.status, answer.body, now.unixMilliseconds, now.unixMilliseconds, reference.owner, reference.key,
            ]
        )
    }

    func deleteIdempotencyKey(_ reference: IdempotencyReference) throws {
        try execute("DELETE FROM idempotency_keys WHERE owner = ? AND key = ?", [reference.owner, reference.key])
    }

    func purgeIdempotencyKeys(completedBefore time: Timestamp, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM idempotency_keys WHERE rowid IN (
                SELECT rowid FROM idempotency_keys INDEXED BY idempotency_keys_completed
                WHERE completed_at < ? ORDER BY completed_at LIMIT ?
            )
            """,
            [time.unixMilliseconds, max(0, limit)]
        )
    }
}
