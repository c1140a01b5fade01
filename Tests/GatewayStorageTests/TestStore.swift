import Foundation
import GRDB
import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayStorage

/// Runs `body` with a folder of its own, and removes it afterwards.
func withTemporaryFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gateway-storage-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
}

/// Runs `body` with a new store in a file of its own.
func withStore(_ body: (SQLiteStore) async throws -> Void) async throws {
    try await withTemporaryFolder { folder throws in
        let store = try SQLiteStore.open(path: folder + "/gateway.db", installation: { "test" })
        do {
            try await body(store)
            await store.close()
        } catch {
            await store.close()
            throw error
        }
    }
}

/// Runs `body` on a connection to a new database in memory, inside a transaction.
func withConnection<Value>(_ body: (Database) throws -> Value) throws -> Value {
    let queue = try DatabaseQueue()
    try GatewayMigrator.make(installation: { "test" }).migrate(queue)
    return try queue.write(body)
}

/// Waits until `condition` holds, and takes it for a hang where it does not within five minutes.
func eventually(_ what: Comment, _ condition: () async throws -> Bool) async throws {
    let limit = ContinuousClock.now.advanced(by: .seconds(300))
    while try await !condition() {
        try #require(ContinuousClock.now < limit, what)
        await Task.yield()
    }
}

/// A point in time, some milliseconds after another that every test shares.
func time(_ milliseconds: Int64 = 0) -> Timestamp { Timestamp(unixMilliseconds: 1_790_000_000_000 + milliseconds) }

/// An amount in minor units.
func money(_ minorUnits: Int64, _ currency: String = "USD") throws -> Money {
    Money(minorUnits: minorUnits, currency: try #require(Currency(currency)))
}

extension StoreWriter {
    /// An order to work with.
    func makeOrder(
        user: String = "42", amount: Int64 = 10_000, currency: String = "USD", at now: Timestamp = time()
    ) throws -> Order {
        try insertOrder(NewOrder(userID: Subject(stored: user), amount: try money(amount, currency)), at: now)
    }

    /// A transaction of an order, or of a new one.
    func makeTransaction(
        of existing: Order? = nil, provider: String = "mock", intent: String? = nil,
        status: PaymentStatus = .requiresConfirmation,
        captured: Int64 = 0, at now: Timestamp = time()
    ) throws -> PaymentTransaction {
        let order = try existing ?? makeOrder(at: now)
        var transaction = PaymentTransaction(
            id: 0, orderID: order.id, userID: order.userID, provider: provider, amount: order.amount, captureMethod: .automatic,
            status: status, metadata: [:], createdAt: now, updatedAt: now
        )
        transaction.paymentIntentID = intent
        transaction.captured = captured
        return try insertTransaction(transaction)
    }

    /// An operation on a transaction.
    func makeOperation(
        on transaction: PaymentTransaction, _ kind: GatewayCore.Operation.Kind = .confirm, lease: Duration? = .seconds(3600)
    ) throws -> GatewayCore.Operation {
        let request: OperationRequest =
            switch kind {
            case .create:
                .create(CreatePaymentIntentRequest(amount: transaction.amount, orderID: transaction.orderID, userID: "42"))
            case .confirm: .confirm(ConfirmPaymentRequest(paymentIntentID: "pi_1"))
            case .capture: .capture(CapturePaymentRequest(paymentIntentID: "pi_1", amount: transaction.amount))
            case .cancel: .cancel(CancelPaymentRequest(paymentIntentID: "pi_1"))
            case .refund: .refund(CreateRefundRequest(paymentIntentID: "pi_1", amount: transaction.amount))
            }
        return try insertOperation(
            NewOperation(transactionID: transaction.id, request: request, idempotency: nil, requestID: "req_1"),
            lease: lease, at: time()
        )
    }

    /// Writes a transaction and returns it as it is now.
    @discardableResult
    func updateTransaction(_ transaction: PaymentTransaction, from original: PaymentTransaction) throws -> PaymentTransaction {
        var updated = transaction
        try updateTransaction(&updated, from: original)
        return updated
    }

    /// Changes the amounts of refunds, by so much.
    func moveAmounts(
        of transaction: PaymentTransaction, reserved: Int64 = 0, refunded: Int64 = 0, at now: Timestamp = time()
    ) throws -> PaymentTransaction {
        var changed = transaction
        changed.reserved += reserved
        changed.refunded += refunded
        changed.updatedAt = now
        return try updateTransaction(changed, from: transaction)
    }

    /// A dispute of a transaction.
    func makeDispute(
        of transaction: PaymentTransaction, id: String = "dp_1", amount: Int64 = 500, status: String = "needs_response"
    ) throws -> DisputeRecord {
        let dispute = Dispute(
            id: id, paymentIntentID: transaction.paymentIntentID ?? "", amount: try money(amount), status: status,
            reason: "fraudulent")
        return try writeDispute(
            DisputeRecord(
                id: 0, transactionID: transaction.id, dispute: dispute, changedAt: time(1), createdAt: time(2), updatedAt: time(3)
            ))
    }

    /// A refund of a transaction.
    func makeRefund(of transaction: PaymentTransaction, operation: Int64? = nil, providerID: String? = nil) throws -> RefundRecord
    {
        try insertRefund(
            RefundRecord(
                id: 0, transactionID: transaction.id, operationID: operation, providerRefundID: providerID,
                amount: try money(100),
                status: .pending, reason: nil, metadata: [:], createdAt: time(), updatedAt: time()
            )
        )
    }
}

extension HistoryChange {
    /// A change between statuses of today.
    init(type: String, actor: String, fromStatus: PaymentStatus?, toStatus: PaymentStatus) {
        self.init(type: type, actor: actor, fromStatus: fromStatus.map { HistoryStatus($0) }, toStatus: HistoryStatus(toStatus))
    }
}

extension SQLiteStore {
    /// Runs SQL on the writer, beside the port.
    func sql(_ statement: String) async throws {
        try await pool.write { try $0.execute(sql: statement) }
    }

    /// The one value of a query on the writer.
    func value(_ query: String) async throws -> Int64? {
        try await pool.write { try Int64.fetchOne($0, sql: query) }
    }
}
