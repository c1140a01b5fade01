import GRDB

/// Tells a backup from a database that is in use, by SQLite's `application_id` in the file's header.
///
/// A backup must not be served from as it is: it would give out once more the numbers that were given out after it was taken, and with
/// them the keys at the providers. So no gateway opens one; ``SQLiteStore/restore(backup:to:replacing:)`` takes the mark away.
enum BackupMark {
    /// "gwBK" in ASCII.
    private static let value: Int32 = 0x6777_424B

    /// Marks a copy.
    static func set(in database: Database) throws {
        try database.execute(sql: "PRAGMA application_id = \(value)")
    }

    /// Takes the mark away.
    static func clear(in database: Database) throws {
        try database.execute(sql: "PRAGMA application_id = 0")
    }

    /// Whether a database is a backup.
    static func isSet(in database: Database) throws -> Bool {
        try Int32.fetchOne(database, sql: "PRAGMA application_id") == value
    }
}
