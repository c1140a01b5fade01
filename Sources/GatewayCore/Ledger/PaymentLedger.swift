import GatewayLifecycle
import ProviderAPI

/// Carries out what the state machine decides, inside one transaction: it reads a payment with all that belongs to it, lets an observation
/// change it, and writes the row, refunds, disputes, the order, lines of history and operations of the gateway's own.
///
/// It decides nothing, and nothing else writes a status or an amount.
struct PaymentLedger {
    let writer: any StoreWriter
    let lifecycle: Lifecycle
    let now: Timestamp
    let actor: HistoryChange.Actor
    /// The id of the database, part of each operation's id at a provider.
    let installation: String
    /// What the outside has to hear of once the transaction is committed.
    let signals = LifecycleSignals()

    init(
        writer: any StoreWriter, lifecycle: Lifecycle, installation: String, now: Timestamp, actor: HistoryChange.Actor
    ) {
        self.installation = installation
        self.writer = writer
        self.lifecycle = lifecycle
        self.now = now
        self.actor = actor
    }

    /// What a line of history says beside the statuses, and the objects from which texts are copied.
    struct Context {
        /// The type of the line where the provider showed something, such as `webhook.payment_intent.succeeded`.
        var type: String
        var operationID: Int64?
        var providerRequestID: String?
        var detail: String?
        /// The intent that was observed.
        var intent: PaymentIntent?
        /// The failure of an attempt to pay, where it did not come with the intent.
        var failure: PaymentFailure?
        /// The refunds that were observed.
        var refunds: [Refund] = []
        /// The disputes that were observed.
        var disputes: [Dispute] = []

        init(_ type: String, operationID: Int64? = nil) {
            self.type = type
            self.operationID = operationID
        }
    }

    // MARK: Reading

    /// Returns the payment of a row, with all that belongs to it.
    func load(_ row: PaymentTransaction) throws -> Payment { try load(row, isAlone: false, operation: nil) }

    /// Returns the payment of an operation whose call has ended. What the call cannot have left otherwise is not read again.
    ///
    /// - Parameter known: the row as it was before the call.
    func load(_ known: PaymentTransaction, _ operation: Operation, _ beside: OperationSurroundings) throws -> Payment {
        let row = beside.version == known.version ? known : try row(known.id)
        return try load(
            row, isAlone: !beside.hasOtherTransactions, operation: beside.hasOtherOperations ? nil : operation.duringFirstCall)
    }

    /// - Parameters:
    ///   - isAlone: whether it is the only payment of its order.
    ///   - operation: its only open operation; nil where they are to be read.
    private func load(_ row: PaymentTransaction, isAlone: Bool, operation: OpenOperation?) throws -> Payment {
        var payment = Payment(row: row, state: row.state)
        // These are for answers only.
        payment.row.disputes = []
        if !isAlone { payment.others = try payments(of: row.orderID).filter { $0.id != row.id } }
        payment.state.operations = try operation.map { [$0] } ?? writer.openOperations(transactionID: row.id)
        // Without an intent there is nothing to refund.
        if row.paymentIntentID != nil {
            payment.refunds = try writer.refunds(transactionID: row.id)
            payment.state.refunds = payment.refunds.map(RefundFacts.init)
        }
        if row.dispute != nil {
            payment.disputes = try writer.disputes(transactionID: row.id)
            payment.state.disputes = payment.disputes.map { record in
                DisputeFacts(record.dispute, changedAt: record.changedAt, orderCurrency: row.amount.currency)
            }.sorted { $0.id < $1.id }
        }
        return payment
    }

    /// Returns the payment with this id.
    ///
    /// - Throws: ``GatewayError/Code/internal`` where there is none: the caller has its id from the books.
    func load(_ id: Int64) throws -> Payment { try load(row(id)) }

    /// Returns the row of the payment with this id.
    ///
    /// - Throws: as ``load(_:)``.
    func row(_ id: Int64) throws -> PaymentTransaction {
        guard let row = try writer.transaction(id) else { throw GatewayError(.internal, "The payment \(id) is gone.") }
        return row
    }

    /// Returns the rows of an order's payments, oldest first.
    func payments(of orderID: Int64) throws -> [PaymentTransaction] { try writer.transactions(orderID: orderID).reversed() }

    // MARK: Writing

    /// Inserts a payment. An order whose other payments came to nothing waits for this one.
    ///
    /// - Parameter others: the order's other payments, oldest first.
    func insert(_ new: PaymentTransaction, beside others: [PaymentTransaction]) throws -> Payment {
        let row = try writer.insertTransaction(new)
        var payment = Payment(row: row, state: row.state)
        payment.others = others
        if !others.isEmpty {
            try writer.updateOrder(row.orderID, status: Order.Status(payment.order(with: payment.state).status), at: now)
        }
        return payment
    }

    /// Applies an observation.
    ///
    /// - Returns: what it led to. All of it is written.
    @discardableResult
    func apply(_ observation: Observation, to payment: inout Payment, _ context: Context) throws -> Evolution {
        let evolution = lifecycle.evolve(payment.state, by: observation)
        try write(evolution, to: &payment, context)
        return evolution
    }

