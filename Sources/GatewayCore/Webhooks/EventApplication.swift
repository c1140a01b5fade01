import GatewayLifecycle
import ProviderAPI

/// Applies one stored event, inside one transaction: it finds the payment, hands the event's object to the state machine, and writes what
/// became of the event. Any order of arrival ends in the same state.
struct EventApplication {
    let record: WebhookRecord
    let ledger: PaymentLedger

    /// What the provider showed when it was asked because of the event.
    enum Fetched: Sendable {
        /// The payment, and its version when the provider was asked.
        case objects(FetchedPayment, version: Int64?)
        /// It could not be asked, or did not answer.
        case failure(String)
    }

    /// How long an event for an unknown object is kept waiting.
    static let retentionOfUnknown = Duration.seconds(24 * 3600)
    /// So many times an event is looked at again at once, because the payment changed while the provider was asked.
    private static let immediateRepeats = 2

    /// Applies the event and writes what became of it.
    ///
    /// - Parameter fetched: nil where the provider has not been asked. An event that needs the provider's word stays pending then.
    func apply(fetched: Fetched?) throws -> WebhookRecord.State {
        switch fetched {
        case .failure(let reason):
            if let object = try unknownIntent() { return try postponeUnknown(object) }
            return try postpone(reason)
        case .objects(let fetched, let version): return try apply(fetched, version)
        case nil: return try applyReported()
        }
    }

    private var writer: any StoreWriter { ledger.writer }
    private var now: Timestamp { ledger.now }
    private var lineType: String { "webhook.\(record.event.type)" }

    // MARK: The event alone

    private func applyReported() throws -> WebhookRecord.State {
        var context = PaymentLedger.Context(lineType)
        switch record.event.subject {
        case .paymentIntent(let shown):
            guard let row = try transaction(of: shown) else { return try postponeUnknown(shown.id) }
            context.intent = shown
            context.providerRequestID = shown.requestID
            let sight = IntentSight(shown, orderCurrency: row.amount.currency)
            var payment = try ledger.load(row)
            let evolution = try ledger.apply(.intent(sight, .reported), to: &payment, context)
            // Events show charges by their id only: the object tells with which payment method somebody paid.
            if payment.row.isPaidByUnknownCharge { return .pending }
            return try end(evolution, payment.row)
        case .refund(let refund):
            guard let row = try transaction(refund.paymentIntentID) else { return try postponeUnknown(refund.paymentIntentID) }
            context.refunds = [refund]
            context.providerRequestID = refund.requestID
            context.detail = refund.failureReason
            let sights = RefundSights(try ledger.sights(of: [refund], on: row), isComplete: false)
            var payment = try ledger.load(row)
            let evolution = try ledger.apply(.refunds(sights, .reported), to: &payment, context)
            return try end(evolution, payment.row)
        case .dispute(let dispute):
            guard let row = try transaction(dispute.paymentIntentID) else { return try postponeUnknown(dispute.paymentIntentID) }
            let (evolution, changed) = try apply(dispute, to: row)
            return try end(evolution, changed)
        case .paymentIntentReference(let id), .refundsOfPaymentIntent(let id):
            return try transaction(id) == nil ? postponeUnknown(id) : .pending
        case .other: return try end(.ignored, "it does not concern a payment")
        // A subject of a later SDK.
        @unknown default: return try end(.ignored, "this gateway does not know its kind")
        }
    }

    private func apply(_ dispute: Dispute, to row: PaymentTransaction) throws -> (Evolution, PaymentTransaction) {
        var context = PaymentLedger.Context(lineType)
        context.disputes = [dispute]
        let facts = DisputeFacts(dispute, changedAt: record.event.createdAt, orderCurrency: row.amount.currency)
        var payment = try ledger.load(row)
        let evolution = try ledger.apply(.dispute(facts, .reported), to: &payment, context)
        return (evolution, payment.row)
    }

    private func end(_ evolution: Evolution, _ row: PaymentTransaction) throws -> WebhookRecord.State {
        if evolution.followUps.contains(where: \.needsFetch) { return .pending }
        return try end(.applied, result(row))
    }

    // MARK: What was fetched

