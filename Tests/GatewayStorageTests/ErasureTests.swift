import Foundation
import GRDB
import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("Erasing a user")
struct ErasureTests {
    /// What a user has left in all places; no row may hold it afterwards.
    private static let marker = "Ada-Lovelace"

    /// An order of a user that is paid and partly refunded, with operations, a webhook of each kind and an idempotency key.
    private static func fill(_ store: SQLiteTransaction, user: Subject, number: Int) throws {
        let (marker, metadata) = ("\(Self.marker) of \(user)", ["name": "\(Self.marker) of \(user)"])
        let order = try store.insertOrder(
            NewOrder(userID: user, amount: try money(10_000), description: marker, metadata: metadata),
            at: time())
        var transaction = try store.makeTransaction(of: order, intent: "pi_\(number)", status: .processing)
        let made = transaction
        transaction.status = .partiallyRefunded
        transaction.captured = 10_000
        transaction.metadata = metadata
        transaction.clientSecret = "secret of \(marker)"
        transaction.providerCustomerID = "cus of \(marker)"
        transaction.errorMessage = marker
        transaction.nextAction = NextAction(type: "redirect", redirectURL: "https://x.example/\(Self.marker)")
        transaction.refunded = 2_500
        transaction.review = PaymentReview(Discrepancy(.objectDiffers, 0), detail: marker, openedAt: time())
        transaction = try store.updateTransaction(transaction, from: made)

        var create = CreatePaymentIntentRequest(amount: order.amount, orderID: order.id, userID: user.text)
        create.description = marker
        create.receiptEmail = "\(Self.marker)@example.com"
        create.customer = marker
        create.metadata = metadata
        create.returnURL = "https://x.example/\(Self.marker)"
        var refund = CreateRefundRequest(paymentIntentID: "pi_\(number)", amount: try money(2_500))
        refund.reason = marker
        refund.metadata = metadata
        var confirm = ConfirmPaymentRequest(paymentIntentID: "pi_\(number)")
        confirm.paymentMethod = "pm of \(marker)"
        var cancel = CancelPaymentRequest(paymentIntentID: "pi_\(number)")
        cancel.reason = marker
        var last: Int64 = 0
        for request in [OperationRequest.create(create), .confirm(confirm), .cancel(cancel), .refund(refund)] {
            let key = IdempotencyReference(owner: user, key: "\(marker) \(number) \(request.kind)")
            let new = NewOperation(transactionID: transaction.id, request: request, idempotency: key, requestID: "req")
            let operation = try store.insertOperation(new, lease: .seconds(60), at: time())
            last = operation.id
            _ = try store.endOperation(operation.id, fence: 1, state: .succeeded, outcome: "completed", at: time())
            try store.insertIdempotencyKey(
                IdempotencyClaim(reference: key, fingerprint: "f"), operationID: operation.id, at: time())
            try store.completeIdempotencyKey(key, answer: StoredAnswer(status: 200, body: Array(marker.utf8)), at: time())
        }
        var record = RefundRecord(
            id: 0, transactionID: transaction.id, operationID: last, providerRefundID: "re_\(number)",
            amount: try money(2_500), status: .succeeded, reason: marker, metadata: metadata, createdAt: time(),
            updatedAt: time())
        record = try store.insertRefund(record)
        var intent = PaymentIntent(id: "pi_\(number)", status: .succeeded, amount: order.amount)
        intent.metadata = metadata
        intent.customerID = marker
        intent.clientSecret = marker
        intent.lastError = PaymentFailure(code: "declined", declineCode: nil, message: marker)
        var given = Refund(id: "re_\(number)", paymentIntentID: "pi_\(number)", amount: try money(2_500), status: .succeeded)
        given.metadata = metadata
        given.reason = marker
        given.failureReason = marker
        let subjects: [WebhookEvent.Subject] = [
            .paymentIntent(intent), .refund(given), .paymentIntentReference(id: "pi_\(number)"),
        ]
        for (index, subject) in subjects.enumerated() {
            let event = WebhookEvent(id: "evt_\(number)_\(index)", type: "t", createdAt: time(), subject: subject)
            _ = try store.insertWebhook(
                NewWebhook(provider: "mock", event: event, rawBody: Array(marker.utf8), receivedAt: time()))
        }
        for actor in [HistoryChange.Actor.user(user), .user("admin"), .webhook("evt_1")] {
            var change = HistoryChange(type: "t", actor: actor.name, fromStatus: .processing, toStatus: .succeeded)
            change.detail = marker
            change.amount = 10_000
            try store.appendHistory(change, of: transaction, at: time())
        }
    }

    /// All rows of all tables as text, by table.
    private static func dump(_ database: Database) throws -> [String: [String]] {
        let tables = try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
        return try Dictionary(
            uniqueKeysWithValues: tables.map { table in
                let rows = try Row.fetchAll(database, sql: "SELECT * FROM \(table)")
                return (
                    table,
                    rows.map { row in
                        row.map { column, value in
                            let bytes = Data.fromDatabaseValue(value).map { String(decoding: $0, as: UTF8.self) }
                            return "\(column)=\(bytes ?? value.description)"
                        }.joined(separator: " ")
                    }
                )
            })
    }

