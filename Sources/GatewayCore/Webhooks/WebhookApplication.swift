import ProviderAPI

/// Applies one stored event to the books, inside one transaction. Any order of arrival ends in the same state:
/// terminal states and refunds only move one way and are applied at once; everything else is taken from the object as the
/// provider shows it when asked.
struct WebhookApplication {
    let record: WebhookRecord
    let writer: any StoreWriter
    let installation: String
    let now: Timestamp

    /// What the provider showed when it was asked because of the event.
    enum Fetched: Sendable {
        /// The intent, and the version of the transaction at the time of asking.
        case intent(PaymentIntent, version: Int64?)
        /// All refunds of the intent.
        case refunds([Refund], paymentIntentID: String)
        /// It could not be asked, or did not answer.
        case failure(String)
    }

    /// How long an event for an unknown object is kept waiting.
    static let patience = Duration.seconds(24 * 3600)

    /// Applies the event and writes down what became of it.
    ///
    /// - Parameter fetched: nil where the provider has not been asked; then what needs a question stays pending.
    func apply(fetched: Fetched?) throws -> WebhookRecord.State {
        switch (record.event.subject, fetched) {
        case (let subject, .failure(let reason)):
            if let object = try unknownIntent(in: subject) { return try postponeUnknown(object) }
            return try postpone(reason)
        case (.paymentIntent(let shown), nil):
            guard let transaction = try transaction(of: shown) else { return try postponeUnknown(shown.id) }
            guard shown.status == .succeeded || shown.status == .canceled || transaction.status.isTerminal else {
                return .pending
            }
            // One end against another: before a person has to decide, the provider is asked which of them is true.
            if bookkeeper.contradictsEnd(of: transaction, shown) { return .pending }
            let booking = try bookkeeper.book(shown, on: transaction, note: note)
            // Events show charges by their id only: who paid how is filled in from the object.
            if booking.contradiction == nil, booking.transaction.isPaidByUnknownCharge { return .pending }
            return try end(booking)
        case (let subject, .intent(let current, let version)):
            guard let transaction = try transaction(of: current) else { return try postponeUnknown(current.id) }
            // Which is newer, this state or the answer of a call that is at work, cannot be told: ask again after it.
            if current.status != .succeeded, current.status != .canceled, !transaction.status.isTerminal,
                let open = try writer.openOperation(transactionID: transaction.id), try writer.isLeased(operationID: open.id)
            {
                return try postpone("a call (\(open.kind.rawValue)) is at work on the transaction")
            }
            // What was fetched may be older than what was written meanwhile: ask again.
            if let version, version != transaction.version { return try postpone("the transaction changed meanwhile", by: .zero) }
            return try book(current.completed(by: subject), on: transaction)
        case (.refund(let refund), _):
            return try book([refund], ofPaymentIntent: refund.paymentIntentID)
        case (_, .refunds(let refunds, let intentID)):
            return try book(refunds, ofPaymentIntent: intentID)
        case (.dispute(let dispute), _):
            return try book(dispute)
        case (.other, _):
            return try end(.ignored, "it does not concern a payment")
        case (.paymentIntentReference, nil), (.refundsOfPaymentIntent, nil):
            return .pending
        // A subject of a later SDK.
        @unknown default:
            return try end(.ignored, "this gateway does not know its kind")
        }
    }

    private var bookkeeper: Bookkeeper {
        Bookkeeper(writer: writer, now: now, actor: .webhook(record.event.id))
    }

    private var note: Bookkeeper.Note { .init("webhook.\(record.event.type)") }

    // MARK: Intents

    private func book(_ intent: PaymentIntent, on transaction: PaymentTransaction) throws -> WebhookRecord.State {
        try end(try bookkeeper.book(intent, on: transaction, note: note))
    }

    private func end(_ booking: Bookkeeper.IntentBooking) throws -> WebhookRecord.State {
        if let contradiction = booking.contradiction { return try end(.contradicted, contradiction) }
        return try end(.applied, "the transaction is \(booking.transaction.status.rawValue)")
    }

    /// The intent's transaction. Before the creation's answer is in the books it is found by the operation in the metadata; after it
    /// that finds a creation whose answer named another intent, which contradicts.
    private func transaction(of intent: PaymentIntent) throws -> PaymentTransaction? {
        if let known = try writer.transaction(provider: record.provider, paymentIntentID: intent.id) { return known }
        guard let operation = try operation(intent.operationID), operation.kind == .create,
            let transaction = try writer.transaction(operation.transactionID),
            transaction.provider.isIdentical(to: record.provider)
        else { return nil }
        return transaction
    }

