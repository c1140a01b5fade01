import Foundation
import GRDB

/// Part of ``Migration0013Lifecycle``: a payment in review gets its last known status and an open discrepancy, and an operation in review
/// is open again, overdue.
///
/// Frozen with its migration. It uses no row type of today but ``HistoryLine``, whose format is a contract.
struct ReviewConversion {
    let database: Database

    init(_ database: Database) { self.database = database }

    func run() throws {
        try reopenOperations()
        let reviewed = try Row.fetchAll(
            database,
            sql: """
                SELECT id, order_id, user_id, provider, payment_intent_id, amount, currency, captured, refunded, reserved,
                    capture_method, updated_at
                FROM payment_transactions WHERE status = 'manual_review' ORDER BY id
                """)
        for row in reviewed { try convert(row) }
    }

    // MARK: Operations

    /// Two open operations of one payment exclude each other. The code never left two, and a person could have.
    private func reopenOperations() throws {
        try database.execute(
            sql: """
                UPDATE operations SET state = 'failed', outcome = 'superseded'
                WHERE state = 'manual_review' AND kind <> 'refund' AND EXISTS (
                    SELECT 1 FROM operations AS other
                    WHERE other.transaction_id = operations.transaction_id AND other.id <> operations.id AND other.kind <> 'refund'
                        AND other.state IN ('pending', 'unknown', 'manual_review') AND other.deleted_at IS NULL
                        AND (other.state <> 'manual_review' OR other.id > operations.id)
                        AND (other.kind = 'cancel') = (operations.kind = 'cancel')
                );
                UPDATE operations SET state = 'unknown', is_overdue = 1, lease_until = NULL, next_check_at = \(DatabaseClock.now)
                WHERE state = 'manual_review';
                """)
    }

    // MARK: Payments

    private func convert(_ row: Row) throws {
        let id: Int64 = row["id"]
        let opening = try Row.fetchOne(
            database,
            sql: """
                SELECT from_status, detail, created_at FROM transaction_events
                WHERE transaction_id = ? AND to_status = 'manual_review' AND from_status IS NOT 'manual_review' ORDER BY id DESC LIMIT 1
                """, arguments: [id])
        let detail = opening?["detail"] as String?
        let overdue = try Int64.fetchOne(
            database, sql: "SELECT max(id) FROM operations WHERE transaction_id = ? AND is_overdue = 1", arguments: [id])
        let captured: Int64 = row["captured"]
        let hasLiveSibling = try hasLiveSibling(row)
        var review = Review(detail: detail, operation: overdue)
        if hasLiveSibling, captured > 0 { review.becomeDuplicate(captured: captured) }
        let status = status(of: row, before: opening?["from_status"], review, hasLiveSibling: hasLiveSibling)
        try database.execute(
            sql: """
                UPDATE payment_transactions
                SET status = ?, closed_reason = ?, facts = ?, review_code = ?, review_value = ?, review_detail = ?,
                    review_opened_at = ?, updated_at = \(DatabaseClock.now), version = version + 1
                WHERE id = ?
                """,
            arguments: [
                status, status == "canceled" || hasLiveSibling ? "canceled" : nil, review.facts, review.code, review.value,
                detail ?? "opened before this version of the gateway", opening?["created_at"] as Int64? ?? row["updated_at"], id,
            ])
        try appendLine(status: status, of: row, detail)
    }

    /// The last known status. The amounts outrank the history: refunds went on during a review.
    private func status(of row: Row, before: String?, _ review: Review, hasLiveSibling: Bool) -> String {
        let captured: Int64 = row["captured"]
        let refunded: Int64 = row["refunded"]
        if captured > 0 { return refunded == 0 ? "succeeded" : refunded < captured ? "partially_refunded" : "refunded" }
        if hasLiveSibling || review.wasCanceled || before == "canceled" { return "canceled" }
        guard let before, before != "manual_review" else { return "processing" }
        // Without a capture none of these can be right.
        return ["succeeded", "partially_refunded", "refunded"].contains(before) ? "processing" : before
    }

