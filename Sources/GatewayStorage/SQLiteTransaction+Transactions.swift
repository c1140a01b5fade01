import GatewayCore
import ProviderAPI

extension SQLiteTransaction {
    func transaction(_ id: Int64) throws -> PaymentTransaction? {
        try first(Self.byID, [id], TransactionRow.decode)
    }

    // Put together once, and not for each payment.

    private static let byID = "SELECT \(TransactionRow.columns) FROM payment_transactions WHERE id = ? AND deleted_at IS NULL"

    private static let byProviderAndIntent = """
        SELECT \(TransactionRow.columns) FROM payment_transactions INDEXED BY payment_transactions_intent
        WHERE payment_intent_id = ? AND provider = ? AND deleted_at IS NULL
        """

    private static let byOrder = """
        SELECT \(TransactionRow.columns) FROM payment_transactions INDEXED BY payment_transactions_order
        WHERE order_id = ? AND deleted_at IS NULL ORDER BY created_at DESC, id DESC
        """

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
        try first(Self.byProviderAndIntent, [paymentIntentID, provider], TransactionRow.decode)
    }

    func transactions(orderID: Int64) throws -> [PaymentTransaction] {
        try all(Self.byOrder, [orderID], TransactionRow.decode)
    }
}
