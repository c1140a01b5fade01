import Foundation
import GRDB
import GatewayCore
import GatewayLifecycle
import Testing

@testable import GatewayStorage

@Suite("Opening and closing")
struct OpeningTests {
    @Test("A new database is made with its folder, is nobody else's to read, and has a random id that stays")
    func new() async throws {
        try await withTemporaryFolder { folder throws in
            let path = folder + "/var/gateway.db"
            let store = try SQLiteStore.open(path: path)
            #expect(store.installation.count == 32)
            #expect(store.installation != SQLiteStore.randomInstallation())
            #expect(
                store.appliedMigrations == [
                    "0001-initial-schema", "0002-recovery", "0003-pages", "0004-comparisons", "0005-lists", "0006-retention",
                    "0007-erasure", "0008-identity", "0009-history-chain", "0010-open-operations",
                    "0011-event-pages", "0012-pending-refunds", "0013-lifecycle",
                ])
            for suffix in ["", "-wal", "-shm", ".lock", ".identity"] {
                let mode = try FileManager.default.attributesOfItem(atPath: path + suffix)[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(suffix)")
            }
            await store.close()

            let again = try SQLiteStore.open(path: path)
            #expect(again.installation == store.installation)
            #expect(again.appliedMigrations == [])
            await again.close()
        }
    }

    @Test("The writer syncs every commit, keeps a write-ahead log and enforces foreign keys, however long it has been open")
    func durable() async throws {
        try await withStore { store throws in
            for _ in 0..<2 {
                #expect(try await pragma("synchronous", of: store) == 2)
                #expect(try await pragma("foreign_keys", of: store) == 1)
                #expect(try await pragma("busy_timeout", of: store) == 5_000)
                let mode = try store.pool.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
                #expect(mode == "wal")
                _ = try await store.write { try $0.makeOrder() }
            }
        }
    }

    private func pragma(_ name: String, of store: SQLiteStore) async throws -> Int? {
        try await store.pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA \(name)") }
    }

    @Test("All is there after closing and opening again, and the log is empty")
    func reopen() async throws {
        try await withTemporaryFolder { folder throws in
            let path = folder + "/gateway.db"
            let store = try SQLiteStore.open(path: path)
            let order = try await store.write { writer throws in
                let order = try writer.makeOrder()
                let transaction = try writer.makeTransaction(of: order, intent: "pi_1")
                _ = try writer.makeOperation(on: transaction)
                return order
            }
            await store.close()
            let log = (try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int) ?? 0
            #expect(log == 0)

            let again = try SQLiteStore.open(path: path)
            #expect(try await again.read { try $0.order(order.id) } == order)
            #expect(try await again.read { try $0.transactions(paymentIntentID: "pi_1").count } == 1)
            #expect(try await again.read { try $0.openOperations(transactionID: 1).map(\.kind) } == [.confirm])
            await again.close()
        }
    }

