import GatewayCore
import GatewayLifecycle
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

    @Test("An update writes every field that can change, amounts included, and counts the version")
    func update() async throws {
        try await withStore { store throws in
            let updated = try await store.write { writer throws in
                let paid = try writer.makeTransaction(status: .succeeded, captured: 9_000)
                var transaction = paid
                transaction.paymentIntentID = "pi_9"
                transaction.clientSecret = "secret"
                transaction.status = .partiallyRefunded
                transaction.captured = 10_000
                transaction.refunded = 200
                transaction.reserved = 300
                transaction.disputed = 400
                transaction.closedReason = "canceled"
                transaction.review = PaymentReview(
                    Discrepancy(.paidAfterCancel, 10_000), detail: "paid after all", openedAt: time(8))
                var facts = PaymentFacts()
                facts.captureAsked = 8_000
                facts.accepted = ["captured_more 10000"]
                transaction.facts = facts
                transaction.updatedAt = time(9)
                let updated = try writer.updateTransaction(transaction, from: paid)
                transaction.version = 2
                #expect(updated == transaction)
                return updated
            }
            #expect(try await store.read { try $0.transaction(updated.id) } == updated)
            let cleared = try await store.write { writer throws in
                var cleared = updated
                (cleared.review, cleared.facts) = (nil, nil)
                return try writer.updateTransaction(cleared, from: updated)
            }
            #expect(cleared.version == 3)
            #expect(try await store.read { try $0.transaction(updated.id) } == cleared)
        }
    }

    @Test("An update of another version than the row's changes nothing, whatever it changes")
    func stale() async throws {
        try await withStore { store throws in
            let transaction = try await store.write { writer throws in
                try writer.moveAmounts(of: try writer.makeTransaction(status: .succeeded, captured: 10_000), reserved: 300)
            }
            for version in [transaction.version - 1, transaction.version + 1] {
                var original = transaction
                original.version = version
                for opensReview in [false, true] {
                    var update = original
                    update.status = .partiallyRefunded
                    update.refunded = 300
                    update.reserved = 0
                    if opensReview { update.review = PaymentReview(Discrepancy(.capturedLess, 1), detail: "", openedAt: time()) }
                    await #expect(throws: StoreError.constraint("payment_transactions.version")) {
                        try await store.write { [update, original] in try $0.updateTransaction(update, from: original) }
                    }
                }
            }
            #expect(try await store.read { try $0.transaction(transaction.id) } == transaction)
        }
    }

    @Test(
        "Amounts beyond what was captured, and negative ones, are refused",
        arguments: [
            (\PaymentTransaction.refunded, 801), (\.reserved, 701), (\.disputed, 1_001), (\.refunded, -1), (\.reserved, -1),
            (\.disputed, -1), (\.captured, 299), (\.captured, 499),
        ] as [(any WritableKeyPath<PaymentTransaction, Int64> & Sendable, Int64)])
    func bounds(_ field: any WritableKeyPath<PaymentTransaction, Int64> & Sendable, _ amount: Int64) async throws {
        try await withStore { store throws in
            let paid = try await store.write { writer throws in
                let made = try writer.makeTransaction(status: .succeeded, captured: 1_000)
                var paid = made
                (paid.refunded, paid.reserved, paid.disputed) = (300, 200, 500)
                return try writer.updateTransaction(paid, from: made)
            }
            var changed = paid
            changed[keyPath: field] = amount
            await #expect(throws: StoreError.constraint("payment_transactions_amounts_in_bounds")) {
                try await store.write { [changed] in try $0.updateTransaction(changed, from: paid) }
            }
            #expect(try await store.read { try $0.transaction(paid.id) } == paid)
        }
    }

    @Test("More than the amount can be captured, and all of it refunded while it is disputed")
    func beyondTheAmount() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let made = try writer.makeTransaction(status: .succeeded, captured: 10_000)
                var changed = made
                (changed.captured, changed.refunded, changed.reserved, changed.disputed) = (12_000, 11_000, 1_000, 12_000)
                let updated = try writer.updateTransaction(changed, from: made)
                #expect(updated.refundable == 0)
                #expect(try writer.transaction(made.id) == updated)
            }
        }
    }

    @Test("Of fifty refunds at once exactly as many are reserved as fit", .timeLimit(.minutes(10)))
    func refundRace() async throws {
        try await withStore { store throws in
            let id = try await store.write { try $0.makeTransaction(status: .succeeded, captured: 1_000).id }
            let reserved = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await store.write { writer throws in
                            guard let read = try writer.transaction(id), read.refundable >= 30 else { return false }
                            _ = try writer.moveAmounts(of: read, reserved: 30)
                            return true
                        }
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(reserved == 33)
            #expect(try await store.read { try $0.transaction(id)?.reserved } == 990)
        }
    }

    @Test("A payment that was closed can be paid beside another of its order, and no other can")
    func paidAfterCancel() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let order = try writer.makeOrder()
                let first = try writer.makeTransaction(of: order, intent: "pi_1", status: .canceled)
                let second = try writer.makeTransaction(of: order, intent: "pi_2", status: .succeeded, captured: 10_000)
                var paid = first
                (paid.status, paid.captured) = (.succeeded, 10_000)
                #expect(throws: StoreError.constraint("payment_transactions.order_id")) {
                    try writer.updateTransaction(paid, from: first)
                }
                // A row of an earlier version has no reason until the same update that shows it as paid.
                paid.closedReason = "canceled"
                #expect(try writer.updateTransaction(paid, from: first).closedReason == "canceled")
                #expect(throws: StoreError.constraint("payment_transactions.order_id")) { try writer.makeTransaction(of: order) }
                #expect(try writer.transactions(orderID: order.id).map(\.id) == [second.id, first.id])
            }
        }
    }

    @Test("Payments with an open discrepancy are listed, the latest first, and counted by its code")
    func reviews() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let codes: [DiscrepancyCode?] = [.capturedMore, nil, .objectDiffers, .capturedMore, .outcomeUnknown]
                var expected: [PaymentTransaction] = []
                for (index, code) in codes.enumerated() {
                    let made = try writer.makeTransaction()
                    guard let code else { continue }
                    var reviewed = made
                    reviewed.review = PaymentReview(Discrepancy(code, Int64(index)), detail: "why", openedAt: time(Int64(-index)))
                    expected.insert(try writer.updateTransaction(reviewed, from: made), at: 0)
                }
                #expect(try writer.reviewedTransactions(beforeID: nil, limit: 10) == expected)
                #expect(try writer.reviewedTransactions(beforeID: nil, limit: 2) == Array(expected[..<2]))
                #expect(try writer.reviewedTransactions(beforeID: expected[1].id, limit: 10) == Array(expected[2...]))
                #expect(
                    try writer.workload().openDiscrepancies == [.capturedMore: 2, .objectDiffers: 1, .outcomeUnknown: 1])
            }
            try await store.sql("UPDATE payment_transactions SET deleted_at = 1")
            #expect(try await store.read { try $0.reviewedTransactions(beforeID: nil, limit: 10) } == [])
            #expect(try await store.read { try $0.workload().openDiscrepancies } == [:])
        }
    }

    @Test("A canceled attempt is followed by a new one, and both are in the order's history, newest first")
    func attempts() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let order = try writer.makeOrder()
                _ = try writer.makeTransaction(of: order, status: .canceled)
                _ = try writer.makeTransaction(of: order, status: .canceled)
                _ = try writer.makeTransaction(of: order, status: .failed)
            }
            #expect(
                try await store.read { try $0.transactions(orderID: 1).map(\.status) } == [.failed, .canceled, .canceled])
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
                let order = try #require(try writer.order(deleted.orderID))
                _ = try writer.makeTransaction(of: order)
            }
        }
    }
}