    private func write(_ evolution: Evolution, to payment: inout Payment, _ context: Context) throws {
        let (row, state, refunds, disputes) = (payment.row, payment.state, payment.refunds, payment.disputes)
        payment.state = evolution.state
        try writeRefunds(evolution, context, of: &payment)
        try writeDisputes(context, of: &payment)
        payment.row.take(payment.state)
        takeTexts(evolution.texts, context, into: &payment.row)
        payment.row.dispute = payment.shownDispute
        payment.row.review = review(of: payment)
        // A fetch is fresh if the row has the same version as before. Refunds and disputes that the row does not show count for it too.
        let isChanged = payment.row != row || payment.refunds != refunds || payment.disputes != disputes
        if isChanged {
            payment.row.updatedAt = now
            try writer.updateTransaction(&payment.row, from: row)
            payment.state.version = payment.row.version
        }
        for note in evolution.notes { try append(note, evolution, context, of: payment, from: row.status) }
        if isChanged { try updateOrder(of: payment, from: state) }
        for operation in evolution.planned { try plan(operation, on: &payment, Context(context.type)) }
        signals.add(evolution, of: payment.row)
        // All follow-ups that are carried out here concern the order's other payments.
        if !payment.others.isEmpty, !evolution.followUps.isEmpty { try follow(evolution, of: &payment) }
    }

    private func writeRefunds(_ evolution: Evolution, _ context: Context, of payment: inout Payment) throws {
        for id in evolution.withdrawnRefunds {
            try writer.withdrawRefund(id, at: now)
            payment.refunds.removeAll { $0.id == id }
        }
        for index in payment.state.refunds.indices {
            let facts = payment.state.refunds[index]
            if let place = payment.refunds.firstIndex(where: { $0.id == facts.id && facts.id != 0 }) {
                var record = payment.refunds[place]
                record.take(facts)
                guard record != payment.refunds[place] else { continue }
                record.updatedAt = now
                try writer.updateRefund(record)
                payment.refunds[place] = record
            } else if facts.id == 0 {
                let shown = context.refunds.first { facts.providerID == ObjectID($0.id) }
                var record = RefundRecord(
                    id: 0, transactionID: payment.row.id, operationID: nil, providerRefundID: nil,
                    amount: Money(minorUnits: facts.amount, currency: payment.row.amount.currency), status: .pending,
                    reason: shown?.reason, metadata: shown?.metadata ?? [:], createdAt: now, updatedAt: now)
                record.take(facts)
                record = try writer.insertRefund(record)
                payment.state.refunds[index].id = record.id
                payment.refunds.append(record)
            }
        }
    }

    private func writeDisputes(_ context: Context, of payment: inout Payment) throws {
        for facts in payment.state.disputes {
            guard let shown = context.disputes.first(where: { ObjectID($0.id) == facts.id }) else { continue }
            let known = payment.disputes.firstIndex { ObjectID($0.dispute.id) == facts.id }
            let changedAt = Timestamp(unixMilliseconds: facts.changedAt)
            var record =
                known.map { payment.disputes[$0] }
                ?? DisputeRecord(
                    id: 0, transactionID: payment.row.id, dispute: shown, changedAt: changedAt, createdAt: now, updatedAt: now)
            let isOlder =
                known != nil && DisputeFacts(shown, changedAt: changedAt, orderCurrency: payment.row.amount.currency) != facts
            if isOlder { continue }
            record.dispute = shown
            record.changedAt = changedAt
            guard known == nil || record != known.map({ payment.disputes[$0] }) else { continue }
            record.updatedAt = now
            record = try writer.writeDispute(record)
            if let known { payment.disputes[known] = record } else { payment.disputes.append(record) }
        }
    }

    private func takeTexts(_ texts: ObservedTexts, _ context: Context, into row: inout PaymentTransaction) {
        let intent = context.intent.flatMap { $0.id.isIdentical(to: row.paymentIntentID ?? "") ? $0 : nil }
        row.clientSecret = intent?.clientSecret ?? row.clientSecret
        if texts.payer == .take, let intent {
            row.paymentMethod = intent.paymentMethod ?? row.paymentMethod
            row.providerCustomerID = intent.customerID ?? row.providerCustomerID
            row.providerChargeID = intent.chargeID ?? row.providerChargeID
        }
        switch texts.action {
        case .keep: break
        case .clear: row.nextAction = nil
        // Some providers tell what the payer has to do once, and then only that it is still to be done.
        case .take: row.nextAction = intent?.nextAction ?? row.nextAction
        }
        switch texts.failure {
        case .keep: break
        case .clear: (row.errorCode, row.declineCode, row.errorMessage) = (nil, nil, nil)
        case .take:
            let failure = context.failure ?? intent?.lastError
            row.errorCode = failure?.code
            row.declineCode = failure?.declineCode
            row.errorMessage = failure?.message ?? "The payment failed."
        }
    }

