import ProviderAPI

/// The rows that one payment's story is told from.
package struct ExplanationRows: Sendable, Hashable {
    /// The payment.
    package var transaction: PaymentTransaction
    /// The order that it pays.
    package var order: Order?
    /// Its history, oldest first.
    package var history: [HistoryEntry] = []
    /// Its operations.
    package var operations: [OperationStanding] = []
    /// Its refunds, oldest first.
    package var refunds: [RefundRecord] = []
    /// The stored webhooks about its payment intent, in the order of their arrival.
    package var webhooks: [WebhookStanding] = []

    /// A payment of which nothing else is known yet.
    package init(transaction: PaymentTransaction) {
        self.transaction = transaction
    }

    /// Reads the rows of one payment.
    ///
    /// - Parameter reference: the transaction's number, or the provider's id of its payment intent.
    /// - Throws: ``GatewayError/Code/notFound``; ``GatewayError/Code/ambiguousIntent`` where two providers use the same id.
    package init(of reference: String, in reader: any StoreReader) throws {
        let found = try Self.transaction(reference, in: reader)
        transaction = found
        order = try reader.order(found.orderID)
        history = try reader.history(transactionID: found.id)
        operations = try Self.operations(of: found, in: reader)
        refunds = try reader.refunds(transactionID: found.id)
        webhooks = try Self.webhooks(of: found, in: reader)
    }

    /// How many rows are read at a time.
    private static let pageSize = 500

    /// Reads a payment's transaction.
    ///
    /// - Parameter reference: the transaction's number, or the provider's id of its payment intent.
    /// - Throws: ``GatewayError/Code/notFound``; ``GatewayError/Code/ambiguousIntent`` where two providers use the same id.
    package static func transaction(_ reference: String, in reader: any StoreReader) throws -> PaymentTransaction {
        if let id = Int64(reference) {
            guard let found = try reader.transaction(id) else {
                throw GatewayError(.notFound, "There is no transaction \(id).")
            }
            return found
        }
        let candidates = try reader.transactions(paymentIntentID: reference)
        guard candidates.count < 2 else {
            let names = candidates.map { "\($0.id) (\($0.provider))" }.joined(separator: ", ")
            throw GatewayError(.ambiguousIntent, "Two providers use this id. Name the transaction by its number: \(names).")
        }
        guard let found = candidates.first else {
            throw GatewayError(
                .notFound, "There is no transaction with this payment intent. Give a transaction's number or an id.")
        }
        return found
    }

    private static func operations(of transaction: PaymentTransaction, in reader: any StoreReader) throws -> [OperationStanding] {
        var all: [OperationStanding] = []
        while true {
            let query = OperationQuery(
                .all, transactionID: transaction.id, beforeID: all.last?.operation.id, limit: pageSize)
            let page = try reader.operations(query)
            all += page
            if page.count < pageSize { return all.reversed() }
        }
    }

    private static func webhooks(of transaction: PaymentTransaction, in reader: any StoreReader) throws -> [WebhookStanding] {
        guard let intentID = transaction.paymentIntentID else { return [] }
        var all: [WebhookStanding] = []
        while true {
            var query = WebhookQuery(limit: pageSize)
            query.provider = transaction.provider
            query.paymentIntentID = intentID
            query.afterID = all.last?.record.id
            let page = try reader.webhooks(query)
            all += page
            if page.count < pageSize { return all }
        }
    }
}
