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

    /// Each line has the hash that ``HistoryLine`` describes. The payment's amounts are read here, as they are after the change.
    func appendHistory(_ change: HistoryChange, transactionID: Int64, at now: Timestamp) throws {
        // One statement for all that the line needs: it is on the way of every payment.
        let found = try first(
            """
            SELECT \(HistoryLineRow.terms), captured, refunded, reserved,
                (SELECT max(id) FROM transaction_events),
                (SELECT hash FROM transaction_events WHERE id = (SELECT max(id) FROM transaction_events)),
                (SELECT hash FROM transaction_events INDEXED BY transaction_events_transaction
                    WHERE transaction_id = payment_transactions.id ORDER BY id DESC LIMIT 1)
            FROM payment_transactions WHERE payment_transactions.id = ?
            """,
            [transactionID]
        ) { row in
            (
                terms: HistoryLineRow.decodeTerms(row, from: 0),
                captured: row[7] as Int64, refunded: row[8] as Int64, reserved: row[9] as Int64,
                lastID: row[10] as Int64?, neighbor: row[11] as [UInt8]?, previous: row[12] as [UInt8]?
            )
        }
        guard let payment = found else { throw StoreError.constraint("transaction_events: no such transaction") }
        let (id, isTooHigh) = (payment.lastID ?? 0).addingReportingOverflow(1)
        guard !isTooHigh else { throw StoreError.constraint("transaction_events: there are no more numbers") }
        var line = HistoryLine(
            id: id, transactionID: transactionID, type: change.type, actor: change.actor,
            fromStatus: change.fromStatus?.rawValue, toStatus: change.toStatus.rawValue, amount: change.amount,
            operationID: change.operationID, providerRequestID: change.providerRequestID, detail: change.detail,
            createdAt: now.unixMilliseconds, captured: payment.captured, refunded: payment.refunded, reserved: payment.reserved)
        if line.isPersonal(owner: payment.terms.owner) { line.salt = HistoryLine.randomSalt() }
        line.hash = line.expectedHash(terms: payment.terms, after: payment.previous, neighbor: payment.neighbor)
        try execute(
            """
            INSERT INTO transaction_events (
                id, transaction_id, type, actor, from_status, to_status, amount, operation_id, provider_request_id, detail,
                created_at, captured, refunded, reserved, salt, hash
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                line.id, line.transactionID, line.type, line.actor, line.fromStatus, line.toStatus, line.amount, line.operationID,
                line.providerRequestID, line.detail, line.createdAt, line.captured, line.refunded, line.reserved, line.salt,
                line.hash,
            ]
        )
    }

    /// Erases what is personal in a payment's history, and keeps its digests, so that the chain of hashes stays true: see ``HistoryLine``.
    /// The user's name becomes a pseudonym, details NULL. Lines that have neither, and those erased before, stay.
    ///
    /// Lines from before the chain have no salt. Their digest would confirm a guessed name: they get random bytes.
    ///
    /// - Returns: how many lines were erased.
    @discardableResult
    func eraseHistory(transactionID: Int64, of userID: String, as pseudonym: String) throws -> Int {
        let user = HistoryChange.Actor.user(Subject(stored: userID)).name
        let lines = try all(
            """
            SELECT \(HistoryLineRow.columns) FROM transaction_events INDEXED BY transaction_events_transaction
            WHERE transaction_id = ? ORDER BY id
            """,
            [transactionID], HistoryLineRow.decode
        ).filter { $0.personalDigest == nil && ($0.detail != nil || $0.actor.utf8.elementsEqual(user.utf8)) }
        for line in lines {
            let isUsers = line.actor.utf8.elementsEqual(user.utf8)
            let digest =
                line.hash == nil
                ? HistoryLine.randomSalt() + HistoryLine.randomSalt()
                : line.digestOfPersonalData(owner: userID) ?? HistoryLine.noHash
            try executeOnRow(
                of: "transaction_events",
                "UPDATE transaction_events SET actor = ?, detail = NULL, salt = NULL, personal_digest = ? WHERE id = ?",
                [isUsers ? HistoryChange.Actor.user(Subject(stored: pseudonym)).name : line.actor, digest, line.id]
            )
        }
        return lines.count
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
