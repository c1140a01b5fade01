import GatewayCore
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("Transactions")
struct TransactionTests {
    @Test("Every field of a transaction is read as it was written")
    func roundTrip() async throws {
        try await withStore { store throws in
            let disputed = try money(500)
            let written = try await store.write { writer throws in
                let order = try writer.makeOrder()
                var transaction = PaymentTransaction(
                    id: 0, orderID: order.id, userID: order.userID, provider: "mock", amount: order.amount,
                    captureMethod: .manual,
                    status: .partiallyRefunded, metadata: ["k": "v/ü"], createdAt: time(1), updatedAt: time(2)
                )
                transaction.paymentIntentID = "pi_1"
                transaction.clientSecret = "pi_1_secret_x"
                transaction.captured = 9_000
                transaction.refunded = 1_000
                transaction.reserved = 8_000
                transaction.paymentMethod = "card"
                transaction.providerCustomerID = "cus_1"
                transaction.providerChargeID = "ch_1"
                transaction.errorCode = "card_declined"
                transaction.declineCode = "insufficient_funds"
                transaction.errorMessage = "Your card has insufficient funds."
                transaction.dispute = Dispute(
                    id: "dp_1", paymentIntentID: "pi_1", amount: disputed, status: "lost", reason: "fraudulent")
                transaction.nextAction = NextAction(type: "redirect_to_url", redirectURL: "https://example.com/3ds?a=b")
                let inserted = try writer.insertTransaction(transaction)
                transaction.id = 1
                #expect(inserted == transaction)
                return inserted
            }
            #expect(written.version == 1)
            #expect(try await store.read { try $0.transaction(1) } == written)
            #expect(try await store.read { try $0.transaction(provider: "mock", paymentIntentID: "pi_1") } == written)
            #expect(try await store.read { try $0.transaction(provider: "stripe", paymentIntentID: "pi_1") } == nil)
            #expect(try await store.read { try $0.transactions(orderID: 1) } == [written])
        }
    }

