import Foundation
import Testing
import TortureBooks

@Suite("Comparing the books")
struct BookTests {
    @Test("Sound books have no violations")
    func sound() throws {
        #expect(try RecordedBooks().violations() == [])
    }

    @Test(
        "A broken rule is found",
        arguments: Doctoring.effects + Doctoring.durability + Doctoring.outcomes + Doctoring.equality + Doctoring.refunds
            + Doctoring.amounts + Doctoring.history + Doctoring.answers + Doctoring.events + Doctoring.secrecy
    )
    func broken(_ doctoring: Doctoring) throws {
        var books = try RecordedBooks()
        try doctoring.apply(&books)
        let found = try books.violations()
        #expect(found.contains { $0.invariant == doctoring.invariant && $0.detail.contains(doctoring.finding) }, "\(found)")
    }

    @Test("Open operations and waiting events are counted")
    func counts() throws {
        let books = try RecordedBooks()
        #expect(try BookCheck.openOperations(databasePath: books.evidence.databasePath) == 0)
        #expect(try BookCheck.pendingWebhooks(databasePath: books.evidence.databasePath) == 0)
        try books.doctor("UPDATE operations SET state = CASE id WHEN 1 THEN 'pending' ELSE 'unknown' END WHERE id < 3")
        try books.doctor("UPDATE webhook_events SET state = 'pending' WHERE id = 1")
        #expect(try BookCheck.openOperations(databasePath: books.evidence.databasePath) == 2)
        #expect(try BookCheck.pendingWebhooks(databasePath: books.evidence.databasePath) == 1)
        #expect(try BookCheck.overdueOperations(databasePath: books.evidence.databasePath) == 0)
        try books.doctor("UPDATE operations SET is_overdue = 1 WHERE id < 4")
        #expect(try BookCheck.overdueOperations(databasePath: books.evidence.databasePath) == 2)
        #expect(try BookCheck.reviewedTransactions(databasePath: books.evidence.databasePath) == [])
        try books.doctor("UPDATE payment_transactions SET review_code = 'captured_less' WHERE id = 3")
        #expect(try BookCheck.reviewedTransactions(databasePath: books.evidence.databasePath) == [3])
    }

