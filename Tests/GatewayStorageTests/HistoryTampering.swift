import Testing

/// A change behind the gateway's back.
struct HistoryTampering: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// How the first finding reads, at its start.
    let finding: String
    let statements: [String]

    init(_ name: String, _ finding: String, _ statements: String...) {
        testDescription = name
        self.finding = finding
        self.statements = statements
    }

    private static let hash = "it, the payment's amount, currency, order, owner, provider, capture method or intent,"

    static let all = [
        HistoryTampering(
            "a detail", "line 10, payment 1: its hash does not fit: \(hash)",
            "UPDATE transaction_events SET detail = 'x' WHERE id = 10"),
        HistoryTampering(
            "an actor", "line 1, payment 1: its hash", "UPDATE transaction_events SET actor = 'user:43' WHERE id = 1"),
        HistoryTampering(
            "a salt", "line 1, payment 1: its hash", "UPDATE transaction_events SET salt = zeroblob(16) WHERE id = 1"),
        HistoryTampering(
            "a time", "line 5, payment 1: its hash", "UPDATE transaction_events SET created_at = created_at + 1 WHERE id = 5"),
        HistoryTampering(
            "a type", "line 3, payment 1: its hash", "UPDATE transaction_events SET type = 'create.declined' WHERE id = 3"),
        HistoryTampering("an amount", "line 9, payment 1: its hash", "UPDATE transaction_events SET amount = 99 WHERE id = 9"),
        HistoryTampering(
            "an operation", "line 4, payment 2: its hash", "UPDATE transaction_events SET operation_id = 1 WHERE id = 4"),
        HistoryTampering(
            "the provider's request", "line 4, payment 2: its hash",
            "UPDATE transaction_events SET provider_request_id = 'req' WHERE id = 4"),
        HistoryTampering(
            "a payment", "line 2, payment 2: the payment is requires_payment_method, and its history ends with processing",
            "UPDATE transaction_events SET transaction_id = 1 WHERE id = 4"),
        HistoryTampering(
            "a status", "line 6, payment 1: its hash", "UPDATE transaction_events SET to_status = 'failed' WHERE id = 6"),
        HistoryTampering(
            "an amount after a line", "line 6, payment 1: its hash", "UPDATE transaction_events SET captured = 1 WHERE id = 6"
        ),
        HistoryTampering(
            "a hash", "line 6, payment 1: its hash", "UPDATE transaction_events SET hash = zeroblob(32) WHERE id = 6"),
        HistoryTampering(
            "no hash", "line 6, payment 1: it has no hash", "UPDATE transaction_events SET hash = NULL WHERE id = 6"),
        HistoryTampering(
            "an erasure that is none", "line 1, payment 1: its hash",
            "UPDATE transaction_events SET actor = 'user:erased', salt = NULL, personal_digest = zeroblob(32) WHERE id = 1"),
        HistoryTampering(
            "an operation that succeeded, as failed",
            "line 6, payment 1: the operation 3 is failed, and its history says succeeded",
            "UPDATE operations SET state = 'failed' WHERE id = 3"),
        HistoryTampering("a line removed", "line 3: line 3 is missing", "DELETE FROM transaction_events WHERE id = 3"),
        HistoryTampering(
            "lines removed",
            "line 2, payment 2: the payment is requires_payment_method, and its history ends with processing",
            "DELETE FROM transaction_events WHERE id BETWEEN 4 AND 6"),
        HistoryTampering("the first line removed", "line 1: line 1 is missing", "DELETE FROM transaction_events WHERE id = 1"),
        HistoryTampering(
            "lines removed from the end",
            "line 6, payment 1: the payment is partially_refunded, and its history ends with succeeded",
            "DELETE FROM transaction_events WHERE id > 8"),
        HistoryTampering(
            "the last line removed, and the row put back to it",
            "line 10: the history ends at line 9, and the gateway has written line 10",
            "DELETE FROM transaction_events WHERE id = 10",
            "UPDATE payment_transactions SET status = 'succeeded', refunded = 0, reserved = 100 WHERE id = 1",
            "UPDATE refunds SET status = 'pending'", "UPDATE operations SET state = 'pending' WHERE id = 5"),
        HistoryTampering(
            "a whole payment removed", "line 2: line 2 is missing", "DELETE FROM transaction_events WHERE transaction_id = 2",
            "DELETE FROM operations WHERE transaction_id = 2", "DELETE FROM payment_transactions WHERE id = 2"),
        HistoryTampering(
            "the newest payment removed", "line 7: lines 7 to 8 are missing",
            "DELETE FROM transaction_events WHERE transaction_id = 3",
            "DELETE FROM operations WHERE transaction_id = 3", "DELETE FROM payment_transactions WHERE id = 3"),
        HistoryTampering(
            "a payment's row removed", "line 7, payment 3: its payment is missing",
            "DELETE FROM operations WHERE transaction_id = 3",
            "DELETE FROM payment_transactions WHERE id = 3"),
        HistoryTampering(
            "a payment without history", "payment 4: the payment has no history",
            """
            INSERT INTO payment_transactions (
                id, order_id, user_id, provider, amount, currency, captured, refunded, reserved, capture_method, status, metadata,
                version, created_at, updated_at
            ) VALUES (4, 1, '42', 'mock', 1, 'USD', 1, 0, 0, 'automatic', 'canceled', '{}', 1, 1, 1)
            """),
        HistoryTampering(
            "a line added", "line 11, payment 1: it has no hash",
            """
            INSERT INTO transaction_events (transaction_id, type, actor, from_status, to_status, created_at)
            VALUES (1, 'note', 'gateway', 'partially_refunded', 'partially_refunded', 1)
            """),
        HistoryTampering(
            "a line added with a hash", "line 11, payment 1: its hash",
            """
            INSERT INTO transaction_events (transaction_id, type, actor, from_status, to_status, created_at, captured, refunded, reserved, hash)
            VALUES (1, 'note', 'gateway', 'partially_refunded', 'partially_refunded', 1, 10000, 100, 0, randomblob(32))
            """),
        HistoryTampering(
            "two lines in each other's place", "line 3, payment 2: its hash",
            "UPDATE transaction_events SET id = 99 WHERE id = 3",
            "UPDATE transaction_events SET id = 3 WHERE id = 4", "UPDATE transaction_events SET id = 4 WHERE id = 99"),
        HistoryTampering(
            "what was refunded", "line 10, payment 1: the payment has captured, refunded and reserved 10000, 50, 0",
            "UPDATE payment_transactions SET refunded = 50 WHERE id = 1"),
        HistoryTampering(
            "what was refunded, with the refund", "line 9, payment 1: a refund of 100 was asked for, and 50 is booked",
            "UPDATE payment_transactions SET refunded = 50 WHERE id = 1", "UPDATE refunds SET amount = 50"),
        HistoryTampering(
            "what was captured", "line 10, payment 1: the payment has captured, refunded and reserved 9000, 100, 0",
            "UPDATE payment_transactions SET captured = 9000 WHERE id = 1"),
        HistoryTampering(
            "a payment's amount", "line 1, payment 1: its hash", "UPDATE payment_transactions SET amount = 10001 WHERE id = 1"
        ),
        HistoryTampering(
            "a payment's currency", "line 1, payment 1: its hash",
            "UPDATE payment_transactions SET currency = 'EUR' WHERE id = 1"),
        HistoryTampering(
            "a payment's provider", "line 1, payment 1: its hash",
            "UPDATE payment_transactions SET provider = 'other' WHERE id = 1"),
        HistoryTampering(
            "a payment's order", "line 1, payment 1: its hash", "UPDATE payment_transactions SET order_id = 99 WHERE id = 1"),
        HistoryTampering(
            "a payment's status",
            "line 8, payment 3: the payment is succeeded, and its history ends with requires_payment_method",
            "UPDATE payment_transactions SET status = 'succeeded' WHERE id = 3"),
        HistoryTampering(
            "a refund's amount", "line 9, payment 1: a refund of 100 was asked for, and 50 is booked",
            "UPDATE refunds SET amount = 50"),
        HistoryTampering(
            "a dispute added", "payment 1: the payment has 0 disputed, and its disputes that are open or lost make 50",
            """
            INSERT INTO disputes (
                transaction_id, provider_dispute_id, amount, currency, status, reason, changed_at, created_at, updated_at
            ) VALUES (1, 'dp_1', 50, 'USD', 'lost', 'general', 1, 1, 1)
            """),
        HistoryTampering(
            "what is disputed", "payment 1: the payment has 50 disputed",
            "UPDATE payment_transactions SET disputed = 50 WHERE id = 1"),
        HistoryTampering("a refund's status", "payment 1: the payment has 100 refunded", "UPDATE refunds SET status = 'failed'"),
        HistoryTampering(
            "a refund removed", "line 9, payment 1: a refund of 100 was asked for, and there is none", "DELETE FROM refunds"),
        HistoryTampering(
            "who did it", "line 6, payment 1: its hash", "UPDATE transaction_events SET actor = 'operator:ann' WHERE id = 6"),
        HistoryTampering(
            "whose payment it is", "line 1, payment 1: its hash",
            "UPDATE payment_transactions SET user_id = '43' WHERE id = 1"),
        HistoryTampering(
            "the payment at the provider", "line 3, payment 1: its hash",
            "UPDATE payment_transactions SET payment_intent_id = 'pi_other' WHERE id = 1"),
        HistoryTampering(
            "no payment at the provider", "line 3, payment 1: its hash",
            "UPDATE payment_transactions SET payment_intent_id = NULL WHERE id = 1"),
        HistoryTampering(
            "how it is captured", "line 1, payment 1: its hash",
            "UPDATE payment_transactions SET capture_method = 'manual' WHERE id = 1"),
        HistoryTampering(
            "a payment marked as deleted", "line 10, payment 1: the payment is marked as deleted",
            "UPDATE payment_transactions SET deleted_at = 1 WHERE id = 1"),
        HistoryTampering(
            "an operation marked as deleted", "line 5, payment 1: its operation 3 is gone",
            "UPDATE operations SET deleted_at = 1 WHERE id = 3"),
        HistoryTampering(
            "an operation removed", "line 5, payment 1: its operation 3 is gone", "DELETE FROM operations WHERE id = 3"),
        HistoryTampering(
            "a refund that belongs to no operation", "line 9, payment 1: a refund of 100 was asked for, and there is none",
            "UPDATE refunds SET operation_id = NULL"),
        HistoryTampering(
            "a payment with a negative number", "payment -1: the payment has no history",
            """
            INSERT INTO payment_transactions (
                id, order_id, user_id, provider, amount, currency, captured, refunded, reserved, capture_method, status, metadata,
                version, created_at, updated_at
            ) VALUES (-1, 1, '42', 'mock', 10000, 'USD', 1, 0, 0, 'automatic', 'canceled', '{}', 1, 1, 1)
            """),
        HistoryTampering(
            "a line with a negative number", "line -1, payment 1: it was added",
            """
            INSERT INTO transaction_events (id, transaction_id, type, actor, from_status, to_status, created_at)
            VALUES (-1, 1, 'note', 'gateway', NULL, 'processing', 1)
            """),
        HistoryTampering(
            "an order's amount", "payment 1: its order is gone, or has another amount",
            "UPDATE orders SET amount = 1 WHERE id = 1"),
        HistoryTampering(
            "a root behind the end of the history", "line 11: the root of 2026-01-08 ends with line 9223372036854775807",
            """
            INSERT INTO history_roots (day, first_id, last_id, root, created_at)
            VALUES ('2026-01-08', 1, 9223372036854775807, zeroblob(32), 1)
            """),
        HistoryTampering(
            "lines with the highest numbers there are, and a root up to them",
            "line 9: lines 9 to 9223372036854775805 are missing",
            "UPDATE transaction_events SET id = 9223372036854775806 WHERE id = 9",
            "UPDATE transaction_events SET id = 9223372036854775807 WHERE id = 10",
            """
            INSERT INTO history_roots (day, first_id, last_id, root, created_at)
            VALUES ('2026-01-08', 1, 9223372036854775807, zeroblob(32), 1)
            """),
        HistoryTampering(
            "refunds of more than a number holds", "payment 1: the payment has 100 refunded",
            """
            INSERT INTO refunds (transaction_id, provider_refund_id, amount, currency, status, metadata, created_at, updated_at)
            VALUES (1, 're_2', 9223372036854775807, 'USD', 'succeeded', '{}', 1, 1)
            """),
        HistoryTampering(
            "a paid order without its payment", "the order 99 is completed, and has no payment",
            """
            INSERT INTO orders (id, user_id, amount, currency, status, metadata, created_at, updated_at)
            VALUES (99, '42', 1, 'USD', 'completed', '{}', 1, 1)
            """),
        HistoryTampering(
            "the beginning of the chain", "line 1, payment 1: it has a hash", "UPDATE history_chain SET first_id = 11"),
    ]
}