    @Test("No row holds the user's data afterwards, amounts and statuses are as they were, and other users keep all of theirs")
    func everywhere() throws {
        try withConnection { database throws in
            let store = SQLiteTransaction(database: database)
            for number in 0..<5 { try Self.fill(store, user: number == 4 ? "7" : "42", number: number) }
            let before = try (1...5).map { try #require(try store.transaction($0)) }
            let otherBefore = try Self.dump(database).mapValues { rows in rows.filter { $0.contains("of 7") } }

            var steps: [ErasureStep] = []
            repeat {
                steps.append(try store.erase("42", as: "erased-x", by: .person("ann"), limit: 3, at: time(9)))
            } while steps.last?.isLast == false
            #expect(steps.map(\.orders).reduce(0, +) == 4)
            #expect(steps.map(\.transactions).reduce(0, +) == 4)
            #expect(steps.map(\.webhooks).reduce(0, +) == 12)

            let after = try Self.dump(database)
            // Keys stay until they are forgotten by themselves: a request that is repeated must not have its effect twice.
            #expect(after["idempotency_keys"]?.filter { $0.contains("of 42") }.count == 16)
            for (table, rows) in after where table != "idempotency_keys" {
                for row in rows {
                    #expect(!row.contains("\(Self.marker) of 42") && !row.contains("user:42"), "\(table): \(row)")
                    if row.contains(Self.marker) { #expect(row.contains("of 7"), "\(table): \(row)") }
                }
            }
            #expect(after.mapValues { rows in rows.filter { $0.contains("of 7") } } == otherBefore)
            for (number, old) in before.enumerated() {
                let new = try #require(try store.transaction(old.id))
                #expect(new.userID == (number == 4 ? "7" : "erased-x"))
                #expect(
                    (new.amount, new.captured, new.refunded, new.reserved) == (
                        old.amount, old.captured, old.refunded, old.reserved
                    ))
                #expect(new.status == old.status && new.createdAt == old.createdAt && new.paymentIntentID == old.paymentIntentID)
                #expect(new.review?.discrepancy == old.review?.discrepancy && new.review?.openedAt == old.review?.openedAt)
                #expect(new.version == old.version + (number == 4 ? 0 : 1))
            }
            let history = try store.history(transactionID: 1)
            #expect(history.map(\.change.actor) == ["user:erased-x", "user:admin", "webhook:evt_1", "operator:ann"])
            #expect(history.map(\.change.amount) == [10_000, 10_000, 10_000, nil])
            #expect(history.last?.change.type == "personal_data.erased")
            #expect(try store.order(1)?.userID == "erased-x")
            #expect(try store.orders(OrderQuery(userID: "42", limit: 10)).isEmpty)
            // Every row can still be read.
            #expect(try store.operations(OperationQuery(.all, limit: 100)).count == 20)
            #expect(try store.webhooks(WebhookQuery(limit: 100)).count == 15)
            #expect(try store.refunds(transactionID: 1).count == 1)
            try database.checkForeignKeys()
        }
    }

    @Test("A flow that has read a payment before the erasure does not write the data back")
    func staleFlow() throws {
        try withConnection { database throws in
            let store = SQLiteTransaction(database: database)
            try Self.fill(store, user: "42", number: 1)
            let read = try #require(try store.transaction(1))
            _ = try store.erase("42", as: "erased-x", by: .gateway, limit: 3, at: time())
            #expect(throws: StoreError.constraint("payment_transactions.version")) {
                try store.updateTransaction(read, from: read)
            }
        }
    }

    @Test(
        "The history of an erased payment can lose details and the owner's name, and nothing else",
        arguments: [
            "type = 'other'", "actor = 'user:erased-y'", "actor = 'gateway'", "detail = 'other'", "amount = 1",
            "to_status = 'failed'", "created_at = 1", "provider_request_id = 'x'", "operation_id = 1", "from_status = NULL",
        ])
    func history(change: String) throws {
        try withConnection { database throws in
            let store = SQLiteTransaction(database: database)
            try Self.fill(store, user: "42", number: 1)
            let refused = StoreError.constraint("transaction_events_are_never_changed")
            // Before the erasure not even those.
            #expect(throws: refused) { try store.execute("UPDATE transaction_events SET detail = NULL") }
            _ = try store.erase("42", as: "erased-x", by: .gateway, limit: 3, at: time())
            #expect(throws: refused) { try store.execute("UPDATE transaction_events SET \(change)") }
            #expect(throws: StoreError.self) { try store.execute("DELETE FROM transaction_events") }
        }
    }

    @Test("An operation of the user that is not settled is found, and one of another user is not")
    func unsettled() throws {
        try withConnection { database throws in
            let store = SQLiteTransaction(database: database)
            let other = try store.makeOperation(on: try store.makeTransaction(of: try store.makeOrder(user: "7")))
            #expect(try store.unsettledOperation(ofUser: "42") == nil)
            #expect(try store.unsettledOperation(ofUser: "7") == other.id)
            let operation = try store.makeOperation(on: try store.makeTransaction())
            #expect(try store.unsettledOperation(ofUser: "42") == operation.id)
            _ = try store.keepOperationOpen(
                operation.id, fence: 1, outcome: "", standing: nil, nextCheckAfter: .zero, at: time())
            #expect(try store.unsettledOperation(ofUser: "42") == operation.id)
            _ = try store.endUnleasedOperation(operation.id, state: .failed, outcome: "", at: time())
            #expect(try store.unsettledOperation(ofUser: "42") == nil)
        }
    }
}
