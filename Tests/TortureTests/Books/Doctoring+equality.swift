import TortureBooks

extension Doctoring {
    /// I3: operations, transactions and orders.
    static let equality: [Doctoring] = [
        Doctoring(
            .i3, "operation 7 (confirm of transaction 2) is unknown", sql: "UPDATE operations SET state = 'unknown' WHERE id = 7"),
        Doctoring(
            .i3, "operation 7 (confirm of transaction 2) is unknown",
            sql: "UPDATE operations SET state = 'unknown', is_overdue = 1 WHERE id = 7"),
        Doctoring(
            .i3, "operation 7 (confirm) is failed, and the provider made the effect",
            sql: "UPDATE operations SET state = 'failed' WHERE id = 7"),
        Doctoring(.i3, "operation 15 (confirm) is failed, and the provider does not know of a decline") {
            $0.remove(.operation(15))
        },
        Doctoring(.i3, "operation 13 (cancel) is succeeded, and the provider made no effect") { $0.remove(.operation(13)) },

        Doctoring(
            .i3, "is in 0 transactions",
            sql: "UPDATE payment_transactions SET payment_intent_id = NULL, status = 'canceled' WHERE id = 5"),
        Doctoring(.i3, "is in 2 transactions") { books in
            try books.doctor(
                """
                UPDATE payment_transactions
                SET payment_intent_id = (SELECT payment_intent_id FROM payment_transactions WHERE id = 5) WHERE id = 4
                """)
        },
        Doctoring(.i3, "is of transaction 5, its operation", sql: "UPDATE operations SET transaction_id = 4 WHERE id = 14"),
        Doctoring(
            .i3, "transaction 4 waits for a person: object_differs",
            sql: "UPDATE payment_transactions SET review_code = 'object_differs' WHERE id = 4"),
        Doctoring(.i3, "transaction 5 is pi_mock") {
            $0.remove(.operation(14))
            $0.remove(.operation(15))
        },
        Doctoring(
            .i3, "transaction 5 is processing and has no payment intent",
            sql: "UPDATE payment_transactions SET payment_intent_id = NULL, status = 'processing' WHERE id = 5"),

        Doctoring(
            .i3, ": status: the books have succeeded, the provider partially_refunded",
            sql: "UPDATE payment_transactions SET status = 'succeeded' WHERE id = 1"),
        Doctoring(.i3, ": status: the books have failed, the provider requires_payment_method", line: .operation(15)) {
            $0.with(#""last_error":{"#, #""no_error":{"#)
        },
        Doctoring(.i3, ": amount: the books have 4000, the provider 4001", line: .operation(13)) {
            $0.with(#""amount":4000"#, #""amount":4001"#)
        },
        Doctoring(.i3, ": currency: the books have USD, the provider EUR", line: .operation(13)) { $0.with("USD", "EUR") },
        Doctoring(.i3, ": captured: the books have 2500, the provider 2400", line: .operation(11)) {
            $0.with(#""amount_captured":2500"#, #""amount_captured":2400"#)
        },
        Doctoring(.i3, ": refunded: the books have 5999, the provider 999") { $0.remove(.operation(3)) },
        Doctoring(
            .i3, ": reserved: the books have 10, the provider 0",
            sql: "UPDATE payment_transactions SET reserved = 10 WHERE id = 1"),
        Doctoring(.i3, ": capture method", sql: "UPDATE payment_transactions SET capture_method = 'manual' WHERE id = 1"),
        Doctoring(.i3, ": customer", sql: "UPDATE payment_transactions SET provider_customer_id = 'cus_1' WHERE id = 1"),
        Doctoring(.i3, ": the client secrets differ", sql: "UPDATE payment_transactions SET client_secret = 'x' WHERE id = 1"),
        Doctoring(.i3, ": charge", sql: "UPDATE payment_transactions SET provider_charge_id = NULL WHERE id = 1"),
        Doctoring(.i3, ": error code", sql: "UPDATE payment_transactions SET error_code = NULL WHERE id = 5"),
        Doctoring(.i3, ": decline code", sql: "UPDATE payment_transactions SET decline_code = 'stolen' WHERE id = 1"),
        Doctoring(.i3, ": dispute: the books have nothing", sql: "UPDATE payment_transactions SET dispute = NULL WHERE id = 8"),
        Doctoring(.i3, ": dispute's status", line: .effect("dispute")) { $0.with("needs_response", "won") },
        Doctoring(.i3, ": rows of disputes: the books have []", sql: "DELETE FROM disputes"),
        Doctoring(.i3, ": rows of disputes", sql: "UPDATE disputes SET amount = 1"),
        Doctoring(.i3, ": rows of disputes", sql: "UPDATE disputes SET transaction_id = 1"),

        Doctoring(
            .i3, "order 1 is completed, its transactions (1 partially_refunded) make it partially_refunded",
            sql: "UPDATE orders SET status = 'completed' WHERE id = 1"),
        Doctoring(
            .i3, "order 3 is completed, its transactions (3 succeeded) make it pending",
            sql: "UPDATE payment_transactions SET review_code = 'captured_less' WHERE id = 3"),
        Doctoring(
            .i3, "order 9 is completed and has no payment",
            sql:
                "INSERT INTO orders SELECT 9, user_id, amount, currency, 'completed', NULL, '{}', 0, 0, NULL FROM orders WHERE id = 1"
        ),
    ]

    /// I3: refunds.
    static let refunds: [Doctoring] = [
        Doctoring(.i3, "of transaction 2 is in 0 rows of refunds", sql: "DELETE FROM refunds WHERE id = 3"),
        Doctoring(
            .i3, "of transaction 2 is in 2 rows of refunds",
            sql:
                "UPDATE refunds SET transaction_id = 2, provider_refund_id = (SELECT provider_refund_id FROM refunds WHERE id = 3) WHERE id = 2"
        ),
        Doctoring(
            .i3, "refund 3 of transaction 2 is succeeded and has no provider's id",
            sql: "UPDATE refunds SET provider_refund_id = NULL WHERE id = 3"),
        Doctoring(.i3, "refund 3 of transaction 2 is re_mock") { $0.remove(.operation(8)) },
        Doctoring(.i3, ": amount: the books have 1999", sql: "UPDATE refunds SET amount = 1999 WHERE id = 3"),
        Doctoring(.i3, ": currency: the books have EUR", sql: "UPDATE refunds SET currency = 'EUR' WHERE id = 3"),
        Doctoring(
            .i3, ": status: the books have pending, the provider succeeded",
            sql: "UPDATE refunds SET status = 'pending' WHERE id = 3"),
        Doctoring(.i3, ": intent", sql: "UPDATE refunds SET transaction_id = 1 WHERE id = 3"),
        Doctoring(.i3, ": operation: the books have nothing", sql: "UPDATE refunds SET operation_id = NULL WHERE id = 3"),
    ]
}
