import CSQLiteConfiguration
import Foundation
import GRDB
import GatewayCore

extension SQLiteStore {
    /// What an opening is for.
    package enum Access: Sendable, Hashable {
        /// The gateway, or a command that writes while none is up: takes the lock file, makes and migrates the database.
        case exclusive
        /// A command that only reads, beside a gateway or without one: takes no lock and changes nothing.
        case readOnly
    }

    /// What an operator says about a database that does not look like the one that was served.
    package enum Claim: Sendable, Hashable {
        /// Nothing: any other than the database that was served is refused.
        case same
        /// It was moved here, and nothing serves from where it was.
        case moved
    }

    /// Opens a database.
    ///
    /// - Parameters:
    ///   - path: the file. With ``Access/exclusive`` it is made where there is none (mode 0600), and its folder too (mode 0700).
    ///   - lock: the database's lock, where the caller has taken it before; the store gives it up.
    ///   - claim: whether it is a database that was moved. With ``Access/readOnly`` copies are opened, too.
    ///   - installation: makes the random id of a new database.
    ///   - machine: the machine's id; nil where it has none.
    ///   - onCommitInDoubt: called, before anybody is answered, when a commit has failed so that nobody knows whether it is on disk.
    ///     The process must end then, and find out at its next start.
    /// - Throws: ``DatabaseOpenError``.
    package static func open(
        path: String, access: Access = .exclusive, lock: DatabaseLock? = nil, claim: Claim = .same,
        installation: @escaping @Sendable () -> String = randomInstallation, machine: String? = MachineID.current(),
        onCommitInDoubt: @escaping @Sendable () -> Void = {}
    ) throws -> SQLiteStore {
        try reportingOpenErrors(path: path) {
            switch access {
            case .exclusive:
                try openExclusive(
                    DatabaseIdentity(path: path, machine: machine), lock: lock ?? takeLock(path: path), claim: claim,
                    installation: installation,
                    onCommitInDoubt: onCommitInDoubt)
            case .readOnly: try openReadOnly(path: path)
            }
        }
    }

    /// Takes the lock of a database before it is opened, and makes its folder: no other gateway writes to it from here on.
    ///
    /// - Throws: ``DatabaseOpenError``.
    package static func takeLock(path: String) throws -> DatabaseLock {
        try makeFolder(of: path)
        return try DatabaseLock(databasePath: path)
    }

