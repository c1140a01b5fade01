import GatewayCore
import ProviderAPI

extension SQLiteTransaction {
    func transactions(
        after id: Int64, upTo last: Int64, createdFrom: Timestamp?, provider: String?, limit: Int
    ) throws -> [PaymentTransaction] {
        var conditions = ["id > ?", "id <= ?", "deleted_at IS NULL"]
        var arguments: [any SQLiteBindable] = [id, last]
        if let createdFrom {
            conditions.append("created_at >= ?")
            arguments.append(createdFrom.unixMilliseconds)
        }
        if let provider {
            conditions.append("provider = ?")
            arguments.append(provider)
        }
        // In the order of the table: no index bounds what is read better than the range of ids does.
        return try all(
            """
            SELECT \(TransactionRow.columns) FROM \(TransactionRow.table) NOT INDEXED
            WHERE \(conditions.joined(separator: " AND ")) ORDER BY id LIMIT ?
            """,
            arguments + [max(0, limit)], TransactionRow.decode)
    }

    func newestTransactionID() throws -> Int64? {
        try first("SELECT max(id) FROM \(TransactionRow.table)", []) { row -> Int64? in row[0] } ?? nil
    }
}
