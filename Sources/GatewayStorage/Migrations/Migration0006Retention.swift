import GRDB

/// Up to where each kind of purge has looked, in the order of the time that it goes by, so that no row is looked at twice.
///
/// Never edited after a release; see ``Migration0001InitialSchema`` for what is common to all tables.
enum Migration0006Retention {
    static let identifier = "0006-retention"

    /// Adds a table.
    static func migrate(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE purges (
                    kind TEXT NOT NULL PRIMARY KEY,
                    reached_time INTEGER NOT NULL,
                    reached_id INTEGER NOT NULL,
                    created_at INTEGER NOT NULL,
                    updated_at INTEGER NOT NULL
                ) STRICT;
                """)
    }
}
