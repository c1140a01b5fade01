import TortureBooks

extension Doctoring {
    /// I2: what answers say of orders, transactions and refunds, and the database file itself.
    static let durability: [Doctoring] = [
        Doctoring(
            .i2, "operation 13 is of the request gateway-superfluous-5, which nobody sent",
            sql: "UPDATE operations SET request_id = 'gateway-superfluous-5', idempotency_key = NULL WHERE id = 13"),
        Doctoring(
            .i2, "operation 13 is of the request gateway-duplicate-4, which nobody sent",
            sql: "UPDATE operations SET request_id = 'gateway-duplicate-4', idempotency_key = NULL WHERE id = 13"),
        Doctoring(.i2, "a row of payment_transactions refers to a row of orders", sql: "DELETE FROM orders WHERE id = 1"),
        Doctoring(.i2, "the database is damaged: CHECK", sql: "UPDATE payment_transactions SET refunded = -1 WHERE id = 1"),
        Doctoring(
            .i2, "the database is damaged: ***",
            sql: "PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE name = 'orders_user'"),
        Doctoring(.i2, "of order 99, which is not in the books", told: 1) { $0.body = $0.body.with(#""id":1,"#, #""id":99,"#) },
        Doctoring(.i2, "9999 USD for order 1; it is 5 USD", sql: "UPDATE orders SET amount = 5 WHERE id = 1"),
        Doctoring(.i2, "another owner of order 1", sql: "UPDATE orders SET user_id = '7' WHERE id = 1"),
        Doctoring(.i2, "that order 4 is completed; it is canceled", told: 17) { $0.body = $0.body.with("pending", "completed") },

        Doctoring(.i2, "of transaction 99, which is not in the books", told: 2) {
            $0.body = $0.body.with(#""transaction_id":1"#, #""transaction_id":99"#)
        },
        Doctoring(.i2, "9998 USD for transaction 1", told: 2) { $0.body = $0.body.with("99.99", "99.98") },
        Doctoring(.i2, "9999 EUR for transaction 1", told: 2) { $0.body = $0.body.with("USD", "EUR") },
        Doctoring(.i2, "; it is none", sql: "UPDATE payment_transactions SET payment_intent_id = NULL WHERE id = 1"),
        Doctoring(.i2, "which the provider does not have") {
            $0.remove(.operation(14))
            $0.remove(.operation(15))
        },
        Doctoring(.i2, "another client secret", sql: "UPDATE payment_transactions SET client_secret = 'x' WHERE id = 1"),
        Doctoring(.i2, "that transaction 1 is of order 5", told: 3) {
            $0.body = $0.body.with(#""order_id":1"#, #""order_id":5"#)
        },
        Doctoring(.i2, "is refunded, which its history never says", told: 33) {
            $0.body = $0.body.with("partially_refunded", "refunded")
        },
        Doctoring(
            .i2, "is succeeded; it is processing", sql: "UPDATE payment_transactions SET status = 'processing' WHERE id = 1"),
        Doctoring(
            .i2, "of transaction 1 were captured; it is 9998", sql: "UPDATE payment_transactions SET captured = 9998 WHERE id = 1"
        ),
        Doctoring(.i2, "that 6000 of transaction 1 were refunded", told: 33) { $0.body = $0.body.with("59.99", "60.00") },
        Doctoring(.i2, "is canceled; it is succeeded", sql: "UPDATE payment_transactions SET status = 'succeeded' WHERE id = 4"),

        Doctoring(.i2, "without the provider's id", told: 12) {
            $0.body = #"{"message":"","refund_id":null,"amount":20.00,"currency":"USD","status":"pending"}"#
        },
        Doctoring(.i2, "of refund re_mock", sql: "DELETE FROM refunds WHERE id = 3"),
        Doctoring(.i2, "5000 USD for refund re_mock", sql: "UPDATE refunds SET amount = 4000 WHERE id = 1"),
        Doctoring(.i2, "at /payments/pi_other/refund; it is of", told: 12) { $0.path = "/payments/pi_other/refund" },
        Doctoring(.i2, "succeeded; it is pending", sql: "UPDATE refunds SET status = 'pending' WHERE id = 3"),
        Doctoring(.i2, "which the provider does not have so") { $0.remove(.operation(8)) },
    ]

    /// I2: what answers say of the operations that their requests started.
    static let outcomes: [Doctoring] = [
        Doctoring(
            .i2, "was told 200, and its operation 2 is unknown", sql: "UPDATE operations SET state = 'unknown' WHERE id = 2"),
        Doctoring(.i2, "was told 503, and its operation 2 had an effect", told: 3) { $0.status = 503 },
        Doctoring(
            .i2, "was told 402, and its operation 6 is unknown", sql: "UPDATE operations SET state = 'unknown' WHERE id = 6"),
        Doctoring(.i2, "a decline that the provider does not know (operation 6)") { $0.remove(.operation(6)) },
        Doctoring(.i2, "request-2, which nobody sent") { $0.evidence.sentRequestIDs?.remove("request-2") },
    ]
}
