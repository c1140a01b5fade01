import GRDB
import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("Errors of the store")
struct StoreErrorTests {
    @Test(
        "Before a commit no error leaves a doubt: nothing was written",
        arguments: [
            ResultCode.SQLITE_BUSY, .SQLITE_FULL, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_IOERR_WRITE, .SQLITE_IOERR_FSYNC,
            .SQLITE_CORRUPT, .SQLITE_INTERRUPT, .SQLITE_NOMEM, .SQLITE_MISUSE,
        ]
    )
    func beforeCommit(_ code: ResultCode) {
        guard case .unavailable = StoreError(DatabaseError(resultCode: code), during: .statement) else {
            Issue.record("\(code) is not mapped to unavailable")
            return
        }
    }

    @Test("A commit that was surely not made is unavailable", arguments: [ResultCode.SQLITE_BUSY, .SQLITE_FULL])
    func commitNotMade(_ code: ResultCode) {
        guard case .unavailable = StoreError(DatabaseError(resultCode: code), during: .commit) else {
            Issue.record("\(code) is not mapped to unavailable")
            return
        }
    }

    @Test(
        "A commit that may have been made is in doubt",
        arguments: [ResultCode.SQLITE_IOERR, .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_WRITE, .SQLITE_CORRUPT, .SQLITE_NOMEM]
    )
    func commitInDoubt(_ code: ResultCode) {
        guard case .inDoubt = StoreError(DatabaseError(resultCode: code), during: .commit) else {
            Issue.record("\(code) is not mapped to inDoubt")
            return
        }
    }

    @Test("No statement and no value is in an error's text")
    func noValues() async throws {
        try await withStore { store throws in
            let error = await #expect(throws: StoreError.self) {
                try await store.write { writer throws in
                    for _ in 0..<2 {
                        let order = try writer.makeOrder(user: "secret-user")
                        var transaction = PaymentTransaction(
                            id: 0, orderID: order.id, userID: order.userID, provider: "mock", amount: order.amount,
                            captureMethod: .automatic, status: .processing, metadata: ["k": "secret-pair"], createdAt: time(),
                            updatedAt: time()
                        )
                        transaction.paymentIntentID = "secret-intent"
                        transaction.clientSecret = "secret-client"
                        _ = try writer.insertTransaction(transaction)
                    }
                }
            }
            let text = String(reflecting: try #require(error))
            #expect(text.contains("payment_transactions.payment_intent_id, payment_transactions.provider"))
            #expect(!text.contains("secret"))
            #expect(!text.contains("INSERT"))
        }
    }

    @Test("A row that another program wrote is named, with its column and without its value")
    func unreadableRow() async throws {
        try await withStore { store throws in
            let order = try await store.write { try $0.makeOrder() }
            try await store.sql("UPDATE orders SET metadata = '{\"secret\": 1}'")
            let error = await #expect(throws: UnreadableRow.self) { try await store.read { try $0.order(order.id) } }
            #expect(error?.description == "orders 1: this program can't read the column metadata")
        }
    }
}
