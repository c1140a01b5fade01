import GatewayCore
import GatewayLifecycle
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

    /// Order, owner, provider, amount, currency, capture method and metadata are a transaction's terms, which nothing but an erasure
    /// changes; all the others are written.
    ///
    /// Without RETURNING, for which SQLite makes a temporary table at each run: all that changes is known here. And without the
    /// intent's id once it is there: SQLite takes an entry out of an index and puts it back wherever its column is set, also to what
    /// it was, and among millions of ids that is a page that nothing else of the commit needs. The same holds for what closed the payment.
    func updateTransaction(_ transaction: inout PaymentTransaction, from original: PaymentTransaction) throws {
        let changed: [any SQLiteBindable] = [
            transaction.clientSecret, transaction.captured, transaction.refunded, transaction.reserved, transaction.disputed,
            transaction.status.rawValue, transaction.paymentMethod, transaction.providerCustomerID, transaction.providerChargeID,
            transaction.errorCode, transaction.declineCode, transaction.errorMessage,
            try JSONColumn.encode(optional: transaction.dispute), try JSONColumn.encode(optional: transaction.nextAction),
            try JSONColumn.encode(optional: transaction.facts),
            transaction.updatedAt.unixMilliseconds, transaction.id, original.version,
        ]
        // The unique index of payments that are paid or may be must not see a closed one as paid before it sees why it was closed.
        if transaction.review != original.review || transaction.closedReason != original.closedReason {
            try writeClosureAndReview(of: transaction, from: original)
        }
        let hasSameIntent = String.areIdentical(transaction.paymentIntentID, original.paymentIntentID)
        let isUpdated =
            try execute(
                hasSameIntent ? Self.update : Self.updateWithIntent,
                (hasSameIntent ? [] : [transaction.paymentIntentID]) + changed) == 1
        guard isUpdated else { throw StoreError.constraint("payment_transactions.version") }
        transaction.version = original.version + 1
    }

    private func writeClosureAndReview(of transaction: PaymentTransaction, from original: PaymentTransaction) throws {
        let review = transaction.review
        let isWritten = try execute(
            """
            UPDATE payment_transactions
            SET closed_reason = ?, review_code = ?, review_value = ?, review_detail = ?, review_opened_at = ?
            WHERE id = ? AND version = ? AND deleted_at IS NULL
            """,
            [
                transaction.closedReason, review?.discrepancy.code.rawValue, review?.discrepancy.value, review?.detail,
                review?.openedAt.unixMilliseconds, transaction.id, original.version,
            ])
        guard isWritten == 1 else { throw StoreError.constraint("payment_transactions.version") }
    }

    private static let update = "UPDATE payment_transactions SET \(changes)"
    private static let updateWithIntent = "UPDATE payment_transactions SET payment_intent_id = ?, \(changes)"
    private static let changes = """
        client_secret = ?, captured = ?, refunded = ?, reserved = ?, disputed = ?, status = ?, payment_method = ?,
        provider_customer_id = ?, provider_charge_id = ?, error_code = ?, decline_code = ?, error_message = ?, dispute = ?,
        next_action = ?, facts = ?, updated_at = ?, version = version + 1
        WHERE id = ? AND version = ? AND deleted_at IS NULL
        """
}
