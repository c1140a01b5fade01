import GatewayCore
import GatewayLifecycle
import ProviderAPI

extension SQLiteTransaction {
    /// The names are found one by one in the index, and at most ``ProviderUse/countLimit`` payments of each provider are counted.
    func providersInUse(since time: Timestamp, except names: Set<Identifier>) throws -> [ProviderUse] {
        var found: Set<Identifier> = []
        for status in PaymentStatus.allCases {
            found.formUnion(try providers(ofStatus: status, userID: nil).map { Identifier($0) })
        }
        return try found.subtracting(names).map(\.text).sorted().compactMap { name in
            let use = ProviderUse(
                provider: name, recentPayments: try recentPayments(at: name, since: time),
                openOperations: try openOperations(at: name))
            return use.recentPayments + use.openOperations > 0 ? use : nil
        }
    }

    private func recentPayments(at provider: String, since time: Timestamp) throws -> Int {
        try PaymentStatus.allCases.reduce(0) { count, status in
            let left = ProviderUse.countLimit - count
            guard left > 0 else { return count }
            return try count
                + all(
                    """
                    SELECT id FROM payment_transactions INDEXED BY payment_transactions_standing
                    WHERE status = ? AND provider = ? AND created_at >= ? AND deleted_at IS NULL LIMIT ?
                    """,
                    [status.rawValue, provider, time.unixMilliseconds, left]
                ) { $0[0] as Int64 }.count
        }
    }

    private func openOperations(at provider: String) throws -> Int {
        try first(
            """
            SELECT count(*) FROM operations INDEXED BY operations_due
                JOIN payment_transactions ON payment_transactions.id = operations.transaction_id
            WHERE operations.state IN ('pending', 'unknown') AND operations.deleted_at IS NULL AND provider = ?
            """,
            [provider]
        ) { $0[0] as Int } ?? 0
    }
}