    @Test("The same intent id at two providers is two transactions")
    func sameIntentTwice() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                _ = try writer.makeTransaction(provider: "mock", intent: "pi_1")
                _ = try writer.makeTransaction(provider: "stripe", intent: "pi_1")
                _ = try writer.makeTransaction(provider: "stripe", intent: "pi_2")
            }
            #expect(try await store.read { try $0.transactions(paymentIntentID: "pi_1").map(\.provider) } == ["mock", "stripe"])
            #expect(try await store.read { try $0.transactions(paymentIntentID: "pi_3") } == [])
        }
    }

    @Test("An update writes what was set, keeps what refunds have moved, and counts the version")
    func update() async throws {
        try await withStore { store throws in
            let updated = try await store.write { writer throws in
                let paid = try writer.makeTransaction(status: .succeeded, captured: 10_000)
                let reserved = try #require(try writer.reserve(300, transactionID: paid.id, at: time(1)))
                var transaction = reserved
                transaction.paymentIntentID = "pi_9"
                transaction.clientSecret = "secret"
                transaction.status = .partiallyRefunded
                transaction.metadata = ["a": "b"]
                transaction.updatedAt = time(9)
                return try writer.updateTransaction(transaction, from: reserved)
            }
            #expect(updated.version == 3)
            #expect(updated.reserved == 300)
            #expect(updated.paymentIntentID == "pi_9")
            #expect(updated.metadata == ["a": "b"])
            #expect(updated.updatedAt == time(9))
            #expect(try await store.read { try $0.transaction(updated.id) } == updated)
        }
    }

    @Test("An update of another version than the row's, or of other amounts of refunds, changes nothing")
    func stale() async throws {
        try await withStore { store throws in
            let transaction = try await store.write { writer throws in
                let paid = try writer.makeTransaction(status: .succeeded, captured: 10_000)
                return try #require(try writer.reserve(300, transactionID: paid.id, at: time()))
            }
            for field in [\PaymentTransaction.version, \.refunded, \.reserved] {
                var stale = transaction
                stale[keyPath: field] += 1
                stale.status = .partiallyRefunded
                let update = stale
                await #expect(throws: StoreError.constraint("payment_transactions.version")) {
                    try await store.write { try $0.updateTransaction(update, from: update) }
                }
            }
            #expect(try await store.read { try $0.transaction(transaction.id) } == transaction)
        }
    }

    @Test("Reservations stop at what was captured")
    func reserve() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let id = try writer.makeTransaction(status: .succeeded, captured: 1_000).id
                #expect(try writer.reserve(1_001, transactionID: id, at: time()) == nil)
                #expect(try writer.reserve(600, transactionID: id, at: time(3))?.reserved == 600)
                #expect(try writer.reserve(401, transactionID: id, at: time()) == nil)
                #expect(try writer.reserve(.max, transactionID: id, at: time()) == nil)
                #expect(try writer.reserve(0, transactionID: id, at: time()) == nil)
                #expect(try writer.reserve(-5, transactionID: id, at: time()) == nil)
                #expect(try writer.reserve(400, transactionID: id, at: time())?.refundable == 0)
                #expect(try writer.reserve(1, transactionID: 99, at: time()) == nil)
            }
        }
    }

    @Test("Amounts of refunds move within their bounds")
    func moveRefundAmounts() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let id = try writer.makeTransaction(status: .succeeded, captured: 1_000).id
                func move(_ reserved: Int64, _ refunded: Int64) throws -> [Int64]? {
                    try writer.moveRefundAmounts(transactionID: id, reserved: reserved, refunded: refunded, at: time())
                        .map { [$0.reserved, $0.refunded] }
                }
                #expect(try move(600, 0) == [600, 0])
                #expect(try move(-600, 600) == [0, 600])
                #expect(try move(-1, 0) == nil)
                #expect(try move(0, 401) == nil)
                #expect(try move(200, 201) == nil)
                #expect(try move(0, -601) == nil)
                #expect(try move(0, -600) == [0, 0])
                #expect(try move(0, 1_000) == [0, 1_000])
            }
        }
    }

    @Test("Of fifty refunds at once exactly as many are reserved as fit", .timeLimit(.minutes(10)))
    func refundRace() async throws {
        try await withStore { store throws in
            let id = try await store.write { try $0.makeTransaction(status: .succeeded, captured: 1_000).id }
            let reserved = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask { try await store.write { try $0.reserve(30, transactionID: id, at: time()) != nil } }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(reserved == 33)
            #expect(try await store.read { try $0.transaction(id)?.reserved } == 990)
        }
    }

    @Test("A canceled attempt is followed by a new one, and both are in the order's history, newest first")
    func attempts() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let order = try writer.makeOrder()
                _ = try writer.makeTransaction(of: order, status: .canceled)
                _ = try writer.makeTransaction(of: order, status: .manualReview)
                _ = try writer.makeTransaction(of: order, status: .failed)
            }
            #expect(
                try await store.read { try $0.transactions(orderID: 1).map(\.status) } == [.failed, .manualReview, .canceled])
        }
    }

    @Test("A deleted transaction is in no answer and can't be changed; another may take its order")
    func softDelete() async throws {
        try await withStore { store throws in
            let deleted = try await store.write { writer throws in
                let deleted = try writer.makeTransaction(intent: "pi_1", captured: 10)
                try writer.appendHistory(
                    HistoryChange(type: "payment.created", actor: "gateway", fromStatus: nil, toStatus: .processing),
                    of: deleted, at: time()
                )
                return deleted
            }
            try await store.sql("UPDATE payment_transactions SET deleted_at = 1")
            try await store.read { reader throws in
                #expect(try reader.transaction(deleted.id) == nil)
                #expect(try reader.transactions(paymentIntentID: "pi_1") == [])
                #expect(try reader.transaction(provider: "mock", paymentIntentID: "pi_1") == nil)
                #expect(try reader.transactions(orderID: deleted.orderID) == [])
                #expect(try reader.transactions(TransactionQuery(userID: nil, limit: 10)) == [])
                #expect(try reader.history(transactionID: deleted.id) == [])
            }
            try await store.write { writer throws in
                #expect(throws: StoreError.self) { try writer.updateTransaction(deleted, from: deleted) }
                #expect(try writer.reserve(1, transactionID: deleted.id, at: time()) == nil)
                #expect(try writer.moveRefundAmounts(transactionID: deleted.id, reserved: 1, refunded: 0, at: time()) == nil)
                let order = try #require(try writer.order(deleted.orderID))
                _ = try writer.makeTransaction(of: order)
            }
        }
    }
}
