import Foundation
import GRDB
import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("The identity of a database")
struct DatabaseIdentityTests {
    private static let machine = "a machine"

    /// A database that was served once, with an order in it, closed.
    private func withServedDatabase(_ body: (String) async throws -> Void) async throws {
        try await withTemporaryFolder { folder throws in
            let path = folder + "/gateway.db"
            let store = try SQLiteStore.open(path: path, machine: Self.machine)
            _ = try await store.write { try $0.makeOrder() }
            await store.close()
            try await body(path)
        }
    }

    private func reopen(_ path: String, claim: SQLiteStore.Claim = .same, machine: String? = machine) async throws {
        try await SQLiteStore.open(path: path, claim: claim, machine: machine).close()
    }

    private func content(_ path: String) throws -> IdentityFile.Content {
        try #require(try IdentityFile.read(databasePath: path))
    }

    private func expectRefusal(_ path: String, _ text: String) {
        let error = #expect(throws: DatabaseOpenError.self) { try SQLiteStore.open(path: path, machine: Self.machine) }
        #expect("\(String(describing: error))".contains(text), "\(String(describing: error))")
    }

    private func expectCopy(_ path: String, because reason: String, machine: String? = machine) throws {
        let error = #expect(throws: DatabaseOpenError.self) { try SQLiteStore.open(path: path, machine: machine) }
        guard case .isCopy(path, let given) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(given.contains(reason), "\(given)")
    }

    @Test("The file beside a database has its token, another one at each start, and is nobody else's to read")
    func token() async throws {
        try await withServedDatabase { path throws in
            let first = try content(path)
            #expect(first.token != nil && first.next == nil)
            let file = IdentityFile.path(ofDatabase: path)
            #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
            #expect(try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0 <= 512, "a sector")
            try await reopen(path)
            let second = try content(path)
            #expect(second.token != first.token && second.installation == first.installation)
        }
    }

    @Test("Numbers are recorded before whoever waits for the commit is answered")
    func numbers() async throws {
        try await withServedDatabase { path throws in
            let store = try SQLiteStore.open(path: path, machine: Self.machine)
            for _ in 0..<3 {
                let order = try await store.write { try $0.makeOrder() }
                #expect(try content(path).numbers.orders == order.id)
                let operation = try await store.write { try $0.makeOperation(on: $0.makeTransaction(), .create) }
                #expect(try content(path).numbers.operations == operation.id)
            }
            await store.close()
        }
    }

    @Test("A database of another machine is refused; one without a machine's id is not", arguments: ["another machine", nil])
    func otherMachine(_ machine: String?) async throws {
        try await withServedDatabase { path throws in
            if machine != nil {
                try expectCopy(path, because: "on another machine", machine: machine)
                try await reopen(path, claim: .moved, machine: machine)
            }
            try await reopen(path, machine: machine)
        }
    }

    @Test("A start that ended between the steps of the taking is told from a copy")
    func interrupted() async throws {
        try await withServedDatabase { path throws in
            let served = try content(path)
            // Before the database got the next token.
            var early = served
            early.next = "the next"
            try IdentityFile.write(early, databasePath: path)
            try await reopen(path)
            // After it did, and before the file had it.
            var late = try content(path)
            late.next = late.token
            late.token = served.token
            try IdentityFile.write(late, databasePath: path)
            try await reopen(path)
            #expect(try content(path).next == nil)
        }
    }

    @Test("A first start that ended before the database had its token is done again, and takes no other database for its own")
    func interruptedFirst() async throws {
        try await withServedDatabase { path throws in
            var first = try content(path)
            let queue = try DatabaseQueue(path: path)
            try queue.write { try $0.execute(sql: "DELETE FROM database_identity") }
            try queue.close()
            try expectCopy(path, because: "from before the upgrade")
            first.next = first.token
            first.token = nil
            try IdentityFile.write(first, databasePath: path)
            try await reopen(path)
        }
    }