    private func review(of payment: borrowing Payment) -> PaymentReview? {
        guard let open = payment.state.discrepancy else { return nil }
        if let known = payment.row.review, known.discrepancy == open { return known }
        return PaymentReview(open, detail: payment.explain(open), openedAt: now)
    }

    // MARK: The order

    /// Writes the order's status where this payment's change can change it.
    private func updateOrder(of payment: borrowing Payment, from state: PaymentState) throws {
        let new = payment.order(with: payment.state).status
        if new == payment.order(with: state).status { return }
        try writer.updateOrder(payment.row.orderID, status: Order.Status(new), at: now)
    }

    // MARK: What follows

    /// Stores an operation of the gateway's own. Recovery makes the call.
    func plan(_ planned: PlannedOperation, on payment: inout Payment, _ context: Context) throws {
        guard let intentID = payment.row.paymentIntentID else { return }
        let request: OperationRequest
        switch planned.kind {
        case .cancel: request = .cancel(CancelPaymentRequest(paymentIntentID: intentID))
        case .refund:
            let amount = Money(minorUnits: planned.amount, currency: payment.row.amount.currency)
            request = .refund(CreateRefundRequest(paymentIntentID: intentID, amount: amount))
        case .create, .confirm, .capture:
            throw GatewayError(.internal, "The gateway plans no \(planned.kind.rawValue) by itself.")
        }
        let operation = try writer.insertOperation(
            NewOperation(
                transactionID: payment.row.id, request: request, idempotency: nil,
                requestID: "gateway-\(planned.reason.rawValue)-\(payment.row.id)"),
            lease: nil, at: now)
        try stored(planned, operation, on: &payment, metadata: [:], reason: nil, detail: context.detail)
    }

    /// Notes that an operation was stored: a refund reserves its amount.
    func stored(
        _ planned: PlannedOperation, _ operation: Operation, on payment: inout Payment, metadata: [String: String],
        reason: String?, detail: String? = nil
    ) throws {
        var refundRow: Int64 = 0
        if planned.kind == .refund {
            let record = try writer.insertRefund(
                RefundRecord(
                    id: 0, transactionID: payment.row.id, operationID: operation.id, providerRefundID: nil,
                    amount: Money(minorUnits: planned.amount, currency: payment.row.amount.currency), status: .pending,
                    reason: reason,
                    metadata: metadata, createdAt: now, updatedAt: now))
            payment.refunds.append(record)
            refundRow = record.id
        }
        var context = Context("\(planned.kind.rawValue).requested", operationID: operation.id)
        context.detail = detail ?? planned.reason.detail
        try apply(.requested(planned, id: operation.id, refundRow: refundRow), to: &payment, context)
    }

    /// Ends an operation that no task works on, and stores the answer under its idempotency key.
    ///
    /// - Parameter outcome: the outcome's name in the books.
    /// - Returns: false where a task works on it, or it has ended.
    func endUnleased(
        _ end: OperationEnd, outcome: String, answer: PaymentAnswer, encoder: any AnswerEncoder
    ) throws -> Bool {
        let isEnded = try writer.endUnleasedOperation(
            end.id, state: end.succeeded ? .succeeded : .failed, outcome: outcome, at: now)
        guard isEnded, let operation = try writer.operation(end.id) else { return false }
        if let reference = operation.idempotency {
            try writer.completeIdempotencyKey(
                reference, answer: encoder.encode(answer, requestID: operation.requestID), at: now)
        }
        return true
    }

    /// Carries out what one payment's change means for the order's others. It comes to an end: a payment is canceled as superfluous once, and
    /// only a payment that is paid and was canceled looks at its siblings again.
    private func follow(_ evolution: Evolution, of payment: inout Payment) throws {
        for followUp in evolution.followUps {
            switch followUp {
            // A webhook stays pending for these. A refresh needs none: the next one shows what is latest.
            case .fetchIntent, .fetchRefunds, .fetchDisputes, .fetchAgain: break
            case .cancelSiblings(let ids):
                for id in ids { try cancelSuperfluous(id) }
            case .notifySiblings:
                for sibling in payment.others where sibling.captured > 0 && sibling.closedReason != nil {
                    var other = try load(sibling.id)
                    try apply(.siblingsChanged, to: &other, Context("siblings.changed"))
                }
            }
        }
        // A change of another payment can change this one. The caller writes the operations of this evolution afterwards.
        let operations = payment.state.operations
        payment = try load(payment.row.id)
        payment.state.operations.removeAll { open in evolution.ended.contains { $0.id == open.id } }
        payment.state.operations = payment.state.operations.map { open in operations.first { $0.id == open.id } ?? open }
    }

    private func cancelSuperfluous(_ id: Int64) throws {
        var payment = try load(id)
        switch lifecycle.decide(.cancelSuperfluous, on: payment.state) {
        case .call(let planned): try plan(planned, on: &payment, Context("cancel.requested"))
        case .observe(let observation): try apply(observation, to: &payment, Context("create.superseded"))
        case .refuse, .supersede, .reuse, .accepted: break
        }
    }
}
