import ProviderAPI

/// What an outcome of a provider means for the books. Reads like the table of outcomes in the failure model.
struct Settlement {
    let operation: Operation
    let transaction: PaymentTransaction
    let writer: any StoreWriter
    let bookkeeper: Bookkeeper
    let provider: String
    /// Whether the provider has been asked for as long as it is asked: what is not known now goes to a person.
    let patienceHasEnded: Bool

    /// What is to become of the operation.
    enum Verdict {
        /// It has ended, and this is the answer for good.
        case ended(Operation.State, PaymentAnswer)
        /// Its outcome is not known: it stays open.
        case open(PaymentTransaction)
        /// A person has to decide, and why.
        case review(PaymentTransaction, because: String)
    }

    /// Writes what the outcome changes, all but the operation itself.
    func apply(_ outcome: Result<OperationRunner.Answer, ProviderError>) throws -> Verdict {
        if case .failure = outcome, let refund = try shownMeanwhile() { return try completed(refund) }
        switch outcome {
        case .success(.intent(let intent)):
            return try completed(intent)
        case .success(.refund(let refund)):
            return try completed(refund)
        case .failure(.declined(let decline)):
            return try declined(decline)
        case .failure(.rejected(let rejection)):
            // A refusal says nothing about an earlier attempt that may have got through.
            if operation.mayHaveBeenSent { return try stillOpen(rejection.message, requestID: rejection.requestID) }
            return try refused(by: .rejected(rejection), intent: rejection.paymentIntent, type: "rejected", rejection.message)
        case .failure(.notSent(let failure)):
            if operation.mayHaveBeenSent { return try stillOpen(failure.message, requestID: failure.requestID) }
            return try refused(by: .notSent(failure), intent: nil, type: "not_sent", failure.message)
        case .failure(.unknown(let failure)):
            return try stillOpen(failure.message, requestID: failure.requestID)
        case .failure:
            return try stillOpen("the provider threw an error of a later contract", requestID: nil)
        }
    }

    // MARK: The provider did it

    private func completed(_ intent: PaymentIntent) throws -> Verdict {
        guard operation.kind != .refund else {
            return try stillOpen("the provider answered a refund with a payment intent", requestID: nil)
        }
        if operation.kind == .confirm, Bookkeeper.status(of: intent) == .failed {
            // Some providers answer a decline with the intent; for the client it is the same no.
            var decline = Decline(
                code: intent.lastError?.code ?? "card_declined", message: intent.lastError?.message ?? "The payment was declined."
            )
            decline.declineCode = intent.lastError?.declineCode
            decline.paymentIntent = intent
            decline.requestID = intent.requestID
            return try declined(decline)
        }
        if let message = contraryEnd(of: intent) {
            var rejection = Rejection(.invalidState, message: message)
            rejection.requestID = intent.requestID
            return try refused(by: .rejected(rejection), intent: intent, type: "rejected", message)
        }
        let booking = try bookkeeper.book(intent, on: transaction, note: note("succeeded"))
        if let contradiction = booking.contradiction { return .review(booking.transaction, because: contradiction) }
        return .ended(
            .succeeded, operation.kind == .create ? .intentCreated(booking.transaction) : .transaction(booking.transaction)
        )
    }

    /// Why the payment's end excludes what was asked, whatever attempts of it were sent; nil where it does not.
    private func contraryEnd(of intent: PaymentIntent) -> String? {
        switch (operation.kind, intent.status) {
        case (.cancel, .succeeded): "The payment cannot be canceled: the provider has captured it."
        case (.capture, .canceled): "The payment cannot be captured: the provider has canceled it."
        default: nil
        }
    }

    private func completed(_ refund: Refund) throws -> Verdict {
        guard operation.kind == .refund, case .refund(let request) = operation.request, refund.amount == request.amount,
            let record = try writer.refund(operationID: operation.id)
        else { return try stillOpen("the provider answered with another refund than was asked for", requestID: refund.requestID) }
        switch try bookkeeper.book(refund, as: record, on: transaction, note: note(refund.status.rawValue)) {
        case .booked(let booked, _): return verdict(on: booked, refund.failureReason)
        case .collides: return try review(because: "a refund exceeds what was captured")
        case .contradicts(let contradiction): return try review(because: contradiction)
        }
    }

    private func review(because contradiction: String) throws -> Verdict {
        .review(
            try bookkeeper.review(transaction, because: contradiction, note: note("contradicted")), because: contradiction)
    }

    /// The refund of this operation, where the provider has shown it while it was asked for: the call got through, whatever its
    /// answer says.
    private func shownMeanwhile() throws -> RefundRecord? {
        guard let record = try writer.refund(operationID: operation.id), record.providerRefundID != nil else { return nil }
        return record
    }

