import Foundation
import GRDB
import ProviderAPI

/// Tells the one database that a gateway serves from every copy of it.
///
/// The database says which file it is (inode), on which machine, and has a token that changes at each start. The ``IdentityFile``
/// beside it has the same token and the highest numbers given out. A copy lacks the file, is another file, has another token, or lower
/// numbers. What no file on a disk can show is the disk itself put back as a whole, together with the file: therefore
/// no key at a provider depends on numbers alone (see ``GatewayCore/Operation/nonce``). docs/decisions/database-copies.md has the cases.
struct DatabaseIdentity {
    /// The row of `database_identity`.
    struct Record: Sendable, Hashable {
        let token: String
        let path: String
        let inode: Int64
        let machine: String?
    }

    let path: String
    /// The machine's id, hashed; nil where it has none, as in most containers.
    let machine: String?

    // MARK: Checking

    /// Refuses a copy.
    ///
    /// - Parameters:
    ///   - database: a connection in a transaction.
    ///   - migrations: those that the database has, the first at least.
    /// - Throws: ``DatabaseOpenError/isCopy(path:reason:)``, ``DatabaseOpenError/isBehind(path:reason:)``,
    ///   ``DatabaseOpenError/isIncomplete(path:reason:)``.
    func check(_ database: Database, migrations: Set<String>, claim: SQLiteStore.Claim) throws {
        let record = migrations.contains(Migration0008Identity.identifier) ? try Self.record(in: database) : nil
        // Its owner says that the file may be left behind: one that can't be read proves nothing then.
        let file = claim == .moved ? try? IdentityFile.read(databasePath: path) : try IdentityFile.read(databasePath: path)
        let installation = try SQLiteStore.installationID(in: database)
        let numbers = try HighestNumbers.read(in: SQLiteTransaction(database: database))
        if let file, file.installation == installation, numbers.isBehind(file.numbers) {
            let reason = Self.behind(numbers, file.numbers)
            throw claim == .moved
                ? DatabaseOpenError.isBehind(path: path, reason: reason) : DatabaseOpenError.isCopy(path: path, reason: reason)
        }
        if claim == .moved {
            if let record, record.path != absolutePath {
                try requireNotServed(at: record.path)
                if let reason = leftBehind(at: record, installation: installation, numbers: numbers) {
                    throw DatabaseOpenError.isIncomplete(path: path, reason: reason)
                }
            }
            return
        }
        if let reason = difference(record, file, installation: installation) {
            throw DatabaseOpenError.isCopy(path: path, reason: reason)
        }
    }

    /// Refuses a database that is gone or empty while its log or its identity file is still there: new books would take the place of those
    /// that were served, and SQLite would drop the log.
    ///
    /// - Parameter isNew: whether there is no file.
    /// - Throws: ``DatabaseOpenError/isGone(path:remains:)``.
    func checkRemains(isNew: Bool) throws {
        guard isNew || Self.size(of: path) == 0 else { return }
        let remains = [IdentityFile.path(ofDatabase: path), path + "-wal"].filter { Self.size(of: $0) > 0 }
        if !remains.isEmpty { throw DatabaseOpenError.isGone(path: path, remains: remains) }
    }

