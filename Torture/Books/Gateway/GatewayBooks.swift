import GRDB

/// The gateway's database as it is at one moment. Rows that are marked as deleted are left out.
struct GatewayBooks {
    let installation: String
    let orders: [Int64: OrderRow]
    let transactions: [Int64: TransactionRow]
    let operations: [Int64: OperationRow]
    let refunds: [RefundRow]
    let keys: [KeyRow]
    let events: [EventRow]
    let refundsByTransaction: [Int64: [RefundRow]]
    let disputes: [Int64: [DisputeRow]]
    /// By the client's key; more than one where several owners have used the same.
    let keysByName: [String: [KeyRow]]
    let eventIDs: Set<String>
    /// In the order in which the lines were written.
    let history: [Int64: [HistoryRow]]

    /// Reads all tables. Call it within one transaction.
    init(_ database: Database) throws {
        installation = try String.fetchOne(database, sql: "SELECT installation FROM installation") ?? ""
        orders = Self.byID(try Self.rows("orders", in: database).map(OrderRow.init), \.id)
        transactions = Self.byID(try Self.rows("payment_transactions", in: database).map(TransactionRow.init), \.id)
        operations = Self.byID(try Self.rows("operations", in: database).map(OperationRow.init), \.id)
        refunds = try Self.rows("refunds", in: database).map(RefundRow.init)
        events = try Self.rows("webhook_events", in: database).map(EventRow.init)
        keys = try Row.fetchAll(database, sql: "SELECT * FROM idempotency_keys ORDER BY owner, key").map(KeyRow.init)
        refundsByTransaction = Dictionary(grouping: refunds, by: \.transactionID)
        disputes = Dictionary(grouping: try Self.rows("disputes", in: database).map(DisputeRow.init), by: \.transactionID)
        keysByName = Dictionary(grouping: keys, by: \.key)
        eventIDs = Set(events.map(\.eventID))
        let lines = try Row.fetchAll(database, sql: "SELECT * FROM transaction_events ORDER BY id").map(HistoryRow.init)
        history = Dictionary(grouping: lines, by: \.transactionID)
    }

    private static func rows(_ table: String, in database: Database) throws -> [Row] {
        try Row.fetchAll(database, sql: "SELECT * FROM \(table) WHERE deleted_at IS NULL ORDER BY id")
    }

    private static func byID<Value>(_ values: [Value], _ id: (Value) -> Int64) -> [Int64: Value] {
        Dictionary(values.map { (id($0), $0) }) { first, _ in first }
    }

    /// Reads a database without ever writing to it, in one transaction: a running gateway's later commits are not seen.
    static func open<Value>(_ path: String, _ body: (Database) throws -> Value) throws -> Value {
        let queue = try openReadOnly(path)
        let value = try queue.read(body)
        try queue.close()
        return value
    }

    /// A copy in memory, of one moment. All of its pages are the original's, damaged ones too; SQLite checks constraints only in a
    /// database that it may write to.
    static func copy(of path: String) throws -> DatabaseQueue {
        let original = try openReadOnly(path)
        let copy = try DatabaseQueue()
        try original.backup(to: copy)
        try original.close()
        return copy
    }

    private static func openReadOnly(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return try DatabaseQueue(path: path, configuration: configuration)
    }
}