    /// - Parameter version: nil where the provider was asked before the payment was found.
    private func apply(_ fetched: FetchedPayment, _ version: Int64?) throws -> WebhookRecord.State {
        var fetched = fetched
        fetched.intent = completed(fetched.intent)
        guard let row = try transaction(of: fetched.intent) else { return try postponeUnknown(fetched.intent.id) }
        let before = row.review?.discrepancy
        var (changed, followUps) = try ledger.observe(fetched, fetchedAt: version, on: row, type: lineType)
        if followUps.contains(where: \.needsFetch) {
            let isImmediate = record.attempts < Self.immediateRepeats
            return try postpone("the payment changed while the provider was asked", by: isImmediate ? .zero : nil)
        }
        switch record.event.subject {
        // Asking once more would show it no better: what the event says stands.
        case .dispute(let shown) where !fetched.shows(shown): changed = try apply(shown, to: changed).1
        case .refund(let shown) where !fetched.shows(shown) && now.duration(since: record.receivedAt) < Self.retentionOfUnknown:
            return try postpone("the provider's list does not show the refund so far")
        default: break
        }
        let isOpened = changed.review != nil && changed.review?.discrepancy != before
        return try end(isOpened ? .contradicted : .applied, result(changed))
    }

    /// The intent as it was fetched, with the failure that the event shows where the object, in the same status, has none.
    private func completed(_ intent: PaymentIntent) -> PaymentIntent {
        guard case .paymentIntent(let shown) = record.event.subject, intent.lastError == nil, intent.status == shown.status,
            intent.status == .requiresPaymentMethod
        else { return intent }
        var copy = intent
        copy.lastError = shown.lastError
        return copy
    }

    // MARK: Which payment

    /// The intent's payment. Before the answer to the creation is stored, the operation in the metadata tells; afterwards that finds a
    /// creation that made two intents.
    private func transaction(of intent: PaymentIntent) throws -> PaymentTransaction? {
        if let known = try transaction(intent.id) { return known }
        guard let operation = try ledger.operation(named: intent.operationID), operation.kind == .create,
            let transaction = try writer.transaction(operation.transactionID),
            transaction.provider.isIdentical(to: record.provider)
        else { return nil }
        return transaction
    }

    private func transaction(_ intentID: String) throws -> PaymentTransaction? {
        try writer.transaction(provider: record.provider, paymentIntentID: intentID)
    }

    /// The intent that the event is about, where it is none of this gateway's so far.
    private func unknownIntent() throws -> String? {
        switch record.event.subject {
        case .paymentIntent(let intent): try transaction(of: intent) == nil ? intent.id : nil
        case .paymentIntentReference(let id), .refundsOfPaymentIntent(let id): try transaction(id) == nil ? id : nil
        case .refund(let refund): try transaction(refund.paymentIntentID) == nil ? refund.paymentIntentID : nil
        case .dispute(let dispute): try transaction(dispute.paymentIntentID) == nil ? dispute.paymentIntentID : nil
        default: nil
        }
    }

    // MARK: The inbox's row

    private func result(_ row: PaymentTransaction) -> String {
        let review = row.review.map { ", with an open discrepancy: \($0.discrepancy.code.rawValue)" } ?? ""
        return "the transaction is \(row.status.rawValue)\(review)"
    }

    private func end(_ state: WebhookRecord.State, _ result: String) throws -> WebhookRecord.State {
        try writer.endWebhook(record.id, state: state, result: result, at: now)
        return state
    }

    private func postponeUnknown(_ object: String) throws -> WebhookRecord.State {
        if now.duration(since: record.receivedAt) >= Self.retentionOfUnknown {
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

extension FollowUp {
    /// Whether the payment has to wait for the provider's word.
    var needsFetch: Bool {
        switch self {
        case .fetchIntent, .fetchRefunds, .fetchDisputes, .fetchAgain: true
        case .cancelSiblings, .notifySiblings: false
        }
    }
}

extension PaymentTransaction {
    /// Whether it is paid, and neither the charge nor the kind of payment method is known.
    fileprivate var isPaidByUnknownCharge: Bool { status.isPaid && (paymentMethod == nil || providerChargeID == nil) }
}
