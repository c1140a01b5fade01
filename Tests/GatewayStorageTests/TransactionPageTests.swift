import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("Pages of transactions")
struct TransactionPageTests {
    /// Twenty-four transactions of two owners, at three providers, in four statuses; two share each time of creation.
    private static func fill(_ writer: any StoreWriter) throws {
        let statuses: [PaymentStatus] = [.succeeded, .failed, .canceled, .processing]
        for index in 0..<24 {
            let order = try writer.makeOrder(user: index < 16 ? "42" : "7")
            _ = try writer.makeTransaction(
                of: order, provider: ["mock", "stripe", "other"][index % 3], intent: "pi_\(index)", status: statuses[index % 4],
                at: time(Int64(index / 2))
            )
        }
    }

    private static let queries: [TransactionQuery] = {
        var queries: [TransactionQuery] = []
        for user in [nil, "42", "7", "nobody"] as [Subject?] {
            for status in [nil, PaymentStatus.succeeded, .refunded] {
                for provider in [nil, "mock"] {
                    for (from, to) in [(nil, nil), (3, nil), (nil, 9), (3, 9)] as [(Int64?, Int64?)] {
                        for order in [nil, 5] as [Int64?] {
                            var query = TransactionQuery(userID: user, limit: 2)
                            query.status = status
                            query.provider = provider
                            query.createdFrom = from.map { time($0) }
                            query.createdTo = to.map { time($0) }
                            query.orderID = order
                            queries.append(query)
                        }
                    }
                }
            }
        }
        return queries
    }()

    @Test("Walking the pages of any combination of filters meets exactly the rows that match, newest first")
    func everyFilter() throws {
        try withConnection { database throws in
            let store = SQLiteTransaction(database: database)
            try Self.fill(store)
            let all = try (1...24).map { try #require(try store.transaction($0)) }
            var matches = 0
            for query in Self.queries {
                let expected = all.reversed().filter { transaction in
                    (query.userID.map { $0 == transaction.userID } ?? true)
                        && (query.orderID.map { $0 == transaction.orderID } ?? true)
                        && (query.status.map { $0 == transaction.status } ?? true)
                        && (query.provider.map { $0 == transaction.provider } ?? true)
                        && (query.createdFrom.map { transaction.createdAt >= $0 } ?? true)
                        && (query.createdTo.map { transaction.createdAt < $0 } ?? true)
                }
                var walked: [PaymentTransaction] = []
                var page = query
                repeat {
                    let rows = try store.transactions(page)
                    walked += rows
                    page.beforeID = rows.last?.id
                    #expect(rows.count <= 2)
                } while page.beforeID != nil
                #expect(walked == expected, "\(query)")
                matches += walked.count
            }
            #expect(matches > 100)
        }
    }

    @Test("A page after a transaction that is not there is empty")
    func unknownCursor() throws {
        try withConnection { database throws in
            let store = SQLiteTransaction(database: database)
            try Self.fill(store)
            var query = TransactionQuery(userID: nil, limit: 10)
            query.beforeID = 1_000
            #expect(try store.transactions(query) == [])
        }
    }
}
