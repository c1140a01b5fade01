import Foundation
import GRDB

/// A database with the gateway's schema, as durable as the gateway's, that takes rows without asking what they are.
struct BareBooks {
    private let queue: DatabaseQueue

    /// Opens a database that has the gateway's tables.
    ///
    /// - Throws: `DatabaseError`, ``NotDurable``.
    init(path: String) throws {
        queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = FULL; PRAGMA cache_size = -32768")
            let journal = try String.fetchOne(database, sql: "PRAGMA journal_mode")
            guard try Int.fetchOne(database, sql: "PRAGMA synchronous") == 2, journal == "wal" else { throw NotDurable() }
        }
    }

    /// SQLite would not sync at each commit.
    struct NotDurable: Error {}

    /// Adds orders, numbered on from `last`, in one transaction.
    ///
    /// - Returns: the last one's number.
    func addOrders(_ count: Int64, after last: Int64) throws -> Int64 {
        try queue.write { database in
            for order in (last + 1)...(last + count) {
                try execute(database, Self.order, [order, 1_795_562_651_365 + order, 1_795_562_651_365 + order])
            }
        }
        return last + count
    }

    /// Writes what one creation of a payment intent for each of the orders leaves behind, in one transaction. Orders, transactions and
    /// operations have the same numbers.
    func writeCreations(of orders: ClosedRange<Int64>) throws {
        try queue.inTransaction(.immediate) { database in
            for order in orders { try writeCreation(of: order, at: 1_795_562_651_381 + order, database) }
            return .commit
        }
    }

    private func writeCreation(of order: Int64, at time: Int64, _ database: Database) throws {
        // In the order of their making and as long as the mock's.
        let id = "pi_mock_" + String(100_000_000_000 + order, radix: 36) + "0063p7dhp6rmn"
        let request =
            #"{"create":{"_0":{"amount":{"currency":"USD","minorUnits":9999},"captureMethod":"automatic","metadata":{},"orderID":"#
            + #"\#(order),"userID":"42"}}}"#
        try execute(database, Self.transaction, [order, order, time, time])
        try execute(database, Self.operation, [order, order, request, time + 60_000, time + 60_000, time, time])
        try execute(database, Self.history, [order, "create.requested", "user:42", nil, "processing", order, time])
        try execute(database, Self.transactionUpdate, [id, "\(id)_secret_3ejlfhf3f6cc81sz8atgy1rf0s", time + 5, order])
        try execute(database, Self.orderUpdate, [time + 5, order])
        try execute(
            database, Self.history,
            [order, "create.succeeded", "gateway", "processing", "requires_payment_method", order, time + 5])
        try execute(database, Self.operationUpdate, [time + 5, order])
    }

    private func execute(_ database: Database, _ sql: String, _ arguments: StatementArguments) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    private static let order = """
        INSERT INTO orders (id, user_id, amount, currency, status, metadata, created_at, updated_at)
        VALUES (?, '42', 9999, 'USD', 'pending', '{}', ?, ?)
        """
    private static let transaction = """
        INSERT INTO payment_transactions (
            id, order_id, user_id, provider, amount, currency, captured, refunded, reserved, capture_method, status, metadata,
            version, created_at, updated_at
        ) VALUES (?, ?, '42', 'mock', 9999, 'USD', 0, 0, 0, 'automatic', 'processing', '{}', 1, ?, ?)
        """
    private static let operation = """
        INSERT INTO operations (
            id, transaction_id, kind, state, request, attempts, may_have_been_sent, fence, lease_until, next_check_at, request_id,
            created_at, updated_at
        ) VALUES (?, ?, 'create', 'pending', ?, 1, 0, 1, ?, ?, 'req_2996vltj24oq71h0izmzh1z64a', ?, ?)
        """
    private static let history = """
        INSERT INTO transaction_events (transaction_id, type, actor, from_status, to_status, operation_id, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """
    private static let transactionUpdate = """
        UPDATE payment_transactions SET payment_intent_id = ?, client_secret = ?, status = 'requires_payment_method', updated_at = ?,
            version = version + 1 WHERE id = ?
        """
    private static let orderUpdate = "UPDATE orders SET status = 'pending', updated_at = ? WHERE id = ?"
    private static let operationUpdate = """
        UPDATE operations SET state = 'succeeded', outcome = 'completed', lease_until = NULL, updated_at = ? WHERE id = ?
        """
}