    private func completed(_ refund: RefundRecord) throws -> Verdict {
        _ = try bookkeeper.write(transaction, over: transaction, note: note(refund.status.rawValue))
        return verdict(on: refund, nil)
    }

    /// A refund that failed at once gave nothing back: for the client it is the provider's no.
    private func verdict(on refund: RefundRecord, _ reason: String?) -> Verdict {
        switch refund.status {
        case .failed, .canceled:
            let cause = reason.map { " (\($0))" } ?? ""
            var error = GatewayError(
                .providerRejected, "The refund \(refund.status.rawValue) at the provider\(cause); nothing was given back.")
            error.providerCode = reason
            return .ended(.failed, .failure(error))
        default:
            return .ended(.succeeded, .refund(refund))
        }
    }

    // MARK: The provider surely did not

    private func declined(_ decline: Decline) throws -> Verdict {
        let answer = PaymentAnswer.failure(
            GatewayError(.declined(decline), provider: provider) ?? GatewayError(.paymentDeclined, ""))
        var note = note("declined")
        note.detail = decline.message
        note.providerRequestID = decline.requestID
        if let record = try writer.refund(operationID: operation.id) {
            _ = try bookkeeper.releaseRefund(record, on: transaction, note: note)
            return .ended(.failed, answer)
        }
        guard transaction.status != .manualReview, !transaction.status.isTerminal else {
            // Something else has ended the payment meanwhile. The history still tells how this operation ended.
            _ = try bookkeeper.write(transaction, over: transaction, note: note)
            return .ended(.failed, answer)
        }
        var changed = transaction
        changed.paymentIntentID = transaction.paymentIntentID ?? decline.paymentIntent?.id
        // A declined creation leaves no intent to try again with.
        changed.status = changed.paymentIntentID == nil ? .canceled : .failed
        changed.paymentMethod = decline.paymentIntent?.paymentMethod ?? changed.paymentMethod
        changed.providerChargeID = decline.paymentIntent?.chargeID ?? changed.providerChargeID
        changed.clientSecret = decline.paymentIntent?.clientSecret ?? changed.clientSecret
        changed.nextAction = nil
        changed.errorCode = decline.code
        changed.declineCode = decline.declineCode
        changed.errorMessage = decline.message
        _ = try bookkeeper.write(changed, over: transaction, note: note)
        return .ended(.failed, answer)
    }

    private func refused(
        by error: ProviderError, intent: PaymentIntent?, type: String, _ message: String
    ) throws -> Verdict {
        let told = GatewayError(error, provider: provider) ?? GatewayError(.providerUnavailable, message)
        let answer = PaymentAnswer.failure(told)
        var note = note(type)
        // What the client is told, and no more: owners read the history too.
        note.detail = told.detail
        if case .rejected(let rejection) = error { note.providerRequestID = rejection.requestID }
        if let record = try writer.refund(operationID: operation.id) {
            _ = try bookkeeper.releaseRefund(record, on: transaction, note: note)
        } else if let intent {
            // The refusal came with the object, such as "already captured" to a cancellation: its state counts.
            let booking = try bookkeeper.book(intent, on: transaction, note: note)
            if let contradiction = booking.contradiction { return .review(booking.transaction, because: contradiction) }
        } else {
            var changed = transaction
            if operation.kind == .create, !transaction.status.isTerminal {
                changed.status = .canceled
                changed.errorMessage = told.detail
            }
            _ = try bookkeeper.write(changed, over: transaction, note: note)
        }
        return .ended(.failed, answer)
    }

    // MARK: Nobody knows

    private func stillOpen(_ message: String, requestID: String?) throws -> Verdict {
        if patienceHasEnded { return try endOfPatience(message, requestID: requestID) }
        var note = note("unknown")
        note.detail = message
        note.providerRequestID = requestID
        var changed = transaction
        if operation.kind != .refund, !transaction.status.isTerminal, transaction.status != .manualReview {
            changed.status = .processing
        }
        return .open(try bookkeeper.write(changed, over: transaction, note: note))
    }

    /// Never failed by a timer: a person finds out and decides. A refund leaves its transaction usable, with the amount still reserved.
    private func endOfPatience(_ message: String, requestID: String?) throws -> Verdict {
        let cause = "the provider could not tell within 72 hours what became of the \(operation.kind.rawValue): \(message)"
        var note = note("review")
        note.providerRequestID = requestID
        guard operation.kind == .refund || transaction.status.isTerminal else {
            return .review(try bookkeeper.review(transaction, because: cause, note: note), because: cause)
        }
        note.detail = cause
        return .review(try bookkeeper.write(transaction, over: transaction, note: note), because: cause)
    }

    private func note(_ what: String) -> Bookkeeper.Note {
        Bookkeeper.Note("\(operation.kind.rawValue).\(what)", operationID: operation.id)
    }
}