    @Test("What was handed in before the closing is done; afterwards the store says that it is closed")
    func closing() async throws {
        try await withTemporaryFolder { folder throws in
            let path = folder + "/gateway.db"
            let store = try SQLiteStore.open(path: path)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<300 { group.addTask { _ = try await store.write { try $0.makeOrder() } } }
                try await eventually("some are handed in") { store.statistics.units > 0 }
                await store.close()
                var refused = 0
                while let result = await group.nextResult() {
                    guard case .failure(let error) = result else { continue }
                    #expect(error as? StoreError == .closed)
                    refused += 1
                }
                #expect(store.statistics.units == 300 - refused)
            }
            await #expect(throws: StoreError.closed) { try await store.write { try $0.makeOrder() } }
            await #expect(throws: StoreError.closed) { try await store.read { try $0.order(1) } }
            await #expect(throws: StoreError.closed) { try await store.ping() }
            await store.close()

            let again = try SQLiteStore.open(path: path)
            try await again.ping()
            #expect(try await again.value("SELECT count(*) FROM orders") == Int64(store.statistics.units))
            await again.close()
        }
    }

    @Test("A second gateway on the same file is refused, and told who has it; after the first has closed it may")
    func oneGateway() async throws {
        try await withTemporaryFolder { folder throws in
            let path = folder + "/gateway.db"
            let store = try SQLiteStore.open(path: path)
            let error = #expect(throws: DatabaseOpenError.self) { try SQLiteStore.open(path: path) }
            #expect(error == .inUse(path: path, holder: Int(getpid())))
            #expect(error?.description.contains("(process \(getpid())) has the database \(path)") == true)
            await store.close()
            try await SQLiteStore.open(path: path).close()
        }
    }

    @Test("A lock file that a dead process left locks nothing")
    func staleLock() async throws {
        try await withTemporaryFolder { folder throws in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let path = folder + "/gateway.db"
            try Data("999999999\n".utf8).write(to: URL(fileURLWithPath: path + ".lock"))
            let store = try SQLiteStore.open(path: path)
            #expect(try String(contentsOfFile: path + ".lock", encoding: .utf8) == "\(getpid())\n")
            await store.close()
        }
    }

    @Test("A command that reads needs no lock, sees what is committed, and writes nothing")
    func readOnly() async throws {
        try await withTemporaryFolder { folder throws in
            let path = folder + "/gateway.db"
            let store = try SQLiteStore.open(path: path)
            let order = try await store.write { try $0.makeOrder() }
            let reader = try SQLiteStore.open(path: path, access: .readOnly)
            #expect(reader.installation == store.installation)
            #expect(try await reader.read { try $0.order(order.id) } == order)
            await #expect(throws: StoreError.self) { try await reader.write { try $0.makeOrder() } }
            await reader.close()
            _ = try await store.write { try $0.makeOrder() }
            await store.close()

            let alone = try SQLiteStore.open(path: path, access: .readOnly)
            #expect(try await alone.read { try $0.order(order.id) } == order)
            await alone.close()
        }
    }

    @Test("A command that reads makes no file")
    func readOnlyMakesNothing() async throws {
        try await withTemporaryFolder { folder throws in
            let path = folder + "/gateway.db"
            #expect(throws: DatabaseOpenError.cannotOpen(path: path, reason: "No such file or directory")) {
                try SQLiteStore.open(path: path, access: .readOnly)
            }
            #expect(!FileManager.default.fileExists(atPath: folder))
        }
    }

    @Test("A file that is no database is left as it is")
    func noDatabase() async throws {
        try await withTemporaryFolder { folder throws in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let path = folder + "/gateway.db"
            let text = Data(String(repeating: "This is a letter. ", count: 100).utf8)
            try text.write(to: URL(fileURLWithPath: path))
            #expect(throws: DatabaseOpenError.notADatabase(path: path)) { try SQLiteStore.open(path: path) }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == text)
        }
    }

    @Test("A path that is a folder is refused with a reason")
    func folderInstead() async throws {
        try await withTemporaryFolder { folder throws in
            try FileManager.default.createDirectory(atPath: folder + "/gateway.db", withIntermediateDirectories: true)
            #expect(throws: DatabaseOpenError.cannotOpen(path: folder + "/gateway.db", reason: "Is a directory")) {
                try SQLiteStore.open(path: folder + "/gateway.db")
            }
        }
    }

    @Test("A database that another process keeps locked is unavailable, and nothing is written")
    func lockedFromOutside() async throws {
        try await withStore { store throws in
            // The product waits five seconds; a test need not.
            try store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA busy_timeout = 20") }
            let outsider = try DatabaseQueue(path: store.path)
            let gate = DispatchSemaphore(value: 0)
            let locked = DispatchSemaphore(value: 0)
            outsider.asyncWriteWithoutTransaction { database in
                try? database.inTransaction(.immediate) {
                    locked.signal()
                    gate.wait()
                    return .rollback
                }
            }
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async {
                    locked.wait()
                    continuation.resume()
                }
            }
            let error = await #expect(throws: StoreError.self) { try await store.write { try $0.makeOrder() } }
            guard case .unavailable = error else {
                gate.signal()
                Issue.record("\(String(describing: error))")
                return
            }
            gate.signal()
            try await eventually("the database is free again") { (try? await store.write { try $0.makeOrder() }) != nil }
            try outsider.close()
        }
    }
}
