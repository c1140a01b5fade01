import TortureBooks

extension Doctoring {
    /// I6.
    static let answers: [Doctoring] = [
        Doctoring(.i6, "request-5 and request-6 of the key twice were answered differently", told: 6) { $0.body += " " },
        Doctoring(.i6, "request-6 of the key twice was told 409 after 200", told: 6) {
            $0.status = 409
            $0.isReplay = false
            $0.body = #"{"code":"invalid_state"}"#
        },
        Doctoring(
            .i6, "the key twice has a final answer and is not in the books",
            sql: "DELETE FROM idempotency_keys WHERE key = 'twice'"),
        Doctoring(
            .i6, "the key twice has a final answer and is in_flight",
            sql: "UPDATE idempotency_keys SET state = 'in_flight', status = NULL, body = NULL WHERE key = 'twice'"),
        Doctoring(
            .i6, "the key twice is stored with 200, request request-5 was told 200",
            sql: "UPDATE idempotency_keys SET body = CAST('{}' AS BLOB) WHERE key = 'twice'"),
        Doctoring(
            .i6, "is in_flight and has no operation",
            sql: "UPDATE idempotency_keys SET state = 'in_flight', operation_id = NULL WHERE key = 'twice'"),
        Doctoring(
            .i6, "the key twice is of operation 4, which has the key none",
            sql: "UPDATE operations SET idempotency_key = NULL, idempotency_owner = NULL WHERE id = 4"),
        Doctoring(
            .i6, "the key twice is in flight, and its operation 4 is succeeded",
            sql: "UPDATE idempotency_keys SET state = 'in_flight' WHERE key = 'twice'"),
        Doctoring(
            .i6, "the key twice has an answer, and its operation 4 is unknown",
            sql: "UPDATE operations SET state = 'unknown' WHERE id = 4"),
        Doctoring(
            .i6, "the key twice is stored with 409, and its operation 4 succeeded",
            sql: "UPDATE idempotency_keys SET status = 409 WHERE key = 'twice'"),
        Doctoring(
            .i6, "is stored with 200, and its operation 6 failed",
            sql: "UPDATE idempotency_keys SET status = 200 WHERE operation_id = 6"),
        Doctoring(
            .i6, "the key twice is stored with 202, which is not final",
            sql: "UPDATE idempotency_keys SET status = 202 WHERE key = 'twice'"),
    ]

    /// I7.
    static let events: [Doctoring] = [
        Doctoring(
            .i7, "is in 3 rows",
            sql: "UPDATE webhook_events SET event_id = (SELECT min(event_id) FROM webhook_events) WHERE id IN (1, 2)"),
        Doctoring(
            .i7, "was applied 2 times to transaction 7",
            sql: """
                INSERT INTO transaction_events
                SELECT 99, 7, type, actor, to_status, to_status, 700, NULL, NULL, NULL, 0 FROM transaction_events WHERE id = 46
                """),
        Doctoring(.i7, "which never arrived", sql: "UPDATE transaction_events SET actor = 'webhook:evt_none' WHERE id = 46"),
        Doctoring(
            .i7, "event evt_foreign is in the inbox", sql: "UPDATE webhook_events SET event_id = 'evt_foreign' WHERE id = 1"),
        Doctoring(.i7, "still waits", sql: "UPDATE webhook_events SET state = 'pending' WHERE id = 1"),
        Doctoring(.i7, "contradicts the books", sql: "UPDATE webhook_events SET state = 'contradicted' WHERE id = 1"),
    ]

    /// I8. The number is Visa's for tests.
    static let secrecy: [Doctoring] = [
        Doctoring(.i8, "a client secret is in log 1") { $0.evidence.logs = [$0.journal.joined()] },
        Doctoring(.i8, "secret 1 is in log 2") { books in
            books.evidence.logs = ["", "token=sk_live_1"]
            books.evidence.secrets = ["sk_live_1"]
        },
        Doctoring(.i8, "a card number is in log 1") { $0.evidence.logs = ["card 4242 4242 4242 4242."] },
        Doctoring(.i8, "secret 1 is in the answer to request request-10") { books in
            books.evidence.secrets = ["sk_live_1"]
            books.retell(10) { $0.body += "sk_live_1" }
        },
        Doctoring(.i8, "a card number is in the answer to request request-10", told: 10) { $0.body += "4242424242424242" },
        Doctoring(.i8, "a client secret is in the answer to request request-2", told: 2) { $0.path = "/orders" },
        Doctoring(.i8, "secret 1 is in books.db") { books in
            books.evidence.secrets = ["sk_live_1"]
            try books.doctor("UPDATE transaction_events SET detail = 'sk_live_1' WHERE id = 1")
        },
        Doctoring(
            .i8, "a card number is in operations.request",
            sql: #"UPDATE operations SET request = '{"card":"4242424242424242"}' WHERE id = 1"#),
        Doctoring(
            .i8, "a card number is in webhook_events.raw_body",
            sql: #"UPDATE webhook_events SET raw_body = CAST('{"card":"4242-4242-4242-4242"}' AS BLOB) WHERE id = 1"#),
    ]
}
