import GatewayCore
import GatewayLifecycle
import ProviderAPI

/// The columns of `payment_transactions` in the order in which they are read.
enum TransactionRow {
    static let table = "payment_transactions"

    static let columns = """
        id, order_id, user_id, provider, payment_intent_id, client_secret, amount, currency, captured, refunded, reserved, \
        capture_method, status, payment_method, provider_customer_id, provider_charge_id, error_code, decline_code, error_message, \
        dispute, next_action, metadata, version, created_at, updated_at, facts, disputed, closed_reason, review_code, review_value, \
        review_detail, review_opened_at
        """

    static func decode(_ row: SQLiteRow) throws -> PaymentTransaction {
        let read = ColumnReader(row, of: table)
        var transaction = PaymentTransaction(
            id: read.id, orderID: row[1], userID: row[2], provider: row[3], amount: try read.money(6, 7),
            captureMethod: try read.value(11, "capture_method"), status: try read.value(12, "status"),
            metadata: try read.pairs(21, "metadata"), createdAt: read.timestamp(23), updatedAt: read.timestamp(24)
        )
        transaction.paymentIntentID = row[4]
        transaction.clientSecret = row[5]
        transaction.captured = row[8]
        transaction.refunded = row[9]
        transaction.reserved = row[10]
        transaction.paymentMethod = row[13]
        transaction.providerCustomerID = row[14]
        transaction.providerChargeID = row[15]
        transaction.errorCode = row[16]
        transaction.declineCode = row[17]
        transaction.errorMessage = row[18]
        transaction.dispute = try read.optionalJSON(19, "dispute")
        transaction.nextAction = try read.optionalJSON(20, "next_action")
        transaction.version = row[22]
        transaction.facts = try read.optionalJSON(25, "facts")
        transaction.disputed = row[26]
        transaction.closedReason = row[27]
        transaction.review = try review(row, read)
        return transaction
    }

    private static func review(_ row: SQLiteRow, _ read: ColumnReader) throws -> PaymentReview? {
        guard (row[28] as String?) != nil else { return nil }
        let code: DiscrepancyCode = try read.value(28, "review_code")
        return PaymentReview(Discrepancy(code, row[29]), detail: row[30] as String? ?? "", openedAt: read.timestamp(31))
    }
}
