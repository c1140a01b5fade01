import ProviderAPI

extension Bookkeeper {
    /// What came of booking an intent.
    struct IntentBooking {
        /// The row as it is now.
        var transaction: PaymentTransaction
        /// What the books and the provider disagree about; the transaction is up for review then.
        var contradiction: String?
    }

    /// Books the state of an intent as the provider shows it.
    ///
    /// Terminal states outrank all others: news that would lead out of one is dropped, or, where money is at stake, sends the
    /// transaction to review. The caller vouches that `intent` is the latest state wherever it is not terminal.
    func book(_ intent: PaymentIntent, on transaction: PaymentTransaction, note: Note) throws -> IntentBooking {
        var note = note
        note.providerRequestID = note.providerRequestID ?? intent.requestID
        if let contradiction = contradiction(between: intent, and: transaction) {
            return IntentBooking(
                transaction: try review(transaction, because: contradiction, note: note), contradiction: contradiction
            )
        }
        var changed = transaction
        changed.paymentIntentID = intent.id
        changed.clientSecret = intent.clientSecret ?? changed.clientSecret
        let moves = mayMove(transaction)
        if moves {
            changed.status = Self.status(of: intent)
            changed.captured = capturedAmount(of: intent, before: transaction.captured)
            // Some providers tell what the payer has to do once, and then only that it is still to be done.
            changed.nextAction = intent.status == .requiresAction ? intent.nextAction ?? transaction.nextAction : nil
            changed.errorCode = changed.status == .failed ? intent.lastError?.code : nil
            changed.declineCode = changed.status == .failed ? intent.lastError?.declineCode : nil
            changed.errorMessage = changed.status == .failed ? intent.lastError?.message ?? "The payment failed." : nil
        }
        // Past the end only news of the end tells who paid how: all other is from before, such as the charge of a declined attempt.
        if moves || intent.status == .succeeded || intent.status == .canceled {
            changed.paymentMethod = intent.paymentMethod ?? changed.paymentMethod
            changed.providerCustomerID = intent.customerID ?? changed.providerCustomerID
            changed.providerChargeID = intent.chargeID ?? changed.providerChargeID
        }
        if changed == transaction, note.operationID == nil {
            return IntentBooking(transaction: transaction)
        }
        return IntentBooking(transaction: try write(changed, over: transaction, note: note))
    }

    /// The transaction's status that goes with an intent's.
    static func status(of intent: PaymentIntent) -> TransactionStatus {
        switch intent.status {
        case .requiresPaymentMethod: intent.lastError == nil ? .requiresPaymentMethod : .failed
        case .requiresConfirmation: .requiresConfirmation
        case .requiresAction: .requiresAction
        case .processing: .processing
        case .requiresCapture: .requiresCapture
        case .canceled: .canceled
        case .succeeded: .succeeded
        // A status of a later SDK: neither a failure nor a success.
        @unknown default: .processing
        }
    }

    private func mayMove(_ transaction: PaymentTransaction) -> Bool {
        !transaction.status.isTerminal && transaction.status != .manualReview
    }

    private func capturedAmount(of intent: PaymentIntent, before: Int64) -> Int64 {
        guard intent.status == .succeeded else { return before }
        return max(before, intent.amountCaptured == 0 ? intent.amount.minorUnits : intent.amountCaptured)
    }

    private func contradiction(between intent: PaymentIntent, and transaction: PaymentTransaction) -> String? {
        if let known = transaction.paymentIntentID, !known.isIdentical(to: intent.id) {
            return "the provider showed the payment intent \(intent.id) where \(known) was expected"
        }
        if intent.amount != transaction.amount {
            return "the provider has \(intent.amount) where the books have \(transaction.amount)"
        }
        if intent.amountCaptured > transaction.amount.minorUnits {
            return "the provider captured more than the payment's amount"
        }
        if transaction.captureMethod == .automatic, intent.status == .succeeded, intent.amountCaptured != 0,
            intent.amountCaptured < transaction.amount.minorUnits
        {
            return "the provider captured less than the payment's amount, which nobody asked for"
        }
        if contradictsEnd(of: transaction, intent) {
            return
                "the provider says that the payment is \(intent.status.rawValue), the books that it is \(transaction.status.rawValue)"
        }
        return nil
    }

    /// Whether an intent shows another end than the books have.
    func contradictsEnd(of transaction: PaymentTransaction, _ intent: PaymentIntent) -> Bool {
        intent.status == .succeeded && transaction.status == .canceled
            || intent.status == .canceled && transaction.status.isPaid
    }
}
