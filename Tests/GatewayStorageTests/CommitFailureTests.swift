import GRDB
import GatewayCore
import Synchronization
import Testing

@testable import GatewayStorage

@Suite("A commit that fails as a whole", .timeLimit(.minutes(10)))
struct CommitFailureTests {
    @Test("A commit that fails is told to every unit of it, those that had failed included, and nothing is there")
    func failedCommit() async throws {
        try await withStore { store throws in
            let outcomes = try await outcomes(of: 9, on: store) { number, writer in
                let order = try writer.makeOrder()
                if number == 2 { throw Refused(number: number) }
                if number == 4 {
                    // Foreign keys are looked at by the commit now, and it will find this one broken.
                    let transaction = try #require(writer as? SQLiteTransaction)
                    try transaction.execute("PRAGMA defer_foreign_keys = ON")
                    try transaction.execute(
                        """
                        INSERT INTO transaction_events (transaction_id, type, actor, to_status, created_at)
                        VALUES (99, 't', 'a', 'failed', 1)
                        """
                    )
                }
                return order.id
            }
            for (_, outcome) in outcomes {
                #expect(throws: StoreError.constraint("FOREIGN KEY constraint failed")) { try outcome.get() }
            }
            #expect(try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 10)) } == [])
            #expect(store.statistics.commits == 0)
            _ = try await store.write { try $0.makeOrder() }
        }
    }

    @Test("After a commit in doubt nothing is written any more, not even what waited already; reading goes on")
    func commitInDoubt() async throws {
        try await withStore { store throws in
            _ = try await store.write { try $0.makeOrder() }
            store.pool.add(transactionObserver: FailingCommit(), extent: .databaseLifetime)
            let outcomes = try await outcomes(of: GroupCommit.maximumBatch + 1, on: store) { _, writer in
                try writer.makeOrder().id
            }
            var inDoubt = 0
            for (_, outcome) in outcomes {
                let error = #expect(throws: StoreError.self) { try outcome.get() }
                if case .inDoubt = error { inDoubt += 1 } else { #expect(error == .earlierCommitInDoubt) }
            }
            #expect(inDoubt == GroupCommit.maximumBatch)
            await #expect(throws: StoreError.earlierCommitInDoubt) { try await store.write { try $0.makeOrder() } }
            await #expect(throws: StoreError.earlierCommitInDoubt) { try await store.ping() }
            #expect(try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 10)).count } == 1)
        }
    }

    @Test("A full disk is told to the units that met it; later there is room again")
    func fullDisk() async throws {
        try await withStore { store throws in
            let id = try await store.write { try $0.makeOrder().id }
            try store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1") }
            let outcomes = try await outcomes(of: 4, on: store) { number, writer in
                if number == 1 {
                    try writer.updateOrder(id, status: .failed, at: time(1))
                    return id
                }
                return try writer.insertOrder(
                    NewOrder(userID: "42", amount: try money(1), metadata: ["k": String(repeating: "x", count: 100_000)]),
                    at: time()
                ).id
            }
            for (number, outcome) in outcomes {
                guard case .failure(StoreError.unavailable) = outcome else {
                    if number != 1 { Issue.record("\(number): \(outcome)") }
                    continue
                }
            }
            #expect(try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 10)).count } == 1)
            try store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 100000") }
            _ = try await store.write { try $0.makeOrder() }
        }
    }

    @Test("When SQLite gives up the whole transaction, those undone hear of it and those not yet run are run in another")
    func transactionLost() async throws {
        try await withStore { store throws in
            let order = Mutex<[Int]>([])
            let outcomes = try await outcomes(of: 5, on: store) { number, writer in
                let turn = order.withLock { order in
                    order.append(number)
                    return order.count
                }
                let id = try writer.makeOrder(user: "turn-\(turn)").id
                if turn == 3 {
                    // What SQLite does by itself when a disk is full or a read fails.
                    try #require(writer as? SQLiteTransaction).execute("ROLLBACK")
                    throw Refused(number: number)
                }
                return id
            }
            let turns = order.withLock { $0 }
            for number in turns.prefix(2) {
                let outcome = try #require(outcomes[number])
                #expect(throws: StoreError.unavailable("the transaction was given up")) { try outcome.get() }
            }
            let culprit = try #require(outcomes[turns[2]])
            #expect(throws: Refused(number: turns[2])) { try culprit.get() }
            for number in turns.suffix(2) { _ = try #require(outcomes[number]).get() }
            let owners = try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 10)).map(\.userID) }
            #expect(owners == ["turn-5", "turn-4"])
        }
    }

    @Test("Work that hides such a loss from the writer is not taken for done")
    func hiddenLoss() async throws {
        try await withStore { store throws in
            await #expect(throws: StoreError.self) {
                try await store.write { writer throws in
                    _ = try writer.makeOrder()
                    try #require(writer as? SQLiteTransaction).execute("ROLLBACK")
                    _ = try? writer.makeOrder()
                }
            }
            #expect(try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 10)) } == [])
            _ = try await store.write { try $0.makeOrder() }
        }
    }
}

/// Makes the commits fail as a failed `fsync` does.
private final class FailingCommit: TransactionObserver, Sendable {
    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseWillCommit() throws { throw DatabaseError(resultCode: .SQLITE_IOERR_FSYNC) }
    func databaseDidCommit(_ db: Database) {}
    func databaseDidRollback(_ db: Database) {}
}
