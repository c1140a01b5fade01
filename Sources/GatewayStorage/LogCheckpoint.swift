import GRDB
import GRDBSQLite

/// Moves the write-ahead log into the database whenever it has grown by so much.
///
/// SQLite would do that by itself, within the commit that makes the log long enough: everybody whose unit that commit has would wait for
/// some hundreds of pages and a second `fdatasync`. Here they are answered first.
enum LogCheckpoint {
    /// How many pages are written to the log before it is moved: as many as SQLite itself takes
    /// (https://www.sqlite.org/c3ref/wal_autocheckpoint.html).
    static let pages: Int32 = 1000

    /// Has a connection that writes leave the log to ``runIfDue(on:)``.
    static func takeOver(_ database: Database) throws {
        try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
    }

    /// Moves what has been written, where it is enough, and no reader looks at what was there before.
    ///
    /// A failure changes nothing and is told to nobody, as SQLite itself does it: all is in the log, and the next turn moves all of it.
    static func runIfDue(on database: Database) {
        guard written(by: database, forgetting: false) >= pages else { return }
        _ = written(by: database, forgetting: true)
        _ = try? database.checkpoint(.passive)
    }

    /// The pages that a connection has written since it was asked to forget them.
    private static func written(by database: Database, forgetting: Bool) -> Int32 {
        var pages: Int32 = 0
        var most: Int32 = 0
        sqlite3_db_status(database.sqliteConnection, SQLITE_DBSTATUS_CACHE_WRITE, &pages, &most, forgetting ? 1 : 0)
        return pages
    }
}
