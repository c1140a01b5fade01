import GatewayCore
import ProviderAPI

extension SQLiteTransaction {
    private static let columns = """
        id, user_id, amount, currency, status, description, metadata, created_at, updated_at, \
        \(sum(of: "captured")), \(sum(of: "refunded"))
        """

    /// The sum of a column over the payments of an order: a few rows, found by the index of orders.
    private static func sum(of column: String) -> String {
        """
        (SELECT coalesce(sum(\(column)), 0) FROM payment_transactions INDEXED BY payment_transactions_order \
        WHERE order_id = orders.id AND deleted_at IS NULL)
        """
    }

    func order(_ id: Int64) throws -> Order? {
        try first(Self.byID, [id], Self.order)
    }

    private static let byID = "SELECT \(columns) FROM orders WHERE id = ? AND deleted_at IS NULL"

    func orders(_ query: OrderQuery) throws -> [Order] {
        var page = PageQuery(
            Self.columns, from: "orders", by: query.userID == nil ? "orders_standing" : "orders_user_standing")
        page.filter("user_id = ?", query.userID)
        page.merge("status = ?", (query.status.map { [$0] } ?? Order.Status.allCases).map { [$0.rawValue] })
        var position: PagePosition?
        if let id = query.beforeID {
            position = try pagePosition(of: id, in: "orders")
            if position == nil { return [] }
        }
        page.restrict(from: query.createdFrom, to: query.createdTo, after: position)
        let (sql, arguments) = page.statement(limit: query.limit)
        return try all(sql, arguments, Self.order)
    }

    func insertOrder(_ order: NewOrder, at now: Timestamp) throws -> Order {
        let id = try insert(
            """
            INSERT INTO orders (user_id, amount, currency, status, description, metadata, created_at, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                order.userID, order.amount.minorUnits, order.amount.currency.code, Order.Status.pending.rawValue,
                order.description, try JSONColumn.encode(pairs: order.metadata), now.unixMilliseconds, now.unixMilliseconds,
            ]
        )
        return Order(
            id: id, userID: order.userID, amount: order.amount, status: .pending, description: order.description,
            metadata: order.metadata, createdAt: now, updatedAt: now
        )
    }

    /// One that has the status already is not touched: a creation leaves its order as it was.
    func updateOrder(_ id: Int64, status: Order.Status, at now: Timestamp) throws {
        let isChanged =
            try execute(
                "UPDATE orders SET status = ?, updated_at = ? WHERE id = ? AND status <> ? AND deleted_at IS NULL",
                [status.rawValue, now.unixMilliseconds, id, status.rawValue]
            ) == 1
        if isChanged { return }
        guard try first("SELECT 1 FROM orders WHERE id = ? AND deleted_at IS NULL", [id], { _ in true }) != nil else {
            throw StoreError.constraint("orders: no such row")
        }
    }

    private static func order(_ row: SQLiteRow) throws -> Order {
        let read = ColumnReader(row, of: "orders")
        return Order(
            id: read.id, userID: row[1], amount: try read.money(2, 3), status: try read.value(4, "status"), paid: row[9],
            refunded: row[10], description: row[5], metadata: try read.pairs(6, "metadata"), createdAt: read.timestamp(7),
            updatedAt: read.timestamp(8)
        )
    }
}
