import GRDB

/// What tells a database from its copies: a random part of each operation's key at the provider, and where the database is served.
///
/// Never edited after a release; see ``Migration0001InitialSchema`` for what is common to all tables.
enum Migration0008Identity {
    static let identifier = "0008-identity"

    /// Adds a column and a table. No row is read, however many there are.
    static func migrate(_ database: Database) throws {
        for sql in [operations, identity] { try database.execute(sql: sql) }
    }

    /// NULL in operations from before, which keep the key that they have. A CHECK would read all rows here.
    private static let operations = "ALTER TABLE operations ADD COLUMN nonce TEXT;"

    /// No row until a gateway has served the database with this schema.
    private static let identity = """
        CREATE TABLE database_identity (
            id INTEGER PRIMARY KEY CONSTRAINT database_identity_one_row CHECK (id = 1),
            token TEXT NOT NULL CONSTRAINT database_identity_token_not_empty CHECK (token <> ''),
            path TEXT NOT NULL,
            inode INTEGER NOT NULL,
            machine TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;
        """
}
