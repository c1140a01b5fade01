import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("History")
struct HistoryTests {
    @Test("A transaction's lines come back as they were written, oldest first")
    func roundTrip() async throws {
        try await withStore { store throws in
            var refunded = HistoryChange(
                type: "refund.succeeded", actor: HistoryChange.Actor.webhook("evt_1").name, fromStatus: .succeeded,
                toStatus: .partiallyRefunded
            )
            refunded.amount = 250
            refunded.operationID = 1
            refunded.providerRequestID = "req_9"
            refunded.detail = "asked for by the customer"
            let changes = [
                HistoryChange(type: "payment.created", actor: "user:42", fromStatus: nil, toStatus: .requiresPaymentMethod),
                refunded,
            ]
            try await store.write { writer throws in
                let transaction = try writer.makeTransaction()
                let other = try writer.makeTransaction()
                _ = try writer.makeOperation(on: transaction)
                for (index, change) in changes.enumerated() {
                    try writer.appendHistory(change, of: transaction, at: time(Int64(index)))
                    try writer.appendHistory(change, of: other, at: time())
                }
            }
            let history = try await store.read { try $0.history(transactionID: 1) }
            #expect(history.map(\.change) == changes)
            #expect(history.map(\.createdAt) == [time(0), time(1)])
            #expect(history.map(\.transactionID) == [1, 1])
        }
    }

    @Test(
        "History is neither changed nor deleted",
        arguments: [
            ("UPDATE transaction_events SET detail = 'x'", "transaction_events_are_never_changed"),
            ("DELETE FROM transaction_events", "transaction_events_are_never_deleted"),
        ]
    )
    func appendOnly(_ sql: String, _ name: String) throws {
        try withConnection { database throws in
            let store = SQLiteTransaction(database: database)
            let change = HistoryChange(type: "payment.created", actor: "gateway", fromStatus: nil, toStatus: .processing)
            try store.appendHistory(change, of: try store.makeTransaction(), at: time())
            #expect(throws: StoreError.constraint(name)) { try store.execute(sql) }
            #expect(try store.history(transactionID: 1).map(\.change) == [change])
        }
    }
}
