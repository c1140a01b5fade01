/// Why a database can't be used. Each says which file, why, and what to do.
package enum DatabaseOpenError: Error, Sendable, Hashable {
    /// Another gateway has the file. `holder` is its process id, where the lock file tells.
    case inUse(path: String, holder: Int?)
    /// The file or its folder can't be opened or made.
    case cannotOpen(path: String, reason: String)
    /// The file is something else.
    case notADatabase(path: String)
    /// A newer gateway has changed the schema by migrations that this one doesn't know.
    case newerSchema(path: String, migrations: [String])
    /// The schema is older than this program, or there is none, and this opening may not change it.
    case needsMigration(path: String)
    /// SQLite did not take a setting that durability depends on.
    case notDurable(path: String, setting: String, value: String)
    /// There is a file of this name already.
    case exists(path: String)
    /// It is a database, and no gateway's.
    case notBooks(path: String)
    /// SQLite finds pages that do not belong together, or a row that refers to none.
    case damaged(path: String)
    /// It is a backup that has not been restored.
    case isBackup(path: String)
    /// It is a backup that an earlier version made.
    case isOlderBackup(path: String)
    /// It is not the file that was served here: a copy that was not restored, or the database of an earlier time. `reason` says how
    /// it was recognized.
    case isCopy(path: String, reason: String)
    /// It was called moved, and is older than what was served in this place.
    case isBehind(path: String, reason: String)
    /// It was called moved, and what was written last is still where it was.
    case isIncomplete(path: String, reason: String)
    /// There is none, or an empty file, where one was served: what belonged to it is still there.
    case isGone(path: String, remains: [String])
    /// It has no tables, where one with orders was served.
    case isEmpty(path: String, lastOrder: Int64)
    /// A restore was killed while it replaced the database.
    case restoreNotEnded(path: String)
    /// The machine's clock is behind what a backup holds, so that no numbers can be taken from it.
    case clockBehind(path: String)
}

extension DatabaseOpenError: CustomStringConvertible {
    /// One line for the operator.
    package var description: String {
        switch self {
        case .inUse(let path, let holder):
            "another gateway\(holder.map { " (process \($0))" } ?? "") has the database \(path): stop it, or use another file"
        case .cannotOpen(let path, let reason):
            "\(path) can't be opened: \(reason); check the path, its folder's permissions and the disk"
        case .notADatabase(let path):
            "\(path) is not an SQLite database: name another file in database.url, or move this one away"
        case .newerSchema(let path, let migrations):
            "the database \(path) was changed by a newer gateway (\(migrations.joined(separator: ", "))): start that version"
        case .needsMigration(let path):
            "the database \(path) has not the schema of this gateway: run `gateway migrate` first"
        case .notDurable(let path, let setting, let value):
            "SQLite keeps \(setting) at \(value) for \(path): commits would not be durable there; use a local disk"
        case .exists(let path):
            "\(path) exists: name another file, or move this one away"
        case .notBooks(let path):
            "\(path) is a database, but not one of a gateway: name another file"
        case .damaged(let path):
            "\(path) is damaged: SQLite's integrity check fails; take another backup"
        case .isBackup(let path):
            "\(path) is a backup: put it in place with `gateway restore FILE`, so that no key at a provider is used twice"
        case .isOlderBackup(let path):
            "\(path) is a backup of an earlier version: `gateway restore FILE` into another folder makes a database of it that can be read"
        case .isCopy(let path, let reason):
            "\(path) is a copy, or was put back from an earlier time: \(reason). A gateway that serves from it repeats numbers, and does "
                + "not know payments that were made. Put it in place with `gateway restore \(path) --replace`. If you moved the "
                + "database here, and nothing serves from the old place, say so with `gateway migrate --moved`"
        case .isBehind(let path, let reason):
            "\(path) was not moved here: \(reason). Put it in place with `gateway restore \(path) --replace`"
        case .isGone(let path, let remains):
            "the database \(path) is gone or empty, and \(remains.joined(separator: " and ")) is still there: put the database back, or "
                + "restore a backup with `gateway restore FILE --replace`. To begin new books, remove that too"
        case .isEmpty(let path, let lastOrder):
            "\(path) is empty, and the database that was served here had order \(lastOrder): put its log (\(path)-wal) back, or restore a "
                + "backup with `gateway restore FILE --replace`"
        case .isIncomplete(let path, let reason):
            "\(path) was not moved here as a whole: \(reason)"
        case .restoreNotEnded(let path):
            "a restore of \(path) was interrupted: run `gateway restore FILE --replace` again"
        case .clockBehind(let path):
            "this machine's clock is behind the newest change in \(path): set it right first"
        }
    }
}
