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

    /// Gives the line the hash that ``HistoryLine`` describes.
    func appendHistory(_ change: HistoryChange, of payment: PaymentTransaction, at now: Timestamp) throws {
        let last = try lastHistoryLine()
        let (id, isTooHigh) = last.id.addingReportingOverflow(1)
        guard !isTooHigh else { throw StoreError.constraint("transaction_events: there are no more numbers") }
        let terms = HistoryLine.Terms(of: payment)
        var line = HistoryLine(
            id: id, transactionID: payment.id, type: change.type, actor: change.actor,
            fromStatus: change.fromStatus?.rawValue, toStatus: change.toStatus.rawValue, amount: change.amount,
            operationID: change.operationID, providerRequestID: change.providerRequestID, detail: change.detail,
            createdAt: now.unixMilliseconds, captured: payment.captured, refunded: payment.refunded, reserved: payment.reserved)
        if line.isPersonal(owner: terms.owner) { line.salt = HistoryLine.randomSalt() }
        let hash = line.expectedHash(terms: terms, after: try lastHash(transactionID: payment.id), neighbor: last.hash)
        try execute(
            Self.insertLine,
            [
                line.id, line.transactionID, line.type, line.actor, line.fromStatus, line.toStatus, line.amount, line.operationID,
                line.providerRequestID, line.detail, line.createdAt, line.captured, line.refunded, line.reserved, line.salt, hash,
            ]
        )
        ends.append(HistoryEnds.Line(id: id, hash: hash), transactionID: payment.id)
    }

    private static let insertLine = """
        INSERT INTO transaction_events (
            id, transaction_id, type, actor, from_status, to_status, amount, operation_id, provider_request_id, detail,
            created_at, captured, refunded, reserved, salt, hash
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    private func lastHistoryLine() throws -> HistoryEnds.Line {
        if let last = ends.table { return last }
        return try first("SELECT id, hash FROM transaction_events ORDER BY id DESC LIMIT 1", []) {
            HistoryEnds.Line(id: $0[0], hash: $0[1])
        } ?? HistoryEnds.Line(id: 0, hash: nil)
    }

    private func lastHash(transactionID: Int64) throws -> [UInt8]? {
        if let known = ends.payments[transactionID] { return known }
        return try first(Self.lastHash, [transactionID]) { $0[0] as [UInt8]? } ?? nil
    }

    private static let lastHash = """
        SELECT hash FROM transaction_events INDEXED BY transaction_events_transaction
        WHERE transaction_id = ? ORDER BY id DESC LIMIT 1
        """

    /// Erases what is personal in a payment's history, and keeps its digests, so that the chain of hashes stays true: see ``HistoryLine``.
    /// The user's name becomes a pseudonym, details NULL. Lines that have neither, and those erased before, stay.
    ///
    /// Lines from before the chain have no salt. Their digest would confirm a guessed name: they get random bytes.
    ///
    /// - Returns: how many lines were erased.
    @discardableResult
    func eraseHistory(transactionID: Int64, of user: Subject, as pseudonym: Subject) throws -> Int {
        let name = HistoryChange.Actor.user(user).name
        let lines = try all(
            """
            SELECT \(HistoryLineRow.columns) FROM transaction_events INDEXED BY transaction_events_transaction
            WHERE transaction_id = ? ORDER BY id
            """,
            [transactionID], HistoryLineRow.decode
        ).filter { $0.personalDigest == nil && ($0.detail != nil || $0.actor.utf8.elementsEqual(name.utf8)) }
        for line in lines {
            let isUsers = line.actor.utf8.elementsEqual(name.utf8)
            let digest =
                line.hash == nil
                ? HistoryLine.randomSalt() + HistoryLine.randomSalt()
                : line.digestOfPersonalData(owner: user.text) ?? HistoryLine.noHash
            try executeOnRow(
                of: "transaction_events",
                "UPDATE transaction_events SET actor = ?, detail = NULL, salt = NULL, personal_digest = ? WHERE id = ?",
                [isUsers ? HistoryChange.Actor.user(pseudonym).name : line.actor, digest, line.id]
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
