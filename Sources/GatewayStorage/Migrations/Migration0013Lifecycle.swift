import GRDB
import GatewayCore

/// The facts behind a payment's status, disputes as rows, and discrepancies in place of the status `manual_review`.
///
/// Never edited after a release; see ``Migration0001InitialSchema`` for what is common to all tables.
enum Migration0013Lifecycle {
    static let identifier = "0013-lifecycle"

    /// Adds columns and a table, converts what waited for a review, and rewrites the constraints that name the old status.
    static func migrate(_ database: Database) throws {
        for sql in [columns, disputes, disputeRows, sentOperations, droppedIndexes] { try database.execute(sql: sql) }
        try ReviewConversion(database).run()
        try database.execute(sql: indexes)
        try rewriteConstraints(of: database)
    }

    /// Without CHECKs, which would read all rows here.
    private static let columns = """
        ALTER TABLE payment_transactions ADD COLUMN facts TEXT;
        ALTER TABLE payment_transactions ADD COLUMN disputed INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE payment_transactions ADD COLUMN closed_reason TEXT;
        ALTER TABLE payment_transactions ADD COLUMN review_code TEXT;
        ALTER TABLE payment_transactions ADD COLUMN review_value INTEGER;
        ALTER TABLE payment_transactions ADD COLUMN review_detail TEXT;
        ALTER TABLE payment_transactions ADD COLUMN review_opened_at INTEGER;
        ALTER TABLE refunds ADD COLUMN decision TEXT;
        ALTER TABLE refunds ADD COLUMN provider_amount INTEGER;
        ALTER TABLE operations ADD COLUMN last_call_at INTEGER;
        ALTER TABLE operations ADD COLUMN traceless_looks INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE operations ADD COLUMN is_overdue INTEGER NOT NULL DEFAULT 0;
        """

    private static let disputes = """
        CREATE TABLE disputes (
            id INTEGER PRIMARY KEY,
            transaction_id INTEGER NOT NULL REFERENCES payment_transactions (id),
            provider_dispute_id TEXT NOT NULL,
            amount INTEGER NOT NULL CONSTRAINT disputes_amount_counted CHECK (amount >= 0),
            currency TEXT NOT NULL CONSTRAINT disputes_currency_code CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
            status TEXT NOT NULL,
            reason TEXT NOT NULL,
            changed_at INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            deleted_at INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX disputes_dispute ON disputes (transaction_id, provider_dispute_id);
        """

    /// Until now a payment showed one dispute, as JSON.
    private static let disputeRows = """
        INSERT INTO disputes (
            transaction_id, provider_dispute_id, amount, currency, status, reason, changed_at, created_at, updated_at
        )
        SELECT id, json_extract(dispute, '$.id'), max(0, json_extract(dispute, '$.amount.minorUnits')),
            json_extract(dispute, '$.amount.currency'), json_extract(dispute, '$.status'), json_extract(dispute, '$.reason'), updated_at,
            updated_at, updated_at
        FROM payment_transactions WHERE dispute IS NOT NULL;
        UPDATE payment_transactions SET disputed = CASE
            WHEN json_extract(dispute, '$.amount.currency') <> currency THEN captured
            ELSE min(captured, max(0, json_extract(dispute, '$.amount.minorUnits')))
        END
        WHERE dispute IS NOT NULL AND json_extract(dispute, '$.status') NOT IN ('won', 'prevented')
            AND json_extract(dispute, '$.status') NOT GLOB 'warning*';
        """

    /// Until now a client's request was behind each operation, and its call followed at once: any may have been sent.
    private static let sentOperations = """
        UPDATE operations SET may_have_been_sent = 1 WHERE state IN ('pending', 'unknown', 'manual_review');
        """

    /// The conversion can leave rows that the unique indexes of before refuse.
    private static let droppedIndexes = """
        DROP INDEX payment_transactions_live;
        DROP INDEX operations_one_open;
        """

    /// Whatever cancels a payment sets `closed_reason`. A payment that is paid after it was canceled can so stand beside another one, and a
    /// second payment beside a paid one is still refused.
    private static let indexes = """
        CREATE UNIQUE INDEX payment_transactions_live ON payment_transactions (order_id)
            WHERE status <> 'canceled' AND closed_reason IS NULL AND deleted_at IS NULL;
        CREATE INDEX payment_transactions_reviewed ON payment_transactions (id, review_code)
            WHERE review_code IS NOT NULL AND deleted_at IS NULL;
        CREATE UNIQUE INDEX operations_one_open ON operations (transaction_id)
            WHERE kind <> 'refund' AND kind <> 'cancel' AND state IN ('pending', 'unknown') AND deleted_at IS NULL;
        CREATE UNIQUE INDEX operations_one_cancel ON operations (transaction_id)
            WHERE kind = 'cancel' AND state IN ('pending', 'unknown') AND deleted_at IS NULL;
        DROP INDEX operations_reviewed;
        """

    /// Writes the text of the schema, as SQLite describes it for constraints; see ``Migration0004Comparisons``.
    private static func rewriteConstraints(of database: Database) throws {
        let version = try Int.fetchOne(database, sql: "PRAGMA schema_version") ?? 0
        try database.execute(sql: "PRAGMA writable_schema = ON")
        defer { try? database.execute(sql: "PRAGMA writable_schema = OFF") }
        try replace(" OR status = 'manual_review'", with: "", in: "payment_transactions", database)
        // A provider can capture more than the amount, which is a discrepancy and no reason to lose the fact.
        try replace(
            "AND captured <= amount", with: "AND disputed >= 0 AND disputed <= captured", in: "payment_transactions", database)
        try replace(" OR state = 'manual_review'", with: "", in: "operations", database)
        try database.execute(sql: "PRAGMA schema_version = \(version + 1)")
        try database.execute(sql: "PRAGMA writable_schema = RESET")
    }

    private static func replace(_ old: String, with new: String, in table: String, _ database: Database) throws {
        let text = try String.fetchOne(
            database, sql: "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", arguments: [table])
        guard let text, text.ranges(of: old).count == 1 else {
            throw DatabaseError(message: "the schema of \(table) is not the one that this migration changes")
        }
        try database.execute(
            sql: "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?",
            arguments: [text.replacing(old, with: new), table])
    }
}
