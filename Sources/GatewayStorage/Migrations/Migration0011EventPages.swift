import GRDB

/// Lets a list of events be read page by page: the list that is being read, and its next page.
///
/// `listed_until` had two meanings: until when a list of events was read, or until when open payments were asked for at a provider without one.
/// The second has a column of its own now, by the gateway's clock; the first is by the provider's. The old mark was the gateway's, which may have
/// been ahead: the next list begins a day before it. The inbox drops events that it has. The table has a row for each provider.
///
/// Never edited after a release; see ``Migration0001InitialSchema`` for what is common to all tables.
enum Migration0011EventPages {
    static let identifier = "0011-event-pages"

    /// Replaces the table.
    static func migrate(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE event_listings_next (
                    provider TEXT NOT NULL PRIMARY KEY,
                    listed_until INTEGER,
                    window_from INTEGER,
                    window_until INTEGER,
                    cursor TEXT,
                    checked_until INTEGER,
                    created_at INTEGER NOT NULL,
                    updated_at INTEGER NOT NULL,
                    CONSTRAINT event_listings_window
                        CHECK (window_from IS NOT NULL OR (window_until IS NULL AND cursor IS NULL))
                ) STRICT;
                INSERT INTO event_listings_next (provider, listed_until, checked_until, created_at, updated_at)
                SELECT provider, listed_until - 86400000, listed_until, created_at, updated_at FROM event_listings;
                DROP TABLE event_listings;
                ALTER TABLE event_listings_next RENAME TO event_listings;
                """)
    }
}
