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
        return inserted
    }

    /// Order, owner, provider, amount, currency and capture method are a transaction's terms, which nothing changes;
    /// all the others are written.
    ///
    /// Without RETURNING, for which SQLite makes a temporary table at each run: all that changes is known here.
    func updateTransaction(_ transaction: PaymentTransaction) throws -> PaymentTransaction {
        let isUpdated =
            try execute(
                """
                UPDATE payment_transactions SET
                    payment_intent_id = ?, client_secret = ?, captured = ?, status = ?, payment_method = ?,
                    provider_customer_id = ?, provider_charge_id = ?, error_code = ?, decline_code = ?, error_message = ?,
                    dispute = ?, next_action = ?, metadata = ?, updated_at = ?, version = version + 1
                WHERE id = ? AND version = ? AND refunded = ? AND reserved = ? AND deleted_at IS NULL
                """,
                [
                    transaction.paymentIntentID, transaction.clientSecret, transaction.captured, transaction.status.rawValue,
                    transaction.paymentMethod, transaction.providerCustomerID, transaction.providerChargeID,
                    transaction.errorCode, transaction.declineCode, transaction.errorMessage,
                    try JSONColumn.encode(optional: transaction.dispute),
                    try JSONColumn.encode(optional: transaction.nextAction), try JSONColumn.encode(pairs: transaction.metadata),
                    transaction.updatedAt.unixMilliseconds, transaction.id, transaction.version, transaction.refunded,
                    transaction.reserved,
                ]
            ) == 1
        guard isUpdated else { throw StoreError.constraint("payment_transactions.version") }
        var updated = transaction
        updated.version += 1
        return updated
    }

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