    /// The intent that an event is about, where it is none of this gateway's so far.
    private func unknownIntent(in subject: WebhookEvent.Subject) throws -> String? {
        switch subject {
        case .paymentIntent(let intent):
            return try transaction(of: intent) == nil ? intent.id : nil
        case .paymentIntentReference(let id), .refundsOfPaymentIntent(let id):
            return try writer.transaction(provider: record.provider, paymentIntentID: id) == nil ? id : nil
        default:
            return nil
        }
    }

    /// The operation of an id in the metadata. One of the same number may be another's, made by a copy of this database or lost with
    /// one, so the whole id is compared.
    private func operation(_ id: String?) throws -> Operation? {
        guard let id, let number = Operation.number(in: id, installation: installation),
            let operation = try writer.operation(number),
            operation.identity(installation: installation).id.utf8.elementsEqual(id.utf8)
        else { return nil }
        return operation
    }

    // MARK: Refunds

    private func book(_ refunds: [Refund], ofPaymentIntent intentID: String) throws -> WebhookRecord.State {
        guard var transaction = try writer.transaction(provider: record.provider, paymentIntentID: intentID) else {
            return try postponeUnknown(intentID)
        }
        for refund in refunds {
            let asked = try operation(refund.operationID).flatMap { try writer.refund(operationID: $0.id) }
            let known =
                asked?.transactionID == transaction.id
                ? asked : try writer.refund(transactionID: transaction.id, providerRefundID: refund.id)
            let expected = known?.amount ?? Money(minorUnits: refund.amount.minorUnits, currency: transaction.amount.currency)
            guard refund.amount == expected else {
                return try review(
                    transaction,
                    because: "the provider has \(refund.amount) in the refund \(refund.id), \(expected) was expected")
            }
            switch try bookkeeper.book(refund, as: known, on: transaction, note: note) {
            case .booked(_, let row): transaction = row
            case .contradicts(let contradiction): return try review(transaction, because: contradiction)
            case .collides
            where transaction.status.isPaid
                && transaction.refunded + refund.amount.minorUnits > transaction.captured:
                // No reservation that settles makes room for it.
                return try review(
                    transaction,
                    because: "the refund \(refund.id) of \(refund.amount) exceeds what was captured and not given back")
            case .collides: return try postpone("a refund does not fit beside what is captured and reserved at this moment")
            }
        }
        return try end(.applied, "the transaction is \(transaction.status.rawValue)")
    }

    private func review(_ transaction: PaymentTransaction, because contradiction: String) throws -> WebhookRecord.State {
        _ = try bookkeeper.review(transaction, because: contradiction, note: note)
        return try end(.contradicted, contradiction)
    }

    // MARK: Disputes

    private func book(_ dispute: Dispute) throws -> WebhookRecord.State {
        guard let transaction = try writer.transaction(provider: record.provider, paymentIntentID: dispute.paymentIntentID) else {
            return try postponeUnknown(dispute.paymentIntentID)
        }
        if let known = transaction.dispute, known != dispute, !dispute.outranks(known) {
            return try end(.applied, "the dispute \(known.id) is \(known.status) already")
        }
        var changed = transaction
        changed.dispute = dispute
        _ = try bookkeeper.write(changed, over: transaction, note: note)
        return try end(.applied, "the dispute is \(dispute.status)")
    }

    // MARK: The inbox's row

    private func end(_ state: WebhookRecord.State, _ result: String) throws -> WebhookRecord.State {
        try writer.endWebhook(record.id, state: state, result: result, at: now)
        return state
    }

    private func postponeUnknown(_ object: String) throws -> WebhookRecord.State {
        if now.duration(since: record.receivedAt) >= Self.patience {
            return try end(.ignored, "no payment of this gateway is \(object)")
        }
        return try postpone("no payment of this gateway is \(object) so far")
    }

    private func postpone(_ reason: String, by delay: Duration? = nil) throws -> WebhookRecord.State {
        let wait = delay ?? RecoverySchedule.delay(afterAttempts: record.attempts + 1)
        try writer.postponeWebhook(record.id, until: now.advanced(by: wait), result: reason)
        return .pending
    }
}

extension PaymentTransaction {
    /// Whether it is paid, and the books do not know by which charge or what kind of payment method.
    fileprivate var isPaidByUnknownCharge: Bool { status.isPaid && (paymentMethod == nil || providerChargeID == nil) }
}

extension PaymentIntent {
    /// The intent as it was fetched, with the failure that the event tells of where the object, in the same status, is silent about it.
    fileprivate func completed(by subject: WebhookEvent.Subject) -> PaymentIntent {
        guard case .paymentIntent(let shown) = subject, lastError == nil, status == shown.status, status == .requiresPaymentMethod
        else {
            return self
        }
        var copy = self
        copy.lastError = shown.lastError
        return copy
    }
}
