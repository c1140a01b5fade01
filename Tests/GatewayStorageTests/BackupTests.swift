import Foundation
import GRDB
import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("Backup and restore")
struct BackupTests {
    /// Later than everything that these tests write.
    private static let later = time(86_400_000)

    @Test("A backup holds what was committed, in one file that nobody else can read, while the store goes on")
    func backup() async throws {
        try await withStore { store throws in
            let order = try await store.write { try $0.makeOrder() }
            let file = store.path + ".backup"
            let report = try SQLiteStore.backup(path: store.path, to: file)
            let later = try await store.write { try $0.makeOrder() }
            #expect(later.id == order.id + 1)

            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(attributes[.size] as? Int64 == report.size)
            let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(names.filter { $0.contains("backup") } == ["gateway.db.backup"])

            let reader = try SQLiteStore.open(path: file, access: .readOnly)
            #expect(try await reader.read { try $0.order(order.id) } == order)
            #expect(try await reader.read { try $0.order(later.id) } == nil)
            await reader.close()
        }
    }

    @Test("A file that exists is not overwritten, and none is left behind by a backup that fails")
    func refusals() async throws {
        try await withStore { store throws in
            let file = store.path + ".backup"
            try Data("a letter".utf8).write(to: URL(fileURLWithPath: file))
            #expect(throws: DatabaseOpenError.exists(path: file)) { try SQLiteStore.backup(path: store.path, to: file) }
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "a letter")

            #expect(throws: DatabaseOpenError.notADatabase(path: file)) {
                try SQLiteStore.backup(path: file, to: store.path + ".second")
            }
            let other = store.path + ".other"
            try DatabaseQueue(path: other).write { try $0.execute(sql: "CREATE TABLE letters (id INTEGER PRIMARY KEY)") }
            #expect(throws: DatabaseOpenError.notBooks(path: other)) {
                try SQLiteStore.backup(path: other, to: store.path + ".second")
            }
            let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(!names.contains { $0.contains("second") }, "\(names)")
        }
    }

    @Test("A database with a row that refers to none is called damaged")
    func damaged() async throws {
        try await withStore { store throws in
            _ = try await store.write { try $0.makeTransaction() }
            try store.pool.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA foreign_keys = OFF")
                try database.execute(sql: "DELETE FROM orders")
                try database.execute(sql: "PRAGMA foreign_keys = ON")
            }
            #expect(throws: DatabaseOpenError.damaged(path: store.path)) {
                try SQLiteStore.backup(path: store.path, to: store.path + ".backup")
            }
        }
    }

    @Test("No gateway serves from a backup before it is restored")
    func unrestored() async throws {
        try await withStore { store throws in
            let file = store.path + ".backup"
            _ = try SQLiteStore.backup(path: store.path, to: file)
            #expect(throws: DatabaseOpenError.isBackup(path: file)) { try SQLiteStore.open(path: file) }
            await #expect(throws: DatabaseOpenError.isBackup(path: file)) { try await SQLiteStore.migrate(path: file) }
        }
    }

    @Test("A restored database never reuses a provider key, restored once or twice; what was in it keeps its own")
    func keys() async throws {
        try await withStore { store throws in
            let file = store.path + ".backup"
            let before = try await store.write { try $0.makeOperation(on: $0.makeTransaction(), .create) }
            _ = try SQLiteStore.backup(path: store.path, to: file)
            // What the gateway went on to ask of providers, and what they may remember.
            var remembered: Set<String> = [before.identity(installation: store.installation).idempotencyKey]
            for _ in 0..<20 { remembered.insert(try await newKey(in: store)) }

            for attempt in 1...2 {
                let path = store.path + ".restored-\(attempt)"
                let now = Self.later.advanced(by: .seconds(60 * attempt))
                _ = try SQLiteStore.restore(backup: file, to: path, replacing: false, now: now)
                let restored = try SQLiteStore.open(path: path)
                #expect(restored.installation == store.installation)
                #expect(try await restored.read { try $0.operation(before.id) } == before, "open, and with the key that it had")
                for _ in 0..<20 { #expect(remembered.insert(try await newKey(in: restored)).inserted) }
                await restored.close()
            }
        }
    }

    private func newKey(in store: SQLiteStore) async throws -> String {
        try await store.write { try $0.makeOperation(on: $0.makeTransaction(), .create) }
            .identity(installation: store.installation).idempotencyKey
    }

    @Test("Numbers that clients know are not given out again, and the rows that hold the place are seen by nobody")
    func numbers() async throws {
        try await withStore { store throws in
            let file = store.path + ".backup"
            _ = try await store.write { try $0.makeTransaction(intent: "pi_1") }
            _ = try SQLiteStore.backup(path: store.path, to: file)
            let path = store.path + ".restored"
            let report = try SQLiteStore.restore(backup: file, to: path, replacing: false, now: Self.later)
            #expect(report.firstNumber == Self.later.unixMilliseconds + 1)

            let restored = try SQLiteStore.open(path: path)
            let (order, transaction, refund) = try await restored.write { writer in
                let order = try writer.makeOrder()
                let transaction = try writer.makeTransaction(of: order)
                return (order, transaction, try writer.makeRefund(of: transaction))
            }
            #expect([order.id, transaction.id, refund.id] == [report.firstNumber, report.firstNumber, report.firstNumber])
            let place = report.firstNumber - 1
            let seen = try await restored.read { reader in
                [try reader.order(place) == nil, try reader.transaction(place) == nil, try reader.operation(place) == nil]
            }
            #expect(seen == [true, true, true])
            await restored.close()
        }
    }

    @Test("A database in the place is refused unless it may be replaced, and is kept with its log under another name")
    func replacing() async throws {
        try await withStore { store throws in
            let file = store.path + ".backup"
            _ = try await store.write { try $0.makeOrder() }
            _ = try SQLiteStore.backup(path: store.path, to: file)
            let path = store.path + ".served"
            let served = try SQLiteStore.open(path: path)
            #expect(throws: DatabaseOpenError.inUse(path: path, holder: Int(getpid()))) {
                try SQLiteStore.restore(backup: file, to: path, replacing: true, now: Self.later)
            }
            await served.close()
            #expect(throws: DatabaseOpenError.exists(path: path)) {
                try SQLiteStore.restore(backup: file, to: path, replacing: false, now: Self.later)
            }
            // As after a crash: a log that belongs to the database before, and to no other.
            try Data("a log".utf8).write(to: URL(fileURLWithPath: path + "-wal"))

            let report = try SQLiteStore.restore(backup: file, to: path, replacing: true, now: Self.later)
            let setAside = try #require(report.setAside)
            #expect(try String(contentsOfFile: setAside + "-wal", encoding: .utf8) == "a log")
            let restored = try SQLiteStore.open(path: path)
            #expect(try await restored.value("SELECT count(*) FROM orders WHERE deleted_at IS NULL") == 1)
            await restored.close()
            let former = try SQLiteStore.open(path: setAside, access: .readOnly)
            #expect(former.installation == served.installation)
            await former.close()
        }
    }

    @Test("A restore that was killed while it replaced the database is told to whoever starts, and done again")
    func interrupted() async throws {
        try await withStore { store throws in
            let file = store.path + ".backup"
            _ = try SQLiteStore.backup(path: store.path, to: file)
            let path = store.path + ".served"
            try FileManager.default.copyItem(atPath: file, toPath: path + ".restoring")
            #expect(throws: DatabaseOpenError.restoreNotEnded(path: path)) { try SQLiteStore.open(path: path) }
            #expect(!FileManager.default.fileExists(atPath: path), "no empty database takes its place")
            _ = try SQLiteStore.restore(backup: file, to: path, replacing: true, now: Self.later)
            await (try SQLiteStore.open(path: path)).close()
        }
    }

    @Test("A clock that is behind the backup is refused: its numbers may have been given out")
    func clock() async throws {
        try await withStore { store throws in
            let file = store.path + ".backup"
            let path = store.path + ".restored"
            _ = try SQLiteStore.backup(path: store.path, to: file)
            let first = try SQLiteStore.restore(backup: file, to: path, replacing: false, now: Self.later)
            let earlier = Timestamp(unixMilliseconds: first.firstNumber - 1)
            #expect(throws: DatabaseOpenError.clockBehind(path: path)) {
                try SQLiteStore.restore(backup: path, to: store.path + ".second", replacing: false, now: earlier)
            }
            #expect(!FileManager.default.fileExists(atPath: store.path + ".second"))
        }
    }

    @Test("A backup of an earlier version is brought to this one's schema")
    func olderSchema() async throws {
        try await withTemporaryFolder { folder throws in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let file = folder + "/old.db"
            let queue = try DatabaseQueue(path: file)
            try GatewayMigrator.make(installation: { "test" }).migrate(queue, upTo: Migration0001InitialSchema.identifier)
            try queue.close()
            _ = try SQLiteStore.restore(backup: file, to: folder + "/gateway.db", replacing: false, now: Self.later)
            let restored = try SQLiteStore.open(path: folder + "/gateway.db")
            #expect(restored.installation == "test" && restored.appliedMigrations.isEmpty)
            await restored.close()
        }
    }
}
