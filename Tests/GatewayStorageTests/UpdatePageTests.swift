import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("Pages of transactions by their last change")
struct UpdatePageTests {
    /// Twenty-four transactions of two owners; every third never changed, and others share the time of their change.
    private static func fill(_ writer: any StoreWriter) throws {
        let statuses: [PaymentStatus] = [.succeeded, .failed, .canceled, .processing]
        for index in 0..<24 {
            let order = try writer.makeOrder(user: index < 16 ? "42" : "7")
            let transaction = try writer.makeTransaction(
                of: order, provider: ["mock", "stripe"][index % 2], intent: "pi_\(index)", status: statuses[index % 4],
                at: time(Int64(index)))
            if index % 3 == 0 { continue }
            var changed = transaction
            // Others than the order of creation, and some at the same moment.
            changed.updatedAt = time(Int64(100 - index / 2))
            _ = try writer.updateTransaction(changed, from: transaction)
        }
    }

    private static let queries: [TransactionQuery] = {
        var queries: [TransactionQuery] = []
        for user in [nil, "42", "7", "nobody"] as [Subject?] {
            for status in [nil, PaymentStatus.succeeded, .refunded] {
                for provider in [nil, "mock"] {
                    for (from, to) in [(nil, nil), (90, nil), (nil, 95), (6, 96)] as [(Int64?, Int64?)] {
                        for order in [nil, 5] as [Int64?] {
                            for (madeFrom, madeTo) in [(nil, nil), (3, 20)] as [(Int64?, Int64?)] {
                                var query = TransactionQuery(userID: user, limit: 2)
                                query.sortKey = .updatedAt
                                query.status = status
                                query.provider = provider
                                query.updatedFrom = from.map { time($0) }
                                query.updatedTo = to.map { time($0) }
                                query.createdFrom = madeFrom.map { time($0) }
                                query.createdTo = madeTo.map { time($0) }
                                query.orderID = order
                                queries.append(query)
                            }
                        }
                    }
                }
            }
        }
        return queries
    }()

    private static func walk(_ query: TransactionQuery, in store: any StoreReader) throws -> [PaymentTransaction] {
        var walked: [PaymentTransaction] = []
        var page = query
        repeat {
            let rows = try store.transactions(page)
            #expect(rows.count <= query.limit)
            walked += rows
            page.beforeUpdate = rows.last.map { .init(updatedAt: $0.updatedAt, id: $0.id) }
        } while page.beforeUpdate != nil
        return walked
    }

    @Test("Walking the pages of any combination of filters meets exactly the rows that match, the latest change first")
    func everyFilter() throws {
        try withConnection { database throws in
            let store = SQLiteTransaction(database: database)
            try Self.fill(store)
            let all = try (1...24).map { try #require(try store.transaction($0)) }
                .sorted { ($0.updatedAt, $0.id) > ($1.updatedAt, $1.id) }
            var matches = 0
            for query in Self.queries {
                let expected = all.filter { transaction in
                    (query.userID.map { $0 == transaction.userID } ?? true)
                        && (query.orderID.map { $0 == transaction.orderID } ?? true)
                        && (query.status.map { $0 == transaction.status } ?? true)
                        && (query.provider.map { $0 == transaction.provider } ?? true)
                        && (query.createdFrom.map { transaction.createdAt >= $0 } ?? true)
                        && (query.createdTo.map { transaction.createdAt < $0 } ?? true)
                        && (query.updatedFrom.map { transaction.updatedAt >= $0 } ?? true)
                        && (query.updatedTo.map { transaction.updatedAt < $0 } ?? true)
                }
                #expect(try Self.walk(query, in: store) == expected, "\(query)")
                matches += expected.count
            }
            #expect(matches > 300)
        }
    }

    @Test("A payment that changes between two pages moves to the front, and the others keep their places")
    func changeWhileWalking() throws {
        try withConnection { database throws in
            let store = SQLiteTransaction(database: database)
            try Self.fill(store)
            var query = TransactionQuery(userID: nil, limit: 4)
            query.sortKey = .updatedAt
            let before = try Self.walk(query, in: store)
            let first = try store.transactions(query)
            let last = try #require(first.last)
            query.beforeUpdate = .init(updatedAt: last.updatedAt, id: last.id)
            // The row that the cursor names, one that was seen, and one that was not.
            for row in [first[3], first[0], before[10]] {
                var changed = row
                changed.updatedAt = time(1_000)
                _ = try store.updateTransaction(changed, from: row)
            }
            let rest = try Self.walk(query, in: store)
            #expect(rest == Array(before[4..<10] + before[11...]))
            // A window that ended before the changes misses none of them in the next one.
            query.beforeUpdate = nil
            query.updatedFrom = time(1_000)
            #expect(Set(try Self.walk(query, in: store).map(\.id)) == [first[3].id, first[0].id, before[10].id])
        }
    }

    @Test("Orders are listed by status and time of creation in any combination, newest first")
    func orders() throws {
        try withConnection { database throws in
            let store = SQLiteTransaction(database: database)
            for index in 0..<24 {
                let order = try store.makeOrder(user: index % 3 == 0 ? "7" : "42", at: time(Int64(index / 2)))
                let status = Order.Status.allCases[index % Order.Status.allCases.count]
                try store.updateOrder(order.id, status: status, at: time(50))
            }
            let all = try (1...24).map { try #require(try store.order($0)) }
            var matches = 0
            for user in [nil, "42", "7"] as [Subject?] {
                for status in [nil] + Order.Status.allCases.map(Optional.some) {
                    for (from, to) in [(nil, nil), (3, nil), (nil, 9), (3, 9)] as [(Int64?, Int64?)] {
                        var query = OrderQuery(userID: user, limit: 2)
                        query.status = status
                        query.createdFrom = from.map { time($0) }
                        query.createdTo = to.map { time($0) }
                        var walked: [Order] = []
                        repeat {
                            let rows = try store.orders(query)
                            walked += rows
                            query.beforeID = rows.last?.id
                        } while query.beforeID != nil
                        let expected = all.reversed().filter { order in
                            (user.map { $0 == order.userID } ?? true) && (status.map { $0 == order.status } ?? true)
                                && (from.map { order.createdAt >= time($0) } ?? true)
                                && (to.map { order.createdAt < time($0) } ?? true)
                        }
                        #expect(walked == expected, "\(query)")
                        matches += expected.count
                    }
                }
            }
            #expect(matches > 150)
        }
    }
}
