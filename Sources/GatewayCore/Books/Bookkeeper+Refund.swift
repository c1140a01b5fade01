import ProviderAPI

extension Bookkeeper {
    /// What came of booking a refund.
    enum RefundBooking {
        /// It is in the books.
        case booked(RefundRecord, PaymentTransaction)
        /// It does not fit beside what is reserved: it has to wait until that settles.
        case collides
        /// It is not the refund that the provider showed for this operation before: nothing was written.
        case contradicts(String)
    }

    /// Books the state of a refund as the provider shows it: one that the gateway asked for, or one made elsewhere.
    ///
    /// Refunds move one way, pending, succeeded, failed: older news changes nothing.
    ///
    /// - Parameter record: the row of the refund where the caller knows it.
    func book(
        _ refund: Refund, as record: RefundRecord?, on transaction: PaymentTransaction, note: Note
    ) throws -> RefundBooking {
        let known = try record ?? writer.refund(transactionID: transaction.id, providerRefundID: refund.id)
        if let id = known?.providerRefundID, !id.isIdentical(to: refund.id) {
            return .contradicts("the provider showed the refund \(refund.id) where \(id) was expected")
        }
        let before = known?.status
        let status = before.map { Self.later($0, refund.status) } ?? refund.status
        let amount = known?.amount ?? refund.amount
        let old = Self.share(of: before, amount: amount.minorUnits)
        let new = Self.share(of: status, amount: amount.minorUnits)

        var row = transaction
        if let known { row = try withdrawTwin(of: known, shownAs: refund.id, on: row) }
        if old != new {
            guard
                let moved = try writer.moveRefundAmounts(
                    transactionID: transaction.id, reserved: new.reserved - old.reserved, refunded: new.refunded - old.refunded,
                    at: now
                )
            else { return .collides }
            row = moved
        }

        let booked: RefundRecord
        if var known {
            booked = try {
                guard known.status != status || !String.areIdentical(known.providerRefundID, refund.id) else { return known }
                known.providerRefundID = refund.id
                known.status = status
                known.updatedAt = now
                try writer.updateRefund(known)
                return known
            }()
        } else {
            booked = try writer.insertRefund(
                RefundRecord(
                    id: 0, transactionID: transaction.id, operationID: nil, providerRefundID: refund.id, amount: amount,
                    status: status,
                    reason: refund.reason, metadata: refund.metadata, createdAt: now, updatedAt: now
                )
            )
        }
        if before == status, String.areIdentical(known?.providerRefundID, refund.id), note.operationID == nil {
            return .booked(booked, row)
        }

        var note = note
        note.amount = amount.minorUnits
        note.providerRequestID = note.providerRequestID ?? refund.requestID
        note.detail = note.detail ?? refund.failureReason
        return .booked(booked, try settleStatus(row, note: note))
    }

    /// Takes back what was booked as a refund made elsewhere, where it turns out to be one that the gateway asked for: a provider that
    /// passes no operation id on told of it before it answered the call.
    private func withdrawTwin(
        of record: RefundRecord, shownAs id: String, on transaction: PaymentTransaction
    ) throws -> PaymentTransaction {
        guard record.providerRefundID == nil,
            let twin = try writer.refund(transactionID: transaction.id, providerRefundID: id), twin.id != record.id,
            twin.operationID == nil
        else { return transaction }
        let held = Self.share(of: twin.status, amount: twin.amount.minorUnits)
        try writer.withdrawRefund(twin.id, at: now)
        guard held != (0, 0) else { return transaction }
        guard
            let moved = try writer.moveRefundAmounts(
                transactionID: transaction.id, reserved: -held.reserved, refunded: -held.refunded, at: now)
        else { throw StoreError.constraint("the amounts of refund \(twin.id) are missing") }
        return moved
    }

    /// Frees what a refund that did not happen had reserved.
    func releaseRefund(_ record: RefundRecord, on transaction: PaymentTransaction, note: Note) throws -> PaymentTransaction {
        var row = transaction
        let held = Self.share(of: record.status, amount: record.amount.minorUnits)
        if held.reserved > 0 {
            guard
                let moved = try writer.moveRefundAmounts(
                    transactionID: transaction.id, reserved: -held.reserved, refunded: 0, at: now)
            else { throw StoreError.constraint("a reservation of transaction \(transaction.id) is missing") }
            row = moved
        }
        var failed = record
        failed.status = .failed
        failed.updatedAt = now
        try writer.updateRefund(failed)
        var note = note
        note.amount = record.amount.minorUnits
        return try settleStatus(row, note: note)
    }

    /// Gives a paid transaction the status that goes with what was refunded of it.
    private func settleStatus(_ transaction: PaymentTransaction, note: Note) throws -> PaymentTransaction {
        var changed = transaction
        if transaction.status.isPaid {
            changed.status =
                if transaction.refunded == 0 {
                    .succeeded
                } else if transaction.refunded < transaction.captured {
                    .partiallyRefunded
                } else {
                    .refunded
                }
        }
        return try write(changed, over: transaction, note: note)
    }

    /// The part of the transaction's amounts that a refund in a status holds.
    private static func share(of status: Refund.Status?, amount: Int64) -> (reserved: Int64, refunded: Int64) {
        switch status {
        case .pending, .requiresAction: (amount, 0)
        case .succeeded: (0, amount)
        case .failed, .canceled, nil: (0, 0)
        // A status of a later SDK holds the money back: nothing can be refunded twice.
        @unknown default: (amount, 0)
        }
    }

    /// Of two statuses the one that a refund can have reached last.
    private static func later(_ known: Refund.Status, _ news: Refund.Status) -> Refund.Status {
        func rank(_ status: Refund.Status) -> Int {
            switch status {
            case .pending: 0
            case .requiresAction: 0
            case .succeeded: 1
            case .failed, .canceled: 2
            @unknown default: 0
            }
        }
        return rank(news) >= rank(known) && rank(known) < 2 ? news : known
    }
}
