import Foundation
import GRDB

/// A copy of a database under a name of its own, in the making. It is one file without a log beside it.
struct DatabaseCopy {
    /// The file.
    let path: String

    /// A copy that is made already.
    init(path: String) {
        self.path = path
    }

    /// Copies a database that others may be writing to, as it was at one moment.
    ///
    /// The source is opened read-only: it takes no lock that a writer waits for, and moves nothing from the log into the database,
    /// which only the gateway's one writer may do. A file of this name, left by a copying that was killed, is replaced.
    ///
    /// - Parameter finish: what is changed in the copy.
    /// - Throws: ``DatabaseOpenError``, `DatabaseError`.
    init(of source: String, at path: String, finish: (DatabaseQueue) throws -> Void) throws {
        self.path = path
        try Self.makeEmpty(path)
        do {
            let reader = try DatabasePool(path: source, configuration: SQLiteStore.configuration(isReadOnly: true))
            let copy = try DatabaseQueue(path: path, configuration: SQLiteStore.configuration(isReadOnly: false))
            try reader.backup(to: copy)
            try reader.close()
            // The header said that there is a log beside the file.
            try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try finish(copy)
            try copy.read { try Self.check($0, source: source) }
            try copy.close()
            try FileSync.file(path)
        } catch let error as DatabaseError where [.SQLITE_FULL, .SQLITE_IOERR].contains(error.resultCode) {
            remove()
            throw DatabaseOpenError.cannotOpen(path: path, reason: "\(error.resultCode)")
        } catch {
            remove()
            throw error
        }
    }

    /// Gives the copy its name, durably.
    ///
    /// - Parameter replacing: whether a file of that name is replaced, in one step.
    /// - Throws: ``DatabaseOpenError/exists(path:)`` where it is not, and there is one.
    func rename(to name: String, replacing: Bool = false) throws {
        if replacing {
            guard Foundation.rename(path, name) == 0 else {
                throw DatabaseOpenError.cannotOpen(path: name, reason: SystemError.text(errno))
            }
        } else {
            guard link(path, name) == 0 else {
                if errno == EEXIST { throw DatabaseOpenError.exists(path: name) }
                throw DatabaseOpenError.cannotOpen(path: name, reason: SystemError.text(errno))
            }
            unlink(path)
        }
        try FileSync.folder(of: name)
    }

    /// Removes it.
    func remove() {
        for suffix in ["", "-journal", "-wal", "-shm"] { unlink(path + suffix) }
    }

    /// With its mode from the start: nobody else can read it at any moment.
    private static func makeEmpty(_ path: String) throws {
        unlink(path)
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DatabaseOpenError.cannotOpen(path: path, reason: SystemError.text(errno)) }
        close(descriptor)
    }

    /// Reads all of it. Words of SQLite about what it finds may quote rows, so they do not leave here.
    private static func check(_ database: Database, source: String) throws {
        let verdict = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)")
        let orphan = try Row.fetchOne(database, sql: "PRAGMA foreign_key_check")
        guard verdict == "ok", orphan == nil else { throw DatabaseOpenError.damaged(path: source) }
    }
}

/// What makes files and their names outlive a power cut.
enum FileSync {
    /// Syncs a file's content.
    static func file(_ path: String) throws { try sync(path, O_RDONLY) }

    /// Syncs the names in a file's folder.
    static func folder(of path: String) throws {
        try sync(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY)
    }

    private static func sync(_ path: String, _ flags: CInt) throws {
        let descriptor = open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw DatabaseOpenError.cannotOpen(path: path, reason: SystemError.text(errno)) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw DatabaseOpenError.cannotOpen(path: path, reason: SystemError.text(errno)) }
    }
}
