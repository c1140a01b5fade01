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

    @Test("An operation that was taken over and looked up before it ended is sound", arguments: ["taken_over", "unknown"])
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

    @Test("What a run means to happen is no violation")
    func expected() throws {
        var books = try RecordedBooks()
        try books.doctor(
            """
            UPDATE operations SET state = 'manual_review', outcome = 'unknown' WHERE id = 13;
            UPDATE payment_transactions SET status = 'manual_review' WHERE id = 4;
            UPDATE transaction_events SET to_status = 'manual_review', type = 'cancel.review' WHERE type = 'cancel.succeeded';
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
