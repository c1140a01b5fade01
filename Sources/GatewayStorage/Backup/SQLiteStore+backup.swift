import Foundation
import GRDB
package import ProviderAPI

extension SQLiteStore {
    /// What a backup or a restore has made.
    package struct CopyReport: Sendable, Hashable {
        /// The size of the file in bytes.
        package let size: Int64
        /// When the payments in it changed last; nil where there are none.
        package let newestChange: Timestamp?
    }

    /// Copies a database into a file, while a gateway runs on it or while none does, and checks the copy.
    ///
    /// The copy is of one moment, readable by nobody else (mode 0600), on disk when this returns, and marked as a backup: no gateway
    /// serves from it before it is restored. Until then it is read like any database.
    ///
    /// - Throws: ``DatabaseOpenError``: that the file exists, for one; nothing is left behind then.
    package static func backup(path: String, to file: String) throws -> CopyReport {
        try reportingOpenErrors(path: path) {
            guard !FileManager.default.fileExists(atPath: file) else { throw DatabaseOpenError.exists(path: file) }
            guard FileManager.default.fileExists(atPath: path) else {
                throw DatabaseOpenError.cannotOpen(path: path, reason: SystemError.text(ENOENT))
            }
            var newest: Int64?
            let copy = try DatabaseCopy(of: path, at: file + ".partial") { queue in
                newest = try queue.write { database in
                    try requireBooks(database, path: path)
                    try BackupMark.set(in: database)
                    return try IdentifierLeap.newestChange(in: database)
                }
            }
            do { try copy.rename(to: file) } catch {
                copy.remove()
                throw error
            }
            return CopyReport(size: size(of: file), newestChange: newest.map { Timestamp(unixMilliseconds: $0) })
        }
    }

    /// Refuses a database that no gateway has made, or that a newer one has changed.
    static func requireBooks(_ database: Database, path: String) throws {
        let migrator = GatewayMigrator.make(installation: randomInstallation)
        guard try !requireKnownSchema(database, of: migrator, path: path).isEmpty else {
            throw DatabaseOpenError.notBooks(path: path)
        }
    }

    /// The size of a file in bytes.
    static func size(of file: String) -> Int64 {
        ((try? FileManager.default.attributesOfItem(atPath: file)[.size]) as? Int64) ?? 0
    }
}
