import GatewayCore
import ProviderAPI

extension SQLiteTransaction {
    func insertTransaction(_ transaction: PaymentTransaction) throws -> PaymentTransaction {
        var inserted = transaction
        inserted.version = 1
        inserted.id = try insert(
            """
            INSERT INTO payment_transactions (
                order_id, user_id, provider, payment_intent_id, client_secret, amount, currency, captured, refunded, reserved,
                capture_method, status, payment_method, provider_customer_id, provider_charge_id, error_code, decline_code,
                error_message, dispute, next_action, metadata, version, created_at, updated_at
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                transaction.orderID, transaction.userID, transaction.provider, transaction.paymentIntentID,
                transaction.clientSecret, transaction.amount.minorUnits, transaction.amount.currency.code, transaction.captured,
                transaction.refunded, transaction.reserved, transaction.captureMethod.rawValue, transaction.status.rawValue,
                transaction.paymentMethod, transaction.providerCustomerID, transaction.providerChargeID, transaction.errorCode,
                transaction.declineCode, transaction.errorMessage, try JSONColumn.encode(optional: transaction.dispute),
                try JSONColumn.encode(optional: transaction.nextAction), try JSONColumn.encode(pairs: transaction.metadata),
                inserted.version, transaction.createdAt.unixMilliseconds, transaction.updatedAt.unixMilliseconds,
            ]
        )
        ends.begin(transactionID: inserted.id)
        return inserted
    }

    /// Order, owner, provider, amount, currency and capture method are a transaction's terms, which nothing changes;
    /// all the others are written.
    ///
    /// Without RETURNING, for which SQLite makes a temporary table at each run: all that changes is known here. And without the
    /// intent's id once it is there: SQLite takes an entry out of an index and puts it back wherever its column is set, also to what
    /// it was, and among millions of ids that is a page that nothing else of the commit needs.
    func updateTransaction(_ transaction: PaymentTransaction, from original: PaymentTransaction) throws -> PaymentTransaction {
        let changed: [any SQLiteBindable] = [
            transaction.clientSecret, transaction.captured, transaction.status.rawValue, transaction.paymentMethod,
            transaction.providerCustomerID, transaction.providerChargeID, transaction.errorCode, transaction.declineCode,
            transaction.errorMessage, try JSONColumn.encode(optional: transaction.dispute),
            try JSONColumn.encode(optional: transaction.nextAction), try JSONColumn.encode(pairs: transaction.metadata),
            transaction.updatedAt.unixMilliseconds, transaction.id, original.version, transaction.refunded,
            transaction.reserved,
        ]
        let isUpdated =
            if String.areIdentical(transaction.paymentIntentID, original.paymentIntentID) {
                try execute(Self.update, changed) == 1
            } else {
                try execute(Self.updateWithIntent, [transaction.paymentIntentID] + changed) == 1
            }
        guard isUpdated else { throw StoreError.constraint("payment_transactions.version") }
        var updated = transaction
        updated.version = original.version + 1
        return updated
    }

    private static let update = "UPDATE payment_transactions SET \(changes)"
    private static let updateWithIntent = "UPDATE payment_transactions SET payment_intent_id = ?, \(changes)"
    private static let changes = """
        client_secret = ?, captured = ?, status = ?, payment_method = ?, provider_customer_id = ?, provider_charge_id = ?,
        error_code = ?, decline_code = ?, error_message = ?, dispute = ?, next_action = ?, metadata = ?, updated_at = ?,
        version = version + 1
        WHERE id = ? AND version = ? AND refunded = ? AND reserved = ? AND deleted_at IS NULL
        """

    func reserve(_ amount: Int64, transactionID: Int64, at now: Timestamp) throws -> PaymentTransaction? {
        try first(
            """
            UPDATE payment_transactions SET reserved = reserved + ?, updated_at = ?, version = version + 1
            WHERE id = ? AND deleted_at IS NULL AND ? > 0 AND refunded + reserved + ? <= captured
            RETURNING \(TransactionRow.columns)
            """,
            [amount, now.unixMilliseconds, transactionID, amount, amount], TransactionRow.decode
        )
    }

    func moveRefundAmounts(
        transactionID: Int64, reserved: Int64, refunded: Int64, at now: Timestamp
    ) throws -> PaymentTransaction? {
        try first(
            """
            UPDATE payment_transactions
            SET reserved = reserved + ?, refunded = refunded + ?, updated_at = ?, version = version + 1
            WHERE id = ? AND deleted_at IS NULL
                AND reserved + ? >= 0 AND refunded + ? >= 0 AND reserved + ? + refunded + ? <= captured
            RETURNING \(TransactionRow.columns)
            """,
            [reserved, refunded, now.unixMilliseconds, transactionID, reserved, refunded, reserved, refunded],
            TransactionRow.decode
        )
    }
}
