import GatewayCore

/// The highest numbers that a database has given out. Rows are never removed, so they only grow while one database is served:
/// a database whose numbers are lower than those that were recorded is from an earlier time.
struct HighestNumbers: Sendable, Hashable {
    /// The highest order.
    var orders: Int64 = 0
    /// The highest operation, whose number is in the provider's key.
    var operations: Int64 = 0
    /// The highest line of history. Every change of a payment writes one.
    var history: Int64 = 0

    /// Reads them along the rows themselves: three steps to the end of a table.
    ///
    /// - Throws: ``GatewayCore/StoreError``.
    static func read(in transaction: SQLiteTransaction) throws -> HighestNumbers {
        try transaction.first(
            """
            SELECT
                (SELECT max(id) FROM orders), (SELECT max(id) FROM operations), (SELECT max(id) FROM transaction_events)
            """, []
        ) { row in
            HighestNumbers(
                orders: (row[0] as Int64?) ?? 0, operations: (row[1] as Int64?) ?? 0, history: (row[2] as Int64?) ?? 0)
        } ?? HighestNumbers()
    }

    /// All of them, in this order.
    var all: [Int64] { [orders, operations, history] }

    /// Whether any of them is lower than its counterpart.
    func isBehind(_ recorded: HighestNumbers) -> Bool {
        orders < recorded.orders || operations < recorded.operations || history < recorded.history
    }
}
