import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

/// What the books say of one order.
struct Books: Sendable, Hashable {
    var status: PaymentStatus
    var order: Order.Status
    var captured: Int64 = 0
    var refunded: Int64 = 0
    var reserved: Int64 = 0
}

extension TestGateway {
    /// The newest transaction of an order.
    func transaction(of order: Order) async throws -> PaymentTransaction {
        try #require(try await store.read { try $0.transactions(orderID: order.id).first })
    }

    /// What the books say of an order.
    func books(of order: Order) async throws -> Books {
        let transaction = try await transaction(of: order)
        let order = try #require(try await store.read { try $0.order(order.id) })
        return Books(
            status: transaction.status, order: order.status, captured: transaction.captured, refunded: transaction.refunded,
            reserved: transaction.reserved
        )
    }

    /// The history of an order's newest transaction, oldest first.
    func history(of order: Order) async throws -> [HistoryChange] {
        let id = try await transaction(of: order).id
        return try await store.read { try $0.history(transactionID: id).map(\.change) }
    }

    /// The last operation on an order's newest transaction.
    func lastOperation(of order: Order) async throws -> GatewayCore.Operation {
        let id = try #require(try await history(of: order).compactMap(\.operationID).max())
        return try #require(try await store.read { try $0.operation(id) })
    }

    /// The refunds of an order's newest transaction, oldest first.
    func refunds(of order: Order) async throws -> [RefundRecord] {
        let id = try await transaction(of: order).id
        return try await store.read { try $0.refunds(transactionID: id) }
    }

    /// What is remembered under a key of the admin.
    func remembered(_ key: String) async throws -> IdempotencyRecord? {
        let reference = IdempotencyReference(owner: admin.subject, key: key)
        return try await store.read { try $0.idempotencyRecord(reference) }
    }

    /// Takes an operation over as another process would that is killed at once: the operation is due again.
    func abandonToAnotherProcess(_ operation: GatewayCore.Operation) async throws {
        let taken = try await store.write { try $0.takeOverOperation(operation.id, fence: operation.fence, lease: .zero) }
        try #require(taken != nil)
    }

    /// Ends all leases, as a start does, and deals with what is due.
    @discardableResult
    func restartAndRecover() async throws -> Int {
        try await store.write { try $0.voidLeases() }
        return await recovery.recoverDue()
    }

    /// Makes an operation whose outcome is not known due, and deals with it.
    func recover(_ order: Order) async throws {
        try await abandonToAnotherProcess(try await lastOperation(of: order))
        try #require(await recovery.recoverDue() > 0)
    }
}
