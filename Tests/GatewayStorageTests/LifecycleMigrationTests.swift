import Foundation
import GRDB
import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("The migration to discrepancies")
struct LifecycleMigrationTests {
    /// A payment that waits for a review in the schema of before, and what becomes of it.
    struct Review: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Captured, refunded and reserved.
        let amounts: [Int64]
        /// The status before the review; nil where the history begins with it.
        let before: PaymentStatus?
        let detail: String?
        /// The kind of an operation in review beside it.
        var operation: GatewayCore.Operation.Kind?
        let status: PaymentStatus
        let discrepancy: Discrepancy

        init(
            _ name: String, _ before: PaymentStatus?, _ detail: String?, amounts: [Int64] = [0, 0, 0],
            operation: GatewayCore.Operation.Kind? = nil, becomes status: PaymentStatus, _ code: DiscrepancyCode, _ value: Int64
        ) {
            testDescription = name
            self.amounts = amounts
            self.before = before
            self.detail = detail
            self.operation = operation
            self.status = status
            discrepancy = Discrepancy(code, value)
        }
    }

    private static let reviews = [
        Review(
            "another intent", .processing, "the provider showed the payment intent pi_9 where pi_1 was expected",
            becomes: .processing, .objectDiffers, 0),
        Review(
            "another refund", .succeeded, "the provider showed the refund re_2 where re_1 was expected",
            amounts: [10_000, 0, 100], becomes: .succeeded, .objectDiffers, 0),
        Review(
            "another amount", .requiresConfirmation, "the provider has 99.00 USD where the books have 100.00 USD",
            becomes: .requiresConfirmation, .amountDiffers, -1),
        Review(
            "another amount of a refund", .partiallyRefunded,
            "the provider has 2.00 USD in the refund re_1, 1.00 USD was expected", amounts: [10_000, 100, 0],
            becomes: .partiallyRefunded, .amountDiffers, -1
        ),
        Review(
            "more captured", .succeeded, "the provider captured more than the payment's amount",
            amounts: [10_000, 0, 0], becomes: .succeeded, .amountDiffers, -1),
        Review(
            "less captured, and refunded in part during the review", .processing,
            "the provider captured less than the payment's amount, which nobody asked for", amounts: [9_000, 1_000, 0],
            becomes: .partiallyRefunded,
            .amountDiffers, -1),
        Review(
            "more refunded, and all of it", .refunded,
            "the refund re_9 of 1.00 USD exceeds what was captured and not given back", amounts: [10_000, 10_000, 0],
            becomes: .refunded, .amountDiffers, -1),
        Review(
            "paid after it was canceled", .canceled,
            "the provider says that the payment is succeeded, the books that it is canceled", becomes: .canceled, .amountDiffers,
            -1
        ),
        Review(
            "canceled after it was paid", .succeeded,
            "the provider says that the payment is canceled, the books that it is succeeded", amounts: [10_000, 0, 0],
            becomes: .succeeded, .amountDiffers,
            -1
        ),
        Review(
            "no outcome", .processing, "the provider could not tell within 72 hours what became of the confirm: timeout",
            operation: .confirm, becomes: .processing, .outcomeUnknown, 1),
        Review(
            "no outcome, and an erased detail", .requiresCapture, nil, operation: .capture, becomes: .requiresCapture,
            .outcomeUnknown, 1),
        Review("an erased detail", .failed, nil, becomes: .failed, .objectDiffers, 0),
        Review(
            "an erased detail of a paid one", .succeeded, nil, amounts: [10_000, 0, 0], becomes: .succeeded, .objectDiffers, 0),
        Review(
            "a paid status without a capture", .succeeded, "the provider captured more than the payment's amount",
            becomes: .processing, .amountDiffers, -1),
        Review("a history that begins with the review", nil, "unheard of", becomes: .processing, .objectDiffers, 0),
    ]

    /// Runs `before` on a database of the schema before, and `after` with a store of the present one.
    private func migrate(
        _ before: (SQLiteTransaction) throws -> Void, _ after: (SQLiteStore) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder throws in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let path = folder + "/gateway.db"
            let queue = try DatabaseQueue(path: path)
            try GatewayMigrator.make(installation: { "test" }).migrate(queue, upTo: Migration0010OpenOperations.identifier)
            try queue.write { try before(SQLiteTransaction(database: $0)) }
            try queue.close()
            let store = try SQLiteStore.open(path: path)
            do {
                let findings = try await store.auditHistory().findings
                #expect(findings == [], "\(findings)")
                #expect(try await store.value("SELECT count(*) FROM pragma_foreign_key_check") == 0)
                #expect(try await store.value("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'") == 0)
                try await after(store)
                await store.close()
            } catch {
                await store.close()
                throw error
            }
        }
    }

    /// A payment as the versions before wrote it, with a line of history.
    private static func insert(
        _ writer: SQLiteTransaction, of order: Order? = nil, intent: String? = nil, amounts: [Int64] = [0, 0, 0],
        status: PaymentStatus = .processing
    ) throws -> PaymentTransaction {
        let order = try order ?? writer.makeOrder()
        var payment = PaymentTransaction(
            id: 0, orderID: order.id, userID: order.userID, provider: "mock", amount: order.amount, captureMethod: .automatic,
            status: status, metadata: [:], createdAt: time(), updatedAt: time())
        payment.paymentIntentID = intent
        (payment.captured, payment.refunded, payment.reserved) = (amounts[0], amounts[1], amounts[2])
        payment = try writer.insertTransaction(payment)
        for (index, (state, amount)) in [("succeeded", amounts[1]), ("pending", amounts[2])].enumerated() where amount > 0 {
            try writer.execute(
                """
                INSERT INTO refunds (transaction_id, provider_refund_id, amount, currency, status, metadata, created_at, updated_at)
                VALUES (?, ?, ?, 'USD', ?, '{}', 1, 1)
                """, [payment.id, "re_\(index)", amount, state])
        }
        return payment
    }

    /// A payment in review.
    private static func insertReviewed(
        _ writer: SQLiteTransaction, of order: Order? = nil, intent: String? = nil, amounts: [Int64] = [0, 0, 0],
        before: PaymentStatus? = .processing, detail: String? = nil
    ) throws -> PaymentTransaction {
        // Canceled first, so that it may stand beside another.
        let payment = try insert(writer, of: order, intent: intent, amounts: amounts, status: .canceled)
        try writer.execute("UPDATE payment_transactions SET status = 'manual_review' WHERE id = ?", [payment.id])
        let from = before.map { HistoryStatus($0) }
        if let from {
            try writer.appendHistory(
                HistoryChange(type: "payment.created", actor: "user:42", fromStatus: nil, toStatus: from), of: payment,
                at: time(1))
        }
        var change = HistoryChange(type: "webhook.news", actor: "webhook:evt_1", fromStatus: from, toStatus: .manualReview)
        change.detail = detail
        try writer.appendHistory(change, of: payment, at: time(7))
        try writer.appendHistory(
            HistoryChange(type: "webhook.more", actor: "gateway", fromStatus: .manualReview, toStatus: .manualReview),
            of: payment,
            at: time(9))
        return payment
    }

    /// An operation with a state of before.
    private static func insertOperation(
        _ writer: SQLiteTransaction, on payment: PaymentTransaction, _ kind: GatewayCore.Operation.Kind, state: String,
        status: HistoryStatus
    ) throws -> Int64 {
        try writer.execute(
            """
            INSERT INTO operations (
                transaction_id, kind, state, request, attempts, may_have_been_sent, fence, lease_until, next_check_at, request_id,
                created_at, updated_at
            ) VALUES (?, ?, ?, ?, 1, 0, 1, 9000000000000, 9000000000000, 'req', 1, 1)
            """,
            [
                payment.id, kind.rawValue, state,
                JSONColumn.encode(request: .confirm(ConfirmPaymentRequest(paymentIntentID: "pi_1"))),
            ])
        let id = try #require(try writer.first("SELECT max(id) FROM operations", []) { $0[0] as Int64 })
        var change = HistoryChange(type: "\(kind.rawValue).requested", actor: "user:42", fromStatus: status, toStatus: status)
        change.operationID = id
        if kind == .refund {
            change.amount = 100
            try writer.execute(
                """
                INSERT INTO refunds (transaction_id, operation_id, amount, currency, status, metadata, created_at, updated_at)
                VALUES (?, ?, 100, 'USD', 'failed', '{}', 1, 1)
                """, [payment.id, id])
        }
        try writer.appendHistory(change, of: payment, at: time(10))
        return id
    }

    @Test("A review becomes a discrepancy beside the last known status, with a line of history", arguments: reviews)
    func reviewsBecomeDiscrepancies(_ review: Review) async throws {
        try await migrate { writer throws in
            let payment = try Self.insertReviewed(
                writer, intent: "pi_1", amounts: review.amounts, before: review.before, detail: review.detail)
            if let kind = review.operation {
                _ = try Self.insertOperation(writer, on: payment, kind, state: "manual_review", status: .manualReview)
            }
        } _: { store throws in
            let payment = try #require(try await store.read { try $0.transaction(1) })
            #expect(payment.status == review.status)
            #expect([payment.captured, payment.refunded, payment.reserved] == review.amounts)
            #expect(payment.version == 2)
            #expect(payment.updatedAt > time() || payment.updatedAt != time(), "clients that list changes see it")
            #expect(payment.closedReason == (review.status == .canceled ? "canceled" : nil))
            let detail = review.detail ?? "opened before this version of the gateway"
            #expect(payment.review == PaymentReview(review.discrepancy, detail: detail, openedAt: time(7)))
            // The facts from which the gateway derives the same discrepancy.
            #expect(payment.facts?.otherRefund == (review.discrepancy.code == .objectDiffers ? true : nil))
            #expect(payment.facts?.otherCurrency == (review.discrepancy.code == .amountDiffers ? true : nil))
            let last = try #require(try await store.read { try $0.history(transactionID: 1).last })
            #expect(last.change.type == "review.migrated" && last.change.actor == "gateway" && last.change.detail == nil)
            #expect(last.change.fromStatus == .manualReview && last.change.toStatus == HistoryStatus(review.status))
            #expect(try await store.read { try $0.reviewedTransactions(beforeID: nil, limit: 10) } == [payment])
            // The chain goes on behind it.
            try await store.write { writer throws in
                try writer.appendHistory(
                    HistoryChange(type: "note", actor: "gateway", fromStatus: review.status, toStatus: review.status),
                    of: payment,
                    at: time())
            }
            #expect(try await store.auditHistory().findings == [])
        }
    }

    /// Two payments of one order, by what was captured of those in review, and what becomes of them.
    struct Pair: Sendable {
        /// Captured, and whether it is in review.
        let payments: [(captured: Int64, isReviewed: Bool)]
        let statuses: [PaymentStatus]
        /// Which of them is closed.
        let isClosed: [Bool]
        let codes: [DiscrepancyCode?]
    }

    @Test(
        "Of two payments of an order one keeps its place: a paid one, else the later",
        arguments: [
            Pair(
                payments: [(0, true), (0, false)], statuses: [.canceled, .processing], isClosed: [true, false],
                codes: [.objectDiffers, nil]),
            Pair(
                payments: [(0, true), (10_000, false)], statuses: [.canceled, .succeeded], isClosed: [true, false],
                codes: [.objectDiffers, nil]),
            Pair(
                payments: [(10_000, true), (0, false)], statuses: [.succeeded, .processing], isClosed: [true, false],
                codes: [.duplicatePayment, nil]),
            Pair(
                payments: [(10_000, true), (10_000, false)], statuses: [.succeeded, .succeeded], isClosed: [true, false],
                codes: [.duplicatePayment, nil]),
            Pair(
                payments: [(0, true), (0, true)], statuses: [.canceled, .processing], isClosed: [true, false],
                codes: [.objectDiffers, .objectDiffers]),
            Pair(
                payments: [(10_000, true), (0, true)], statuses: [.succeeded, .canceled], isClosed: [false, true],
                codes: [.objectDiffers, .objectDiffers]),
            Pair(
                payments: [(0, true), (10_000, true)], statuses: [.canceled, .succeeded], isClosed: [true, false],
                codes: [.objectDiffers, .objectDiffers]),
            Pair(
                payments: [(10_000, true), (10_000, true)], statuses: [.succeeded, .succeeded], isClosed: [true, false],
                codes: [.duplicatePayment, .objectDiffers]),
        ])
    func besideALivePayment(_ pair: Pair) async throws {
        try await migrate { writer throws in
            let order = try writer.makeOrder()
            for (captured, isReviewed) in pair.payments {
                guard isReviewed else {
                    let status: PaymentStatus = captured > 0 ? .succeeded : .processing
                    let payment = try Self.insert(writer, of: order, amounts: [captured, 0, 0], status: status)
                    try writer.appendHistory(
                        HistoryChange(type: "payment.created", actor: "user:42", fromStatus: nil, toStatus: status), of: payment,
                        at: time(1))
                    continue
                }
                _ = try Self.insertReviewed(writer, of: order, amounts: [captured, 0, 0])
            }
        } _: { store throws in
            let payments: [PaymentTransaction] = try await store.read { try $0.transactions(orderID: 1).reversed() }
            #expect(payments.map(\.status) == pair.statuses)
            #expect(payments.map { $0.closedReason != nil } == pair.isClosed)
            #expect(payments.map { $0.review?.discrepancy.code } == pair.codes)
            let order = try #require(try await store.read { try $0.order(1) })
            await #expect(throws: StoreError.constraint("payment_transactions.order_id")) {
                try await store.write { _ = try $0.makeTransaction(of: order) }
            }
        }
    }

    @Test("An operation in review is open, overdue and due at once; of two that exclude each other the later one is")
    func operationsInReviewAreOpenAndOverdue() async throws {
        try await migrate { writer throws in
            func operations(_ states: [(GatewayCore.Operation.Kind, String)]) throws {
                let payment = try Self.insert(writer, status: .requiresCapture)
                try writer.appendHistory(
                    HistoryChange(type: "payment.created", actor: "user:42", fromStatus: nil, toStatus: .requiresCapture),
                    of: payment, at: time(1))
                for (kind, state) in states {
                    _ = try Self.insertOperation(
                        writer, on: payment, kind, state: state, status: HistoryStatus(.requiresCapture))
                }
            }
            try operations([(.refund, "manual_review"), (.refund, "manual_review"), (.confirm, "manual_review")])
            try operations([(.confirm, "manual_review"), (.cancel, "manual_review")])
            try operations([(.confirm, "manual_review"), (.capture, "manual_review")])
            try operations([(.confirm, "manual_review"), (.capture, "unknown")])
            try operations([(.confirm, "pending"), (.cancel, "manual_review")])
            try operations([(.capture, "unknown"), (.capture, "manual_review")])
        } _: { store throws in
            let operations: [OperationStanding] = try await store.read {
                try $0.operations(OperationQuery(.all, limit: 100)).reversed()
            }
            let states: [GatewayCore.Operation.State] = [
                .unknown, .unknown, .unknown, .unknown, .unknown, .failed, .unknown, .failed, .unknown, .pending, .unknown,
                .unknown,
                .failed,
            ]
            #expect(operations.map(\.operation.state) == states)
            let overdue = [1, 2, 3, 4, 5, 7, 11] as [Int64]
            #expect(operations.filter(\.operation.isOverdue).map(\.operation.id) == overdue)
            #expect(operations.filter { $0.outcome == "superseded" }.map(\.operation.id) == [6, 8, 13])
            let due = try await store.read { try $0.operationsDue(limit: 100, exceptAt: []).map(\.operation.id) }
            #expect(due.sorted() == overdue)
            #expect(try await store.read { try $0.workload().overdueOperations } == 7)
        }
    }

    @Test("The dispute that a payment showed becomes a row, and holds its amount while it is open or lost")
    func disputesBecomeRows() async throws {
        let disputes: [(status: String, amount: Money, row: Int64, disputed: Int64)] = [
            ("needs_response", try money(500), 500, 500), ("under_review", try money(500), 500, 500),
            ("lost", try money(20_000), 20_000, 9_000), ("won", try money(500), 500, 0), ("prevented", try money(500), 500, 0),
            ("warning_needs_response", try money(500), 500, 0), ("warning_closed", try money(500), 500, 0),
            ("lost", try money(500, "EUR"), 500, 9_000), ("lost", try money(-5), 0, 0),
        ]
        try await migrate { writer throws in
            for (index, dispute) in disputes.enumerated() {
                let payment = try Self.insert(writer, intent: "pi_\(index)", amounts: [9_000, 0, 0], status: .succeeded)
                try writer.appendHistory(
                    HistoryChange(type: "payment.created", actor: "user:42", fromStatus: nil, toStatus: .succeeded), of: payment,
                    at: time(1))
                let shown = Dispute(
                    id: "dp_1", paymentIntentID: "pi_\(index)", amount: dispute.amount, status: dispute.status, reason: "general")
                try writer.execute(
                    "UPDATE payment_transactions SET dispute = ?, updated_at = ? WHERE id = ?",
                    [try JSONColumn.encode(optional: shown), time(3).unixMilliseconds, payment.id])
            }
            _ = try Self.insertReviewed(writer)
        } _: { store throws in
            for (index, dispute) in disputes.enumerated() {
                let id = Int64(index + 1)
                let payment = try #require(try await store.read { try $0.transaction(id) })
                #expect(payment.disputed == dispute.disputed, "\(dispute)")
                let shown = Dispute(
                    id: "dp_1", paymentIntentID: "pi_\(index)",
                    amount: Money(minorUnits: dispute.row, currency: dispute.amount.currency), status: dispute.status,
                    reason: "general")
                #expect(
                    try await store.read { try $0.disputes(transactionID: id) } == [
                        DisputeRecord(
                            id: id, transactionID: id, dispute: shown, changedAt: time(3), createdAt: time(3), updatedAt: time(3))
                    ])
                #expect(payment.dispute?.status == dispute.status && payment.version == 1)
            }
            #expect(try await store.value("SELECT count(*) FROM disputes") == Int64(disputes.count))
        }
    }

    @Test("More than a payment's amount can be captured, and its status cannot be a review any more")
    func capturedBeyondTheAmountIsTaken() async throws {
        try await migrate { writer throws in
            let payment = try Self.insert(writer, intent: "pi_1", amounts: [10_000, 0, 0], status: .succeeded)
            try writer.appendHistory(
                HistoryChange(type: "payment.created", actor: "user:42", fromStatus: nil, toStatus: .succeeded), of: payment,
                at: time(1))
            #expect(throws: StoreError.constraint("payment_transactions_amounts_in_bounds")) {
                try writer.execute("UPDATE payment_transactions SET captured = 10001")
            }
        } _: { store throws in
            try await store.write { writer throws in
                let payment = try #require(try writer.transaction(1))
                var changed = payment
                changed.captured = 10_001
                changed = try writer.updateTransaction(changed, from: payment)
                let transaction = try #require(writer as? SQLiteTransaction)
                for (sql, name) in [
                    ("UPDATE payment_transactions SET disputed = captured + 1", "payment_transactions_amounts_in_bounds"),
                    ("UPDATE payment_transactions SET refunded = captured + 1", "payment_transactions_amounts_in_bounds"),
                    ("UPDATE payment_transactions SET status = 'manual_review'", "payment_transactions_status_known"),
                ] {
                    #expect(throws: StoreError.constraint(name)) { try transaction.execute(sql) }
                }
            }
        }
    }

    @Test("A schema whose text is not what is rewritten stays as it was")
    func unknownText() throws {
        let queue = try DatabaseQueue()
        let migrator = GatewayMigrator.make(installation: { "test" })
        try migrator.migrate(queue, upTo: Migration0012PendingRefunds.identifier)
        try queue.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    PRAGMA writable_schema = ON;
                    UPDATE sqlite_schema SET sql = replace(sql, 'captured <= amount', 'captured < amount') WHERE name = 'payment_transactions';
                    PRAGMA writable_schema = RESET;
                    """)
        }
        let known = "SELECT group_concat(sql) FROM sqlite_schema"
        let before = try queue.read { try String.fetchOne($0, sql: known) }
        #expect(throws: DatabaseError.self) { try migrator.migrate(queue) }
        try queue.write { database throws in
            #expect(try String.fetchOne(database, sql: known) == before)
            #expect(throws: DatabaseError.self) { try database.execute(sql: "UPDATE sqlite_schema SET sql = ''") }
        }
    }
}