    /// Errors of SQLite as reasons why a file cannot be used.
    static func reportingOpenErrors<Value>(path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            if error.resultCode == .SQLITE_NOTADB { throw DatabaseOpenError.notADatabase(path: path) }
            // SQLite's words for its code, and nothing of the statement.
            throw DatabaseOpenError.cannotOpen(path: path, reason: "\(error.resultCode)")
        } catch let error as StoreError {
            throw DatabaseOpenError.cannotOpen(path: path, reason: "\(error)")
        }
    }

    /// Brings a database up to date without serving from it.
    ///
    /// - Parameter claim: whether it is a database that was moved.
    /// - Returns: the migrations that were run, in order; none where it was current.
    /// - Throws: ``DatabaseOpenError``.
    package static func migrate(path: String, claim: Claim = .same) async throws -> [String] {
        let store = try open(path: path, claim: claim)
        await store.close()
        return store.appliedMigrations
    }

    /// 128 random bits in lower-case hexadecimal.
    @Sendable
    package static func randomInstallation() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in
            let digits = String(generator.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    private static func openExclusive(
        _ identity: DatabaseIdentity, lock: DatabaseLock, claim: Claim, installation: @escaping @Sendable () -> String,
        onCommitInDoubt: @escaping @Sendable () -> Void
    ) throws -> SQLiteStore {
        let path = identity.path
        // Before the file is made: there is none for a moment while a restore replaces it.
        try requireNoRestore(path: path)
        let isNew = !FileManager.default.fileExists(atPath: path)
        if isNew, claim == .moved { throw DatabaseOpenError.cannotOpen(path: path, reason: SystemError.text(ENOENT)) }
        // Before SQLite opens it: a log beside an empty database is dropped.
        try identity.checkRemains(isNew: isNew)
        try makeFile(at: path)
        let pool = try DatabasePool(path: path, configuration: configuration(isReadOnly: false))
        try pool.writeWithoutTransaction { try makeDurable($0, path: path) }
        let migrator = GatewayMigrator.make(installation: installation)
        let before = try pool.read { database in
            guard try !BackupMark.isSet(in: database) else { throw DatabaseOpenError.isBackup(path: path) }
            let migrations = try requireKnownSchema(database, of: migrator, path: path)
            if !migrations.isEmpty {
                try identity.check(database, migrations: migrations, claim: claim)
            } else if claim == .moved {
                throw DatabaseOpenError.notBooks(path: path)
            } else if !isNew {
                try identity.checkEmptyFile()
            }
            return migrations
        }
        try migrator.migrate(pool)
        let file = try identity.take(pool)
        // Not before: what migrations write passes by the group commit, and their log is left to SQLite.
        try pool.writeWithoutTransaction(LogCheckpoint.takeOver)
        let (applied, id) = try pool.read { (try migrator.appliedMigrations($0), try installationID(in: $0)) }
        return SQLiteStore(
            path: path, pool: pool, installation: id, appliedMigrations: applied.filter { !before.contains($0) }, lock: lock,
            identity: file, onCommitInDoubt: onCommitInDoubt
        )
    }

    private static func openReadOnly(path: String) throws -> SQLiteStore {
        guard FileManager.default.fileExists(atPath: path) else {
            throw DatabaseOpenError.cannotOpen(path: path, reason: SystemError.text(ENOENT))
        }
        let pool = try DatabasePool(path: path, configuration: configuration(isReadOnly: true))
        let migrator = GatewayMigrator.make(installation: randomInstallation)
        let id = try pool.read { database in
            _ = try requireKnownSchema(database, of: migrator, path: path)
            guard try migrator.hasCompletedMigrations(database) else {
                throw try BackupMark.isSet(in: database)
                    ? DatabaseOpenError.isOlderBackup(path: path) : DatabaseOpenError.needsMigration(path: path)
            }
            return try installationID(in: database)
        }
        return SQLiteStore(
            path: path, pool: pool, installation: id, appliedMigrations: [], lock: nil, identity: nil, onCommitInDoubt: {})
    }

    /// - Returns: the migrations that the database has.
    static func requireKnownSchema(
        _ database: Database, of migrator: DatabaseMigrator, path: String
    ) throws -> Set<String> {
        let applied = try migrator.appliedIdentifiers(database)
        guard try !migrator.hasBeenSuperseded(database) else {
            throw DatabaseOpenError.newerSchema(path: path, migrations: applied.subtracting(migrator.migrations).sorted())
        }
        return applied
    }

    static func installationID(in database: Database) throws -> String {
        guard let id = try String.fetchOne(database, sql: "SELECT installation FROM installation") else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT)
        }
        return id
    }

    /// Makes the folder of a database, where there is none.
    static func makeFolder(of path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw DatabaseOpenError.cannotOpen(path: folder.path, reason: "the folder can't be made")
        }
    }

    /// Makes the file before SQLite does, for its mode, which SQLite gives to the log and the shared memory beside it too.
    private static func makeFile(at path: String) throws {
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DatabaseOpenError.cannotOpen(path: path, reason: SystemError.text(errno)) }
        Foundation.close(descriptor)
    }

    /// The settings of every connection.
    static func configuration(isReadOnly: Bool) -> Configuration {
        _ = processSettings
        var configuration = Configuration()
        configuration.label = "gateway"
        configuration.readonly = isReadOnly
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        // Statement arguments hold customers' data and client secrets: they stay out of GRDB's error descriptions.
        configuration.publicStatementArguments = false
        configuration.prepareDatabase { database in
            // Sorting never writes customers' data into files elsewhere.
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
            // KiB; taken only as pages are read.
            try database.execute(sql: "PRAGMA cache_size = \(database.configuration.readonly ? -8192 : -32768)")
            // A log that grew behind a long read is cut back to 64 MiB at the next checkpoint.
            if !database.configuration.readonly { try database.execute(sql: "PRAGMA journal_size_limit = 67108864") }
        }
        return configuration
    }

    /// Made once, before SQLite's first use. SQLite refuses settings afterwards, and this one only saves time.
    private static let processSettings: Void = { _ = sqlite_turn_off_memory_statistics() }()

    /// Sets and checks what a commit's durability depends on.
    ///
    /// After the pool is open, and not while it opens: GRDB sets `synchronous = NORMAL` last, under which a power cut loses
    /// acknowledged commits.
    private static func makeDurable(_ database: Database, path: String) throws {
        try database.execute(sql: "PRAGMA synchronous = FULL")
        for (setting, expected) in [("synchronous", "2"), ("journal_mode", "wal"), ("foreign_keys", "1")] {
            let value =
                try Row.fetchOne(database, sql: "PRAGMA \(setting)").map { "\($0.databaseValues.first ?? .null)" } ?? "unset"
            guard value.trimmingCharacters(in: ["\""]) == expected else {
                throw DatabaseOpenError.notDurable(path: path, setting: setting, value: value)
            }
        }
    }
}