    @Test("A line of the journal that was not written to its end does not count, one that can't be read is an error")
    func tornJournal() throws {
        var books = try RecordedBooks()
        _ = try books.violations()
        let whole = try String(contentsOfFile: books.evidence.journalPath, encoding: .utf8)
        try (whole + #"{"time":"2026"#).write(toFile: books.evidence.journalPath, atomically: true, encoding: .utf8)
        #expect(try BookCheck.violations(in: books.evidence) == [])
        books.journal.append(#"{"time":"2026"#)
        #expect(throws: (any Error).self) { try books.violations() }
    }

    @Test("Lines and transactions of another provider are left out")
    func otherProvider() throws {
        var books = try RecordedBooks()
        books.journal = books.journal.map { $0.with(#""provider":"mock""#, #""provider":"other""#) }
        try books.doctor("UPDATE payment_transactions SET provider = 'third'; UPDATE webhook_events SET provider = 'third'")
        books.evidence.told = []
        #expect(try books.violations() == [])
    }

    @Test(
        "An operation that was taken over and looked up before it ended is sound",
        arguments: ["taken_over", "unknown", "overdue"])
    func passing(step: String) throws {
        let books = try RecordedBooks()
        try books.doctor(
            """
            INSERT INTO transaction_events
            VALUES (99, 4, 'cancel.\(step)', 'gateway', 'canceled', 'canceled', NULL, 13, NULL, NULL, 0)
            """
        )
        #expect(try books.violations() == [])
    }

    @Test("An operation that another one's cancellation ended is sound, and an effect of it that is shown later is too")
    func endedByCancellation() throws {
        let books = try RecordedBooks()
        try books.doctor(
            """
            INSERT INTO operations (
                id, transaction_id, kind, state, request, attempts, may_have_been_sent, fence, next_check_at, request_id, outcome,
                created_at, updated_at
            ) VALUES (99, 4, 'confirm', 'failed', '{}', 1, 1, 1, 1, 'request-2', 'canceled', 1, 1);
            INSERT INTO transaction_events VALUES
                (98, 4, 'confirm.requested', 'gateway', 'canceled', 'canceled', NULL, 99, NULL, NULL, 0),
                (99, 4, 'confirm.canceled', 'gateway', 'canceled', 'canceled', NULL, 13, NULL, NULL, 0);
            """)
        #expect(try books.violations().filter { $0.invariant == .i3 || $0.invariant == .i5 } == [])
    }

    @Test(
        "More captured than the amount, and a payment that is paid after it was canceled, are sound with a discrepancy in the history"
    )
    func reviewed() throws {
        let books = try RecordedBooks()
        try books.doctor(
            """
            UPDATE payment_transactions SET captured = 10000 WHERE id = 1;
            INSERT INTO transaction_events VALUES
                (97, 1, 'review.opened', 'gateway', 'partially_refunded', 'partially_refunded', NULL, NULL, NULL, NULL, 0),
                (98, 4, 'webhook.x', 'gateway', 'canceled', 'succeeded', 4000, NULL, NULL, NULL, 0),
                (99, 4, 'review.opened', 'gateway', 'succeeded', 'succeeded', NULL, NULL, NULL, NULL, 0);
            UPDATE payment_transactions SET status = 'succeeded', captured = 4000 WHERE id = 4;
            UPDATE payment_transactions SET review_code = 'paid_after_cancel' WHERE id IN (1, 4);
            """)
        let found = try books.violations()
        #expect(found.allSatisfy { $0.invariant == .i3 }, "\(found)")
        #expect(found.contains { $0.detail.contains("captured: the books have 10000, the provider 9999") })
    }

    @Test("An open payment beside a paid one of its order is sound while it is being canceled")
    func beingCanceled() throws {
        let books = try RecordedBooks()
        try books.doctor(
            """
            UPDATE payment_transactions SET order_id = 1 WHERE id = 5;
            UPDATE operations SET kind = 'cancel', state = 'unknown' WHERE id = 15;
            """)
        #expect(try books.violations().filter { $0.invariant == .i1 && $0.detail.contains("can be paid") } == [])
    }

    @Test("What a run means to happen is no violation")
    func expected() throws {
        var books = try RecordedBooks()
        try books.doctor(
            """
            UPDATE operations SET state = 'unknown', is_overdue = 1, outcome = 'unknown' WHERE id = 13;
            UPDATE payment_transactions SET status = 'processing', review_code = 'outcome_unknown' WHERE id = 4;
            UPDATE transaction_events SET to_status = 'processing', type = 'cancel.overdue' WHERE type = 'cancel.succeeded';
            INSERT INTO transaction_events
            VALUES (99, 4, 'review.opened', 'gateway', 'processing', 'processing', NULL, NULL, NULL, NULL, 0);
            UPDATE orders SET status = 'pending' WHERE id = 4;
            DELETE FROM idempotency_keys WHERE operation_id = 13;
            UPDATE webhook_events SET state = 'contradicted' WHERE event_id = (SELECT max(event_id) FROM webhook_events);
            UPDATE webhook_events SET state = 'pending' WHERE event_id = (SELECT min(event_id) FROM webhook_events);
            """
        )
        books.evidence.told.removeAll { $0.requestID == "request-19" }
        let events = try books.eventIDs()
        books.evidence.expected = ExpectedTrouble(
            reviewedTransactions: [4], contradictedEvents: [try #require(events.max())],
            waitingEvents: [try #require(events.min())])
        #expect(try books.violations() == [])
        books.evidence.expected = ExpectedTrouble()
        #expect(try books.violations().count >= 4)
    }
}