    /// A file's size in bytes; 0 where there is none.
    private static func size(of path: String) -> Int {
        ((try? URL(filePath: path).resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? nil) ?? 0
    }

    /// Refuses a file without any table where a database was served: its log is gone, and with it all that was written.
    ///
    /// A file that is not there at all is a new beginning.
    ///
    /// - Throws: ``DatabaseOpenError/isEmpty(path:lastOrder:)``.
    func checkEmptyFile() throws {
        guard let file = try IdentityFile.read(databasePath: path) else { return }
        throw DatabaseOpenError.isEmpty(path: path, lastOrder: file.numbers.orders)
    }

    /// What tells the database from the one that was served; nil where it is the same.
    private func difference(_ record: Record?, _ file: IdentityFile.Content?, installation: String) -> String? {
        let name = IdentityFile.path(ofDatabase: path)
        guard let file else {
            // A database from before the file, or one that an earlier version restored.
            guard let record else { return nil }
            return "\(name) is missing, which the gateway keeps beside the database; it was served from \(record.path)"
        }
        guard file.installation == installation else { return "\(name) belongs to another database" }
        // `next` is the database's token where a start ended between its commit and the end of the file's writing.
        guard record?.token == file.token || (file.next != nil && record?.token == file.next) else {
            return record == nil
                ? "it is from before the upgrade of the database that was served here"
                : "it was started elsewhere, or is from before the last start here"
        }
        guard let record else { return nil }
        guard record.inode == Self.inode(of: path) else { return "it is another file than the one that was served" }
        if let machine, let other = record.machine, machine != other { return "it was served on another machine" }
        return nil
    }

    /// Refuses a database that still is where it was, with a gateway on it.
    private func requireNotServed(at old: String) throws {
        guard FileManager.default.fileExists(atPath: old + ".lock") else { return }
        try DatabaseLock(databasePath: old).release()
    }

    /// What of the database was not moved along with it, as far as the old place shows it; nil where nothing was left there.
    private func leftBehind(at record: Record, installation: String, numbers: HighestNumbers) -> String? {
        let old = record.path
        let log = old + "-wal"
        if Self.size(of: log) > 0, !FileManager.default.fileExists(atPath: old) {
            return "its log was left behind; move \(log) to \(path)-wal first"
        }
        guard let file = try? IdentityFile.read(databasePath: old), file.installation == installation,
            numbers.isBehind(file.numbers)
        else { return nil }
        let more =
            "the database in \(old) had order \(file.numbers.orders), operation \(file.numbers.operations) and history line "
            + "\(file.numbers.history), and this one ends at \(numbers.orders), \(numbers.operations) and \(numbers.history)"
        // The token is another one after each start and each restore.
        return file.token == record.token
            ? "\(more). Its log was left behind: move \(log) along"
            : "\(more). That one was served or restored since. Move that one, or move it and \(old).identity out of the way first"
    }

    private var absolutePath: String { URL(fileURLWithPath: path).standardizedFileURL.path }

    private static func behind(_ numbers: HighestNumbers, _ recorded: HighestNumbers) -> String {
        "it is older than what was served here, which had order \(recorded.orders), operation \(recorded.operations) and history "
            + "line \(recorded.history); this one ends at \(numbers.orders), \(numbers.operations) and \(numbers.history)"
    }

    // MARK: Taking possession

    /// Makes the database the one that is served here, under a token that no copy has.
    ///
    /// In three steps, each on disk before the next, so that a start that ends between them is told from a copy: the file names the next
    /// token, the database gets it, the file has it.
    ///
    /// - Throws: ``DatabaseOpenError``, `DatabaseError`.
    func take(_ pool: DatabasePool) throws -> IdentityFile {
        let token = SQLiteStore.randomInstallation()
        var content = try pool.read { database in
            IdentityFile.Content(
                installation: try SQLiteStore.installationID(in: database), token: try Self.record(in: database)?.token,
                next: token, numbers: try HighestNumbers.read(in: SQLiteTransaction(database: database)))
        }
        try IdentityFile.write(content, databasePath: path)
        try pool.write { try write(token: token, inode: Self.inode(of: path), in: $0) }
        content.token = token
        content.next = nil
        try IdentityFile.write(content, databasePath: path)
        return try IdentityFile(databasePath: path, content: content)
    }

    /// Writes into a copy that it is the one to be served from, before it gets its name.
    ///
    /// - Parameter copy: where the copy is now. Its file keeps its inode under the new name.
    /// - Returns: what ``IdentityFile`` has to say beside it.
    func assign(to database: Database, copy: String) throws -> IdentityFile.Content {
        let token = SQLiteStore.randomInstallation()
        try write(token: token, inode: Self.inode(of: copy), in: database)
        return IdentityFile.Content(
            installation: try SQLiteStore.installationID(in: database), token: token,
            numbers: try HighestNumbers.read(in: SQLiteTransaction(database: database)))
    }

    // MARK: The row

    private static func record(in database: Database) throws -> Record? {
        try SQLiteTransaction(database: database).first(
            "SELECT token, path, inode, machine FROM database_identity WHERE id = 1", []
        ) { Record(token: $0[0], path: $0[1], inode: $0[2], machine: $0[3]) }
    }

    private func write(token: String, inode: Int64, in database: Database) throws {
        try SQLiteTransaction(database: database).execute(
            """
            INSERT INTO database_identity (id, token, path, inode, machine, created_at, updated_at)
            VALUES (1, ?, ?, ?, ?, \(DatabaseClock.now), \(DatabaseClock.now))
            ON CONFLICT (id) DO UPDATE SET token = excluded.token, path = excluded.path, inode = excluded.inode,
                machine = excluded.machine, updated_at = excluded.updated_at
            """,
            [token, absolutePath, inode, machine])
    }

    private static func inode(of path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(bitPattern: UInt64(status.st_ino)) : 0
    }
}

/// The machine, by the id that its installation was given (machine-id(5)).
enum MachineID {
    /// The id, hashed, as that page asks for; nil where there is none, or where the image of a container left it open.
    @Sendable
    static func current() -> String? {
        guard let data = FileManager.default.contents(atPath: "/etc/machine-id") else { return nil }
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.utf8.count == 32, text.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || ($0 >= 97 && $0 <= 102) }) else {
            return nil
        }
        return SHA256Digest.hex(Array("payment-gateway database \(text)".utf8))
    }
}
