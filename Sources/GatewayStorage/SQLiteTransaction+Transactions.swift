import GatewayCore
import ProviderAPI

extension SQLiteTransaction {
    func transaction(_ id: Int64) throws -> PaymentTransaction? {
        try first(
            "SELECT \(TransactionRow.columns) FROM payment_transactions WHERE id = ? AND deleted_at IS NULL",
            [id], TransactionRow.decode
        )
    }

    func transactions(paymentIntentID: String) throws -> [PaymentTransaction] {
        try all(
            """
            SELECT \(TransactionRow.columns) FROM payment_transactions INDEXED BY payment_transactions_intent
            WHERE payment_intent_id = ? AND deleted_at IS NULL ORDER BY provider
            """,
            [paymentIntentID], TransactionRow.decode
        )
    }

    func transaction(provider: String, paymentIntentID: String) throws -> PaymentTransaction? {
        try first(
            """
            SELECT \(TransactionRow.columns) FROM payment_transactions INDEXED BY payment_transactions_intent
            WHERE payment_intent_id = ? AND provider = ? AND deleted_at IS NULL
            """,
            [paymentIntentID, provider], TransactionRow.decode
        )
    }

    func transactions(orderID: Int64) throws -> [PaymentTransaction] {
        try all(
            """
            SELECT \(TransactionRow.columns) FROM payment_transactions INDEXED BY payment_transactions_order
            WHERE order_id = ? AND deleted_at IS NULL ORDER BY created_at DESC, id DESC
            """,
            [orderID], TransactionRow.decode
        )
    }

    func transactions(_ query: TransactionQuery) throws -> [PaymentTransaction] {
        var page = PageQuery(TransactionRow.columns, from: "payment_transactions", by: Self.index(for: query))
        page.filter("order_id = ?", query.orderID)
        page.filter("user_id = ?", query.userID)
        page.filter("status = ?", query.status?.rawValue)
        page.filter("provider = ?", query.provider)
        page.filter("created_at >= ?", query.createdFrom?.unixMilliseconds)
        var createdTo = query.createdTo
        if let id = query.beforeID {
            guard let position = try pagePosition(of: id, in: "payment_transactions") else { return [] }
            page.resume(after: position)
            // One upper bound at a time: were both given, SQLite might start its walk at the looser one.
            if let bound = createdTo, position.createdAt < bound { createdTo = nil }
        }
        page.filter("created_at < ?", createdTo?.unixMilliseconds)
        let (sql, arguments) = page.statement(limit: query.limit)
        return try all(sql, arguments, TransactionRow.decode)
    }

    /// The most selective index. What it does not cover is checked row by row along it.
    private static func index(for query: TransactionQuery) -> String {
        if query.orderID != nil { return "payment_transactions_order" }
        if query.userID != nil { return query.status == nil ? "payment_transactions_user" : "payment_transactions_user_status" }
        if query.status != nil { return "payment_transactions_status" }
        if query.provider != nil { return "payment_transactions_provider" }
        return "payment_transactions_created"
    }
}
