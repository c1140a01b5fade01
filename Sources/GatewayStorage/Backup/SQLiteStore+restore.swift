import Foundation
import GRDB
package import ProviderAPI

extension SQLiteStore {
    /// What a restore has done.
    package struct RestoreReport: Sendable, Hashable {
        /// The database that is in place now.
        package let copy: CopyReport
        /// New orders, payments, operations and refunds are numbered from here on.
        package let firstNumber: Int64
        /// Where the database that was in its place is now; nil where there was none.
        package let setAside: String?
    }

    /// Puts a backup, or any whole copy of a database, in the place of a gateway's database. No gateway may be running on it.
    ///
    /// The copy is checked, brought to this program's schema, and made to give out no number that was given out after it was taken
    /// (see ``IdentifierLeap``), before anything is replaced. The database that was there stays beside it under another name.
    ///
    /// - Parameters:
    ///   - replacing: whether there may be a database in that place.
    ///   - now: the time.
    /// - Throws: ``DatabaseOpenError``.
    package static func restore(
        backup: String, to path: String, replacing: Bool, now: Timestamp
    ) throws -> RestoreReport {
        try reportingOpenErrors(path: backup) {
            guard FileManager.default.fileExists(atPath: backup) else {
                throw DatabaseOpenError.cannotOpen(path: backup, reason: SystemError.text(ENOENT))
            }
            let lock = try takeLock(path: path)
            defer { lock.release() }
            let previous = PreviousDatabase(path: path, at: now)
            guard replacing || !previous.exists else { throw DatabaseOpenError.exists(path: path) }

            var first: Int64 = 0
            var newest: Int64?
            var content: IdentityFile.Content?
            let making = path + ".restore"
            let copy = try DatabaseCopy(of: backup, at: making) { queue in
                try queue.read { try requireBooks($0, path: backup) }
                try GatewayMigrator.make(installation: randomInstallation).migrate(queue)
                try queue.write { database in
                    newest = try IdentifierLeap.newestChange(in: database)
                    first = try IdentifierLeap.make(in: database, now: now.unixMilliseconds, path: backup)
                    try BackupMark.clear(in: database)
                    content = try DatabaseIdentity(path: path, machine: MachineID.current()).assign(to: database, copy: making)
                }
            }
            // From here on whoever opens the database is told that a restore has not ended: see `requireNoRestore`.
            let ready = DatabaseCopy(path: restoring(path))
            try copy.rename(to: ready.path, replacing: true)
            try previous.setAside()
            if let content { try IdentityFile.write(content, databasePath: path) }
            try ready.rename(to: path, replacing: true)
            return RestoreReport(
                copy: CopyReport(size: size(of: path), newestChange: newest.map { Timestamp(unixMilliseconds: $0) }),
                firstNumber: first, setAside: previous.exists ? previous.name : nil)
        }
    }

    /// Refuses a database whose restore was killed while it replaced the one before.
    static func requireNoRestore(path: String) throws {
        if FileManager.default.fileExists(atPath: restoring(path)) { throw DatabaseOpenError.restoreNotEnded(path: path) }
    }

    /// The copy that is about to be put in place.
    private static func restoring(_ path: String) -> String { path + ".restoring" }
}

/// The database that a restore finds in its place, with the log that belongs to it.
private struct PreviousDatabase {
    private static let suffixes = ["-wal", "-shm", ""]

    let path: String
    /// Its name once it is set aside.
    let name: String
    let exists: Bool

    init(path: String, at now: Timestamp) {
        self.path = path
        name = "\(path).before-restore-\(now.unixMilliseconds)"
        exists = Self.suffixes.contains { FileManager.default.fileExists(atPath: path + $0) }
    }

    /// Renames it. A log without its database would be taken for the log of the next one. Its identity is removed: with it, the database
    /// would be served again where somebody puts it back, though it does not know the payments that were made since.
    func setAside() throws {
        for suffix in Self.suffixes where FileManager.default.fileExists(atPath: path + suffix) {
            guard rename(path + suffix, name + suffix) == 0 else {
                throw DatabaseOpenError.cannotOpen(path: path + suffix, reason: SystemError.text(errno))
            }
        }
        let identity = IdentityFile.path(ofDatabase: path)
        guard unlink(identity) == 0 || errno == ENOENT else {
            throw DatabaseOpenError.cannotOpen(path: identity, reason: SystemError.text(errno))
        }
        if exists { try FileSync.folder(of: path) }
    }
}
