import GatewayCore
import ProviderAPI

extension SQLiteTransaction {
    func transactions(_ query: TransactionQuery) throws -> [PaymentTransaction] {
        var page = PageQuery(TransactionRow.columns, from: TransactionRow.table, by: Self.index(for: query))
        page.filter("order_id = ?", query.orderID)
        page.filter("user_id = ?", query.userID)
        if query.orderID != nil {
            // An order has few: they are filtered row by row.
            page.filter("status = ?", query.status?.rawValue)
            page.filter("provider = ?", query.provider)
        } else if query.hasStanding {
            let standings = try standings(of: query)
            if standings.isEmpty { return [] }
            page.merge("status = ? AND provider = ?", standings.map { [$0.status.rawValue, $0.provider] })
        }
        page.filter("created_at >= ?", query.createdFrom?.unixMilliseconds)
        var createdTo = query.createdTo
        if let id = query.beforeID {
            guard let position = try pagePosition(of: id, in: TransactionRow.table) else { return [] }
            page.resume(after: position)
            // One upper bound at a time: were both given, SQLite might start its walk at the looser one.
            if let bound = createdTo, position.createdAt < bound { createdTo = nil }
        }
        page.filter("created_at < ?", createdTo?.unixMilliseconds)
        let (sql, arguments) = page.statement(limit: query.limit)
        return try all(sql, arguments, TransactionRow.decode)
    }

    /// The index in which the rows that match lie next to each other, in the order of pages.
    private static func index(for query: TransactionQuery) -> String {
        if query.orderID != nil { return "payment_transactions_order" }
        switch (query.userID != nil, query.hasStanding) {
        case (true, true): return "payment_transactions_user_standing"
        case (true, false): return "payment_transactions_user"
        case (false, true): return "payment_transactions_standing"
        case (false, false): return "payment_transactions_created"
        }
    }

    /// The combinations of status and provider that match.
    private func standings(of query: TransactionQuery) throws -> [(status: TransactionStatus, provider: String)] {
        if let provider = query.provider {
            return (query.status.map { [$0] } ?? TransactionStatus.allCases).map { ($0, provider) }
        }
        guard let status = query.status else { return [] }
        return try providers(ofStatus: status, userID: query.userID).map { (status, $0) }
    }

    /// The providers of all transactions in a status, or of one owner's: a look into the index for each, not a walk along it.
    private func providers(ofStatus status: TransactionStatus, userID: String?) throws -> [String] {
        let index = userID == nil ? "payment_transactions_standing" : "payment_transactions_user_standing"
        let rows = "FROM payment_transactions INDEXED BY \(index) WHERE \(userID == nil ? "" : "user_id = ? AND ")status = ?"
        let owner = (userID.map { [$0] } ?? []) + [status.rawValue]
        return try all(
            """
            WITH RECURSIVE found (provider) AS (
                SELECT (SELECT provider \(rows) ORDER BY provider LIMIT 1)
                UNION ALL
                SELECT (SELECT provider \(rows) AND provider > found.provider ORDER BY provider LIMIT 1)
                FROM found WHERE found.provider IS NOT NULL
            )
            SELECT provider FROM found WHERE provider IS NOT NULL
            """,
            owner + owner
        ) { $0[0] }
    }
}

extension TransactionQuery {
    /// Whether it asks for a status or a provider.
    fileprivate var hasStanding: Bool { status != nil || provider != nil }
}
