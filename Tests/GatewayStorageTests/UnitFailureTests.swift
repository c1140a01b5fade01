import GatewayCore
import Synchronization
import Testing

@testable import GatewayStorage

@Suite("A unit of work that fails in a commit with others", .timeLimit(.minutes(10)))
struct UnitFailureTests {
    @Test("A unit that fails is rolled back alone, hears its own error, and harms nobody")
    func failuresStayAlone() async throws {
        try await withStore { store throws in
            let transaction = try await store.write { try $0.makeTransaction(intent: "pi_0") }
            let commits = store.statistics.commits
            let outcomes = try await outcomes(of: 30, on: store) { number, writer in
                let order = try writer.makeOrder(user: "user-\(number)")
                if number % 3 == 1 { throw Refused(number: number) }
                if number % 3 == 2 {
                    _ = try writer.makeTransaction(of: order, provider: "mock", intent: transaction.paymentIntentID)
                }
                return order.id
            }
            #expect(store.statistics.commits == commits + 1)
            #expect(store.statistics.failedUnits == 20)
            for (number, outcome) in outcomes {
                switch (number % 3, outcome) {
                case (0, .success): break
                case (1, .failure(let error)): #expect(error as? Refused == Refused(number: number))
                case (2, .failure(let error)):
                    #expect(
                        error as? StoreError
                            == .constraint("payment_transactions.payment_intent_id, payment_transactions.provider")
                    )
                default: Issue.record("\(number): \(outcome)")
                }
            }
            let owners = try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 100)).map(\.userID.text) }
            #expect(Set(owners) == Set((0..<30).filter { $0 % 3 == 0 }.map { "user-\($0)" } + ["42"]))
            #expect(owners.count == 11)
        }
    }

    @Test("A unit that fails before it has written anything costs the others nothing: each is run once")
    func failureWithoutTrace() async throws {
        try await withStore { store throws in
            let order = try await store.write { writer in
                _ = try writer.makeTransaction(intent: "pi_0")
                return try writer.makeOrder()
            }
            let runs = Mutex(0)
            let outcomes = try await outcomes(of: 10, on: store) { number, writer in
                runs.withLock { $0 += 1 }
                guard number % 2 == 1 else { return try writer.makeOrder().id }
                // A statement that a constraint refuses has written nothing either.
                return try writer.makeTransaction(of: order, intent: "pi_0").id
            }
            #expect(runs.withLock { $0 } == 10)
            #expect(store.statistics.failedUnits == 5)
            #expect(outcomes.values.count { (try? $0.get()) != nil } == 5)
            #expect(try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 100)).count } == 7)
        }
    }

    @Test("After a unit that failed and had written, those of its commit are run again, and for a while none is run twice")
    func failureWithTrace() async throws {
        try await withStore { store throws in
            let runs = Mutex(0)
            for batch in 0...GroupCommit.separatedBatches {
                runs.withLock { $0 = 0 }
                _ = try await outcomes(of: 3, on: store) { number, writer in
                    runs.withLock { $0 += 1 }
                    let order = try writer.makeOrder()
                    if number == 1 { throw Refused(number: number) }
                    return order.id
                }
                // Those up to the culprit, and then all three; the second time counts among the batches with savepoints.
                let isFirst = batch == 0 || batch == GroupCommit.separatedBatches
                #expect((isFirst ? 4...6 : 3...3).contains(runs.withLock { $0 }), "batch \(batch)")
            }
            #expect(store.statistics.commits == GroupCommit.separatedBatches + 1)
            #expect(store.statistics.failedUnits == GroupCommit.separatedBatches + 1)
            let orders = try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 1000)).count }
            #expect(orders == 2 * (GroupCommit.separatedBatches + 1))
        }
    }

    @Test("A row that was changed and could not be read is as it was")
    func changedButUnreadable() async throws {
        try await withStore { store throws in
            let id = try await store.write { try $0.makeOrder().id }
            await #expect(throws: Refused(number: 1)) {
                try await store.write { writer throws in
                    let transaction = try #require(writer as? SQLiteTransaction)
                    _ = try transaction.first("UPDATE orders SET status = 'failed' WHERE id = ? RETURNING id", [id]) { _ in
                        throw Refused(number: 1)
                    }
                }
            }
            #expect(try await store.read { try $0.order(id)?.status } == .pending)
        }
    }

    @Test("A constraint's error that the work itself handles undoes one statement only")
    func handledConstraint() async throws {
        try await withStore { store throws in
            _ = try await store.write { try $0.makeTransaction(intent: "pi_0") }
            let id = try await store.write { writer throws in
                let order = try writer.makeOrder()
                #expect(throws: StoreError.self) { try writer.makeTransaction(of: order, intent: "pi_0") }
                return try writer.makeTransaction(of: order, intent: "pi_1").id
            }
            #expect(try await store.read { try $0.transaction(id)?.paymentIntentID } == "pi_1")
        }
    }
}
