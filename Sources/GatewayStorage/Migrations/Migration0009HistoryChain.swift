import GRDB

/// What makes changes of the history evident: a hash in each line, and daily roots over all lines. ``HistoryLine`` has the format.
///
/// No row is read or changed, however many there are: lines from before the chain keep NULL. Never edited after a release; see
/// ``Migration0001InitialSchema`` for what is common to all tables.
enum Migration0009HistoryChain {
    static let identifier = "0009-history-chain"

    /// Adds columns and tables, and lets the one change through that erases personal data.
    static func migrate(_ database: Database) throws {
        for sql in [events, trigger, chain, roots] { try database.execute(sql: sql) }
        try database.execute(
            sql: """
                INSERT INTO history_chain (id, first_id, created_at)
                VALUES (1, (SELECT coalesce(max(id), 0) + 1 FROM transaction_events), \(DatabaseClock.now))
                """)
    }

    /// A CHECK would read all rows here.
    private static let events = """
        ALTER TABLE transaction_events ADD COLUMN captured INTEGER;
        ALTER TABLE transaction_events ADD COLUMN refunded INTEGER;
        ALTER TABLE transaction_events ADD COLUMN reserved INTEGER;
        ALTER TABLE transaction_events ADD COLUMN salt BLOB;
        ALTER TABLE transaction_events ADD COLUMN personal_digest BLOB;
        ALTER TABLE transaction_events ADD COLUMN hash BLOB;
        """

    /// The one of ``Migration0007Erasure``, which also keeps what the hash covers, and the digest that an erasure leaves.
    private static let trigger = """
        DROP TRIGGER transaction_events_are_never_changed;
        CREATE TRIGGER transaction_events_are_never_changed BEFORE UPDATE ON transaction_events
        WHEN NEW.id IS NOT OLD.id OR NEW.transaction_id IS NOT OLD.transaction_id OR NEW.type IS NOT OLD.type
            OR NEW.from_status IS NOT OLD.from_status OR NEW.to_status IS NOT OLD.to_status OR NEW.amount IS NOT OLD.amount
            OR NEW.operation_id IS NOT OLD.operation_id OR NEW.provider_request_id IS NOT OLD.provider_request_id
            OR NEW.created_at IS NOT OLD.created_at OR NEW.captured IS NOT OLD.captured OR NEW.refunded IS NOT OLD.refunded
            OR NEW.reserved IS NOT OLD.reserved OR NEW.hash IS NOT OLD.hash
            OR NEW.detail IS NOT NULL OR NEW.salt IS NOT NULL
            OR OLD.personal_digest IS NOT NULL OR NEW.personal_digest IS NULL OR length(NEW.personal_digest) <> 32
            OR NEW.actor IS NOT OLD.actor AND NOT (
                OLD.actor GLOB 'user:?*' AND NEW.actor = (
                    SELECT 'user:' || user_id FROM payment_transactions WHERE id = NEW.transaction_id
                )
            )
            OR NOT EXISTS (
                SELECT 1 FROM payment_transactions WHERE id = NEW.transaction_id AND user_id GLOB 'erased-?*'
            )
        BEGIN
            SELECT RAISE(ABORT, 'transaction_events_are_never_changed');
        END;
        """

    private static let chain = """
        CREATE TABLE history_chain (
            id INTEGER PRIMARY KEY CONSTRAINT history_chain_one_row CHECK (id = 1),
            first_id INTEGER NOT NULL CONSTRAINT history_chain_first_id_positive CHECK (first_id > 0),
            created_at INTEGER NOT NULL
        ) STRICT;
        """

    private static let roots = """
        CREATE TABLE history_roots (
            id INTEGER PRIMARY KEY,
            day TEXT NOT NULL,
            first_id INTEGER NOT NULL,
            last_id INTEGER NOT NULL,
            root BLOB NOT NULL CONSTRAINT history_roots_root_whole CHECK (length(root) = 32),
            created_at INTEGER NOT NULL,
            CONSTRAINT history_roots_range CHECK (last_id >= first_id - 1)
        ) STRICT;
        CREATE UNIQUE INDEX history_roots_day ON history_roots (day);
        """
}