    @Test("A file that is cut off, edited or another database's is a reason to refuse")
    func foreignFile() async throws {
        try await withServedDatabase { path throws in
            let file = URL(fileURLWithPath: IdentityFile.path(ofDatabase: path))
            let text = try String(contentsOf: file, encoding: .utf8)
            let spoiled = ["", "a letter", String(text.dropLast(8)), text.replacing("token ", with: "taken ")]
            for other in spoiled {
                try Data(other.utf8).write(to: file)
                try expectCopy(path, because: "can't be read")
            }
            try await reopen(path, claim: .moved)
            var foreign = try content(path)
            foreign.installation = String(repeating: "0", count: foreign.installation.utf8.count)
            try IdentityFile.write(foreign, databasePath: path)
            try expectCopy(path, because: "belongs to another database")
            try await reopen(path, claim: .moved)
            try await reopen(path)
        }
    }

    @Test(
        "A new database in the place of one that is gone is refused while the log or the identity file is there, and served afterwards"
    )
    func deleted() async throws {
        try await withServedDatabase { path throws in
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
            expectRefusal(path, "is gone or empty, and \(path).identity is still there")
            #expect(!FileManager.default.fileExists(atPath: path), "nothing was made")
            try FileManager.default.removeItem(atPath: IdentityFile.path(ofDatabase: path))
            let log = Data(repeating: 7, count: 100)
            try log.write(to: URL(fileURLWithPath: path + "-wal"))
            expectRefusal(path, "is gone or empty, and \(path)-wal is still there")
            #expect(FileManager.default.contents(atPath: path + "-wal") == log)
            try FileManager.default.removeItem(atPath: path + "-wal")
            try await reopen(path)
            try await reopen(path)
        }
    }

    @Test("A database that is not there, or has no tables, was not moved")
    func nothingMoved() async throws {
        try await withServedDatabase { path throws in
            let other = path + ".other"
            await #expect(throws: DatabaseOpenError.self) { try await reopen(other, claim: .moved) }
            #expect(!FileManager.default.fileExists(atPath: other))
            try Data().write(to: URL(fileURLWithPath: other))
            await #expect(throws: DatabaseOpenError.self) { try await reopen(other, claim: .moved) }
        }
    }