    /// Whether another payment of the order keeps its place among those that are paid or may be. The unique index takes one of them: of
    /// two in review a paid one, else the later.
    private func hasLiveSibling(_ row: Row) throws -> Bool {
        try Int.fetchOne(
            database,
            sql: """
                SELECT 1 FROM payment_transactions INDEXED BY payment_transactions_order
                WHERE order_id = ? AND id <> ? AND status <> 'canceled' AND closed_reason IS NULL AND deleted_at IS NULL
                    AND (status <> 'manual_review' OR (captured > 0, id) > (?, ?))
                """, arguments: [row["order_id"], row["id"], (row["captured"] as Int64) > 0, row["id"]]) != nil
    }

    private func appendLine(status: String, of row: Row, _ detail: String?) throws {
        let id: Int64 = row["id"]
        let last = try Row.fetchOne(database, sql: "SELECT id, hash FROM transaction_events ORDER BY id DESC LIMIT 1")
        let previous = try Data.fetchOne(
            database, sql: "SELECT hash FROM transaction_events WHERE transaction_id = ? ORDER BY id DESC LIMIT 1",
            arguments: [id])
        let now = try Int64.fetchOne(database, sql: "SELECT \(DatabaseClock.now)") ?? 0
        let line = HistoryLine(
            id: (last?["id"] ?? 0) + 1, transactionID: id, type: "review.migrated", actor: "gateway", fromStatus: "manual_review",
            toStatus: status, amount: nil, operationID: nil, providerRequestID: nil, detail: nil, createdAt: now,
            captured: row["captured"], refunded: row["refunded"], reserved: row["reserved"])
        let terms = HistoryLine.Terms(
            amount: row["amount"], currency: row["currency"], orderID: row["order_id"], provider: row["provider"],
            captureMethod: row["capture_method"], paymentIntentID: row["payment_intent_id"], owner: row["user_id"])
        let hash = line.expectedHash(
            terms: terms, after: previous.map { Array($0) }, neighbor: (last?["hash"] as Data?).map { Array($0) })
        try database.execute(
            sql: """
                INSERT INTO transaction_events (
                    id, transaction_id, type, actor, from_status, to_status, created_at, captured, refunded, reserved, hash
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                line.id, id, line.type, line.actor, line.fromStatus, line.toStatus, now, line.captured, line.refunded,
                line.reserved,
                Data(hash),
            ])
    }
}

/// What the words of a history's line say about the discrepancy. They are those of the versions before.
private struct Review {
    var code = "object_differs"
    var value: Int64 = 0
    /// JSON of a fact from which the gateway derives the same discrepancy. One of amounts lasts until the next look at the intent, which
    /// brings the amounts themselves; one of ids until an operator accepts it.
    var facts: String? = #"{"other_refund":true}"#
    /// Whether the provider showed a payment as paid that the books had as canceled.
    var wasCanceled = false

    init(detail: String?, operation: Int64?) {
        let text = detail ?? ""
        if let operation, detail == nil || text.contains("within 72 hours") {
            code = "outcome_unknown"
            value = operation
            facts = nil
        } else if Self.amounts.contains(where: text.contains) {
            code = "amount_differs"
            value = -1
            facts = #"{"other_currency":true}"#
            wasCanceled = text.contains(Self.paid)
        }
    }

    /// Another payment of the order is paid or may be. The gateway derives this discrepancy from the rows.
    mutating func becomeDuplicate(captured: Int64) {
        code = "duplicate_payment"
        value = captured
        facts = nil
    }

    private static let paid = "says that the payment is succeeded, the books that it is canceled"
    private static let amounts = [
        "captured more", "captured less", "the provider has ", "exceeds what was captured", "says that the payment is ",
    ]
}
