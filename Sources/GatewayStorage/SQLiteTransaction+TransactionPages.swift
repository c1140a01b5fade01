import GatewayCore
import GatewayLifecycle
import ProviderAPI

extension SQLiteTransaction {
    func transactions(_ query: TransactionQuery) throws -> [PaymentTransaction] {
        switch (query.sortKey, query.orderID) {
        case (.createdAt, _): break
        case (.updatedAt, nil): return try transactionsByUpdate(query)
        case (.updatedAt, let orderID?): return try transactionsByUpdate(query, ofOrder: orderID)
        }
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
        var position: PagePosition?
        if let id = query.beforeID {
            position = try pagePosition(of: id, in: TransactionRow.table)
            if position == nil { return [] }
        }
        page.restrict(from: query.createdFrom, to: query.createdTo, after: position)
        let (sql, arguments) = page.statement(limit: query.limit)
        return try all(sql, arguments, TransactionRow.decode)
    }

    /// Rows that never changed are in an index of their own, which holds those of all owners: creations under way, which are few.
    private func transactionsByUpdate(_ query: TransactionQuery) throws -> [PaymentTransaction] {
        var page = PageQuery(
            TransactionRow.columns, from: TransactionRow.table,
            by: query.userID == nil
                ? ["payment_transactions_updated": "version > 1", "payment_transactions_unchanged": "version = 1"]
                : ["payment_transactions_user_updated": "version > 1", "payment_transactions_unchanged": "version = 1"],
            sortedBy: .updatedAt)
        page.filter("user_id = ?", query.userID)
        page.filter("status = ?", query.status?.rawValue)
        page.filter("provider = ?", query.provider)
        page.filter("created_at >= ?", query.createdFrom?.unixMilliseconds)
        page.filter("created_at < ?", query.createdTo?.unixMilliseconds)
        let position = query.beforeUpdate.map { PagePosition(time: $0.updatedAt, id: $0.id) }
        page.restrict(from: query.updatedFrom, to: query.updatedTo, after: position)
        let (sql, arguments) = page.statement(limit: query.limit)
        return try all(sql, arguments, TransactionRow.decode)
    }

    /// An order has few: all of them are read.
    private func transactionsByUpdate(_ query: TransactionQuery, ofOrder orderID: Int64) throws -> [PaymentTransaction] {
        let matching = try transactions(orderID: orderID).filter(query.includes)
            .sorted { ($0.updatedAt, $0.id) > ($1.updatedAt, $1.id) }
        return Array(matching.prefix(max(0, query.limit)))
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
    private func standings(of query: TransactionQuery) throws -> [(status: PaymentStatus, provider: String)] {
        if let provider = query.provider {
            return (query.status.map { [$0] } ?? PaymentStatus.allCases).map { ($0, provider) }
        }
        guard let status = query.status else { return [] }
        return try providers(ofStatus: status, userID: query.userID).map { (status, $0) }
    }

    /// The providers of all transactions in a status, or of one owner's: a look into the index for each, not a walk along it.
    func providers(ofStatus status: PaymentStatus, userID: Subject?) throws -> [String] {
        let index = userID == nil ? "payment_transactions_standing" : "payment_transactions_user_standing"
        let rows = "FROM payment_transactions INDEXED BY \(index) WHERE \(userID == nil ? "" : "user_id = ? AND ")status = ?"
        let owner: [any SQLiteBindable] = (userID.map { [$0] } ?? []) + [status.rawValue]
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

    /// Whether a transaction matches all filters, and stands behind the place where the page starts in the order of changes.
    fileprivate func includes(_ transaction: PaymentTransaction) -> Bool {
        func fits<Value>(_ wanted: Value?, _ matches: (Value) -> Bool) -> Bool { wanted.map(matches) ?? true }
        return fits(userID) { $0 == transaction.userID } && fits(status) { $0 == transaction.status }
            && fits(provider) { $0.isIdentical(to: transaction.provider) }
            && fits(createdFrom) { transaction.createdAt >= $0 } && fits(createdTo) { transaction.createdAt < $0 }
            && fits(updatedFrom) { transaction.updatedAt >= $0 } && fits(updatedTo) { transaction.updatedAt < $0 }
            && fits(beforeUpdate) { (transaction.updatedAt, transaction.id) < ($0.updatedAt, $0.id) }
    }
}
