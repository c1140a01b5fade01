import Foundation
import GRDB
import GatewayCore
import Testing

@testable import GatewayStorage

@Suite("The write-ahead log", .timeLimit(.minutes(10)))
struct LogCheckpointTests {
    /// Writes so many pages to the log, some with each commit.
    private func write(pages: Int, to store: SQLiteStore) async throws {
        let description = String(repeating: "x", count: 4 * 4096)
        for _ in 0..<pages / 4 {
            _ = try await store.write { writer in
                var order = NewOrder(userID: "42", amount: try money(1))
                order.description = description
                return try writer.insertOrder(order, at: time())
            }
        }
    }

    private func size(of path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    }

    @Test("is moved into the database again and again, and not by the commits themselves")
    func bounded() async throws {
        try await withStore { store throws in
            #expect(try await store.value("PRAGMA wal_autocheckpoint") == 0)
            try await write(pages: 6 * Int(LogCheckpoint.pages), to: store)
            // The log begins anew after each time: it is hardly longer than what makes a move due.
            #expect(try size(of: store.path + "-wal") < 2 * 4096 * Int(LogCheckpoint.pages))
            #expect(try size(of: store.path) > 4 * 4096 * Int(LogCheckpoint.pages))
        }
    }

    @Test("waits for a reader of what was there before, and all of it is moved once that has ended")
    func reader() async throws {
        try await withStore { store throws in
            let snapshot = try store.pool.makeSnapshot()
            try await write(pages: 3 * Int(LogCheckpoint.pages), to: store)
            #expect(try size(of: store.path + "-wal") > 3 * 4096 * Int(LogCheckpoint.pages))
            #expect(try snapshot.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM orders") } == 0)
            try snapshot.close()
            try await write(pages: 2 * Int(LogCheckpoint.pages), to: store)
            #expect(try size(of: store.path) > 4 * 4096 * Int(LogCheckpoint.pages))
        }
    }
}
