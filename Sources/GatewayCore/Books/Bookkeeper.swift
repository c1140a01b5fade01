import ProviderAPI

/// Writes what happened into the books, inside one transaction: the row, the order that goes with it, and a line of history.
/// Every change of a transaction's status passes through here.
struct Bookkeeper {
    let writer: any StoreWriter
    let now: Timestamp
    let actor: HistoryChange.Actor

    /// What a line of history says besides the statuses.
    struct Note {
        var type: String
        var amount: Int64?
        var operationID: Int64?
        var providerRequestID: String?
        var detail: String?

        init(_ type: String, operationID: Int64? = nil) {
            self.type = type
            self.operationID = operationID
        }
    }

    /// Writes `changed` where it differs from `original`, with a line of history, and brings the order along.
    ///
    /// - Returns: the row as it is now.
    func write(_ changed: PaymentTransaction, over original: PaymentTransaction, note: Note) throws -> PaymentTransaction {
        var row = original
        if changed != original {
            var stamped = changed
            stamped.updatedAt = now
            row = try writer.updateTransaction(stamped, from: original)
        }
        try appendHistory(note, of: row, from: original.status)
        if row.status != original.status { try bringOrderAlong(row) }
        return row
    }

    /// Leaves a transaction to a person's decision; one that waits for it already stays as it is.
    func review(_ transaction: PaymentTransaction, because contradiction: String, note: Note) throws -> PaymentTransaction {
        guard transaction.status != .manualReview else { return transaction }
        var changed = transaction
        changed.status = .manualReview
        var note = note
        note.detail = contradiction
        return try write(changed, over: transaction, note: note)
    }

    /// Adds a line to the history of `payment`, which is as its row is now.
    func appendHistory(_ note: Note, of payment: PaymentTransaction, from: TransactionStatus?) throws {
        var change = HistoryChange(type: note.type, actor: actor.name, fromStatus: from, toStatus: payment.status)
        change.amount = note.amount
        change.operationID = note.operationID
        change.providerRequestID = note.providerRequestID
        change.detail = note.detail
        try writer.appendHistory(change, of: payment, at: now)
    }

    /// Gives the order the status that goes with its transaction's.
    ///
    /// A transaction that never got an intent says nothing about its order, and a canceled one nothing once another has followed.
    private func bringOrderAlong(_ transaction: PaymentTransaction) throws {
        guard let status = transaction.status.orderStatus, transaction.paymentIntentID != nil else { return }
        if transaction.status == .canceled {
            let later = try writer.transactions(orderID: transaction.orderID)
                .contains { $0.id != transaction.id && $0.status != .canceled }
            if later { return }
        }
        try writer.updateOrder(transaction.orderID, status: status, at: now)
    }
}