    @Test("A database that was moved without its log is refused while the log, or a word of what was in it, is in the old place")
    func logLeftBehind() async throws {
        try await withServedDatabase { path throws in
            let place = path + ".elsewhere"
            let log = path + "-wal"
            func refusal() async -> String {
                let error = await #expect(throws: DatabaseOpenError.self) { try await reopen(place, claim: .moved) }
                guard case .isIncomplete? = error else { return "\(String(describing: error))" }
                return "\(error.map { "\($0)" } ?? "")"
            }
            try FileManager.default.copyItem(atPath: path, toPath: place)
            let token = try content(path).token
            // It was served after the copy.
            let store = try SQLiteStore.open(path: path, machine: Self.machine)
            _ = try await store.write { try $0.makeOrder() }
            await store.close()
            #expect(await refusal().contains("had order 2"))
            #expect(await refusal().contains("was served or restored since"))
            var file = try content(path)
            let served = file
            file.token = token
            try IdentityFile.write(file, databasePath: path)
            #expect(await refusal().contains("move \(log) along"))
            try IdentityFile.write(served, databasePath: path)
            let holder = try DatabaseLock(databasePath: path)
            let inUse = await #expect(throws: DatabaseOpenError.self) { try await reopen(place, claim: .moved) }
            #expect(
                "\(String(describing: inUse))".contains("another gateway"),
                "the old place is served: \(String(describing: inUse))")
            holder.release()
            try FileManager.default.removeItem(atPath: path)
            try Data(repeating: 7, count: 100).write(to: URL(fileURLWithPath: log))
            #expect(await refusal().contains("its log was left behind; move \(log) to \(place)-wal first"))
            try FileManager.default.removeItem(atPath: log)
            #expect(await refusal().contains("had order 2"))
            // Another database's word is none about this one.
            var foreign = try content(path)
            foreign.installation = String(repeating: "0", count: foreign.installation.utf8.count)
            try IdentityFile.write(foreign, databasePath: path)
            try await reopen(place, claim: .moved)
            try await reopen(place)
        }
    }

    @Test("An empty file in the place of a database that was served is refused")
    func emptied() async throws {
        try await withServedDatabase { path throws in
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
            try Data().write(to: URL(fileURLWithPath: path))
            expectRefusal(path, "is gone or empty, and \(path).identity is still there")
            // A header without tables: all that was written was in the log.
            let queue = try DatabaseQueue(path: path)
            try queue.vacuum()
            try queue.close()
            expectRefusal(path, "\(path) is empty, and the database that was served here had order 1")
        }
    }

    @Test("A restored database is served at once, and a copy of it is not")
    func restored() async throws {
        try await withServedDatabase { path throws in
            let backup = path + ".backup"
            _ = try SQLiteStore.backup(path: path, to: backup)
            let place = path + ".restored"
            _ = try SQLiteStore.restore(backup: backup, to: place, replacing: false, now: time(86_400_000))
            let copy = path + ".copy"
            try FileManager.default.copyItem(atPath: place, toPath: copy)
            try expectCopy(copy, because: "is missing", machine: nil)
            try FileManager.default.copyItem(
                atPath: IdentityFile.path(ofDatabase: place), toPath: IdentityFile.path(ofDatabase: copy))
            try expectCopy(copy, because: "it is another file", machine: nil)
            try await SQLiteStore.open(path: place).close()
            try await SQLiteStore.open(path: place).close()
        }
    }

    @Test("A database that a restore has set aside is refused where somebody puts it back")
    func putBack() async throws {
        try await withServedDatabase { path throws in
            let backup = path + ".backup"
            _ = try SQLiteStore.backup(path: path, to: backup)
            let report = try SQLiteStore.restore(backup: backup, to: path, replacing: true, now: time(86_400_000))
            try await reopen(path, machine: nil)
            let aside = try #require(report.setAside)
            #expect(!FileManager.default.fileExists(atPath: IdentityFile.path(ofDatabase: aside)))
            let restored = path + ".restored"
            for suffix in ["", ".identity"] { try FileManager.default.moveItem(atPath: path + suffix, toPath: restored + suffix) }
            try FileManager.default.moveItem(atPath: aside, toPath: path)
            try expectCopy(path, because: "is missing", machine: nil)
            // With the identity of what was restored, too.
            try FileManager.default.moveItem(atPath: restored + ".identity", toPath: path + ".identity")
            try expectCopy(path, because: "it is older than what was served here", machine: nil)
        }
    }

    @Test("Two copies of a database number alike and use no key at a provider in common")
    func nonces() async throws {
        try await withServedDatabase { path throws in
            let copy = path + ".copy"
            try FileManager.default.copyItem(atPath: path, toPath: copy)
            var keys: [Set<String>] = []
            var numbers: [[Int64]] = []
            for file in [path, copy] {
                let store = try SQLiteStore.open(path: file, claim: .moved, machine: Self.machine)
                let operations = try await store.write { writer in
                    try (0..<20).map { _ in try writer.makeOperation(on: writer.makeTransaction(), .create) }
                }
                numbers.append(operations.map(\.id))
                keys.append(Set(operations.map { $0.identity(installation: store.installation).idempotencyKey }))
                await store.close()
                // With it the second is refused: see below.
                try FileManager.default.removeItem(atPath: IdentityFile.path(ofDatabase: file))
            }
            #expect(numbers[0] == numbers[1])
            #expect(keys[0].count == 20 && keys[0].isDisjoint(with: keys[1]))
        }
    }
}
