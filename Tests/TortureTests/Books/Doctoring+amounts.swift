import TortureBooks

extension Doctoring {
    /// I4.
    static let amounts: [Doctoring] = [
        Doctoring(.i4, "captured 10000 of 9999", sql: "UPDATE payment_transactions SET captured = 10000 WHERE id = 1"),
        Doctoring(
            .i4, "refunded 5999 and reserved 5000 of captured 9999",
            sql: "UPDATE payment_transactions SET reserved = 5000 WHERE id = 1"),
        Doctoring(.i4, "captured 4000 while it is canceled", sql: "UPDATE payment_transactions SET captured = 4000 WHERE id = 4"),
        Doctoring(.i4, "its succeeded refunds make 999", sql: "UPDATE refunds SET status = 'failed' WHERE id = 1"),
        Doctoring(.i4, "its pending refunds make 5000", sql: "UPDATE refunds SET status = 'pending' WHERE id = 1"),
        Doctoring(
            .i4, "disputed 9000 of captured 8000", sql: "UPDATE payment_transactions SET disputed = 9000 WHERE id = 8"),
        Doctoring(
            .i4, "disputed 0, its open and lost disputes make 8000",
            sql: "UPDATE payment_transactions SET disputed = 0 WHERE id = 8"),
        Doctoring(
            .i4, "disputed 8000, its open and lost disputes make 0",
            sql: "UPDATE disputes SET status = 'warning_needs_response'"),
        Doctoring(.i4, "the provider gave back 14999 of captured 9999", line: .operation(4)) {
            $0.with(#""status":"succeeded","amount":999,"#, #""status":"succeeded","amount":9999,"#)
        },
        Doctoring(.i4, "the provider captured 4001 of 4000", line: .operation(13)) {
            $0.with(#""amount_captured":0"#, #""amount_captured":4001"#)
        },
        Doctoring(
            .i4, "operation 4 asked the provider for a refund of transaction 1 that exceeds what is left",
            sql: """
                UPDATE operations SET state = 'failed', outcome = 'rejected' WHERE id = 4;
                UPDATE idempotency_keys SET status = 422, body = CAST('{"provider_code":"amount_too_large"}' AS BLOB) WHERE operation_id = 4;
                """),
    ]

    /// I5.
    static let history: [Doctoring] = [
        Doctoring(
            .i5, "starts at processing, it was requires_payment_method",
            sql: "UPDATE transaction_events SET from_status = 'processing' WHERE id = 4"),
        Doctoring(
            .i5, "starts at processing, it was nothing",
            sql: "UPDATE transaction_events SET from_status = 'processing' WHERE id = 1"),
        Doctoring(
            .i5, "leads from succeeded to processing, and no operator had declared it paid",
            sql: """
                UPDATE transaction_events SET to_status = 'processing' WHERE id = 5;
                UPDATE transaction_events SET from_status = 'processing' WHERE id = 6;
                """),
        Doctoring(
            .i5, "leads from requires_payment_method to manual_review",
            sql: "UPDATE transaction_events SET to_status = 'manual_review' WHERE id = 4"),
        Doctoring(
            .i5, "leads from canceled to succeeded, and no discrepancy was opened",
            sql: """
                INSERT INTO transaction_events
                VALUES (99, 4, 'webhook.x', 'webhook:evt', 'canceled', 'succeeded', NULL, NULL, NULL, NULL, 0)
                """),
        Doctoring(
            .i5, "transaction 4 is processing, its history ends with canceled",
            sql: "UPDATE payment_transactions SET status = 'processing' WHERE id = 4"),
        Doctoring(.i5, "operation 13 (cancel) was asked for 0 times", sql: "DELETE FROM transaction_events WHERE id = 25"),
        Doctoring(
            .i5, "operation 13 (cancel) ended 2 times",
            sql: """
                INSERT INTO transaction_events
                VALUES (99, 4, 'cancel.succeeded', 'gateway', 'canceled', 'canceled', NULL, 13, NULL, NULL, 0)
                """),
        Doctoring(
            .i5, "operation 13 (cancel) is succeeded, and the history has no line of it",
            sql: "DELETE FROM transaction_events WHERE id = 26"),
        Doctoring(
            .i5, "operation 13 (cancel) is unknown, and the history has its end",
            sql: "UPDATE operations SET state = 'unknown' WHERE id = 13"),
        Doctoring(
            .i5, "transaction 3 has the discrepancy captured_less, of which its history has no line",
            sql: "UPDATE payment_transactions SET review_code = 'captured_less' WHERE id = 3"),
        Doctoring(
            .i5, "transaction 4 has no discrepancy any more, and its history has no line of the end",
            sql: """
                INSERT INTO transaction_events
                VALUES (99, 4, 'review.opened', 'gateway', 'canceled', 'canceled', NULL, NULL, NULL, NULL, 0)
                """),
        Doctoring(
            .i5, "transaction 8 is disputed, and its history has no line of it",
            sql: "UPDATE transaction_events SET type = 'refreshed' WHERE type LIKE '%dispute%'"),
        Doctoring(
            .i5, "operation 13 (cancel) ended without a trace at its provider, and was looked at 1 times",
            sql: "UPDATE operations SET state = 'failed', outcome = 'not_executed', attempts = 2 WHERE id = 13"),
    ]
}
