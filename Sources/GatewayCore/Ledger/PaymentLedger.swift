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

    /// A payment with all that belongs to it.
    struct Payment {
        var row: PaymentTransaction
        var state: PaymentState
        var refunds: [RefundRecord] = []
        var disputes: [DisputeRecord] = []
        /// All payments of the order, oldest first; this one as it was read.
        var order: [PaymentTransaction]
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

    /// What an observation led to.
    struct Applied {
        var payment: Payment
        var evolution: Evolution

        /// The row as answers show it.
        var row: PaymentTransaction {
            var row = payment.row
            row.disputes = payment.disputes
            return row
        }
    }

    // MARK: Reading

    /// Returns the payment of a row, with all that belongs to it.
    func load(_ row: PaymentTransaction) throws -> Payment {
        var payment = Payment(row: row, state: row.state, order: try writer.transactions(orderID: row.orderID).reversed())
        payment.state.operations = try writer.openOperations(transactionID: row.id)
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
        payment.state.siblings = OrderState(payments: payment.order.map(\.summary)).siblings(of: row.id)
        return payment
    }

    /// Returns the payment with this id.
    ///
    /// - Throws: ``GatewayError/Code/internal`` where there is none: the caller has its id from the books.
    func load(_ id: Int64) throws -> Payment {
        guard let row = try writer.transaction(id) else { throw GatewayError(.internal, "The payment \(id) is gone.") }
        return try load(row)
    }

    // MARK: Writing

    /// Applies an observation.
    func apply(_ observation: Observation, to payment: Payment, _ context: Context) throws -> Applied {
        let evolution = lifecycle.evolve(payment.state, by: observation)
        return try write(evolution, over: payment, context)
    }

    private func write(_ evolution: Evolution, over payment: Payment, _ context: Context) throws -> Applied {
        var payment = payment
        let before = payment
        payment.state = evolution.state
        try writeRefunds(evolution, context, of: &payment)
        try writeDisputes(context, of: &payment)
        var row = before.row
        row.take(payment.state)
        takeTexts(evolution.texts, context, into: &row)
        row.dispute = payment.shownDispute
        row.review = review(of: payment, evolution)
        // A fetch is fresh where the row has not changed since: a dispute that the row does not show is a change of it too.
        if row != before.row || payment.disputes != before.disputes {
            row.updatedAt = now
            row = try writer.updateTransaction(row, from: before.row)
        }
        payment.row = row
        payment.state.version = row.version
        for note in evolution.notes { try append(note, evolution, context, of: payment, from: before.row.status) }
        try updateOrder(of: &payment, before: before)
        for operation in evolution.planned { payment = try plan(operation, on: payment, Context(context.type)) }
        signals.add(evolution, of: row)
        if !evolution.followUps.isEmpty {
            try follow(evolution.followUps, of: payment)
            // What became of the order's other payments can have changed this one.
            payment = try load(payment.row.id)
        }
        return Applied(payment: payment, evolution: evolution)
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

    private func review(of payment: Payment, _ evolution: Evolution) -> PaymentReview? {
        guard let open = payment.state.discrepancy else { return nil }
        if let known = payment.row.review, known.discrepancy == open { return known }
        return PaymentReview(open, detail: payment.explain(open), openedAt: now)
    }

    // MARK: The order

    /// Writes the order's status where this payment's change can change it.
    private func updateOrder(of payment: inout Payment, before: Payment) throws {
        guard payment.row != before.row else { return }
        let old = OrderState(payments: payment.order.map { $0.id == before.row.id ? before.row.summary : $0.summary }).status
        payment.order = payment.order.map { $0.id == payment.row.id ? payment.row : $0 }
        if !payment.order.contains(where: { $0.id == payment.row.id }) { payment.order.append(payment.row) }
        let new = OrderState(payments: payment.order.map(\.summary)).status
        // The order's row does not know of a payment that was inserted beside others.
        guard old != new || (payment.order.count > 1 && before.row.status != payment.row.status) else { return }
        try writer.updateOrder(payment.row.orderID, status: Order.Status(new), at: now)
    }

    // MARK: What follows

    /// Stores an operation of the gateway's own. Recovery makes the call.
    func plan(_ planned: PlannedOperation, on payment: Payment, _ context: Context) throws -> Payment {
        guard let intentID = payment.row.paymentIntentID else { return payment }
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
        return try stored(planned, operation, on: payment, metadata: [:], reason: nil, detail: context.detail).payment
    }

    /// Notes that an operation was stored: a refund reserves its amount.
    func stored(
        _ planned: PlannedOperation, _ operation: Operation, on payment: Payment, metadata: [String: String], reason: String?,
        detail: String? = nil
    ) throws -> Applied {
        var payment = payment
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
        return try apply(.requested(planned, id: operation.id, refundRow: refundRow), to: payment, context)
    }

    private func follow(_ followUps: [FollowUp], of payment: Payment) throws {
        for followUp in followUps {
            switch followUp {
            // A webhook stays pending for these. A refresh needs none: the next one shows what is latest.
            case .fetchIntent, .fetchRefunds, .fetchDisputes, .fetchAgain: break
            case .cancelSiblings(let ids):
                for id in ids { try cancelSuperfluous(id) }
            case .notifySiblings:
                for sibling in payment.order
                where sibling.id != payment.row.id && sibling.captured > 0 && sibling.closedReason != nil {
                    _ = try apply(.siblingsChanged, to: load(sibling.id), Context("siblings.changed"))
                }
            }
        }
    }

    private func cancelSuperfluous(_ id: Int64) throws {
        let payment = try load(id)
        switch lifecycle.decide(.cancelSuperfluous, on: payment.state) {
        case .call(let planned): _ = try plan(planned, on: payment, Context("cancel.requested"))
        case .observe(let observation): _ = try apply(observation, to: payment, Context("create.superseded"))
        case .refuse, .supersede, .reuse, .accepted: break
        }
    }

    // MARK: History

    private func append(
        _ note: Note, _ evolution: Evolution, _ context: Context, of payment: Payment, from: PaymentStatus
    ) throws {
        let row = payment.row
        let isMain = note == evolution.notes.first
        var change = HistoryChange(
            type: lineType(note, context, of: payment), actor: actor.name,
            // A payment's first line has no status before.
            fromStatus: note == .requested(.create) ? nil : HistoryStatus(isMain ? from : row.status),
            toStatus: HistoryStatus(row.status))
        switch note {
        case .requested, .ended, .outcomeUnknown, .overdue, .observed, .superseded:
            change.operationID = context.operationID
            change.providerRequestID = context.providerRequestID
            change.detail = context.detail
            change.amount = evolution.movements.amount
        case .alsoEnded(let operation, _, _): change.operationID = operation
        case .reviewOpened: change.detail = row.review?.detail
        case .dispute(let id):
            change.detail = context.disputes.first { ObjectID($0.id) == id }.map { "the dispute is \($0.status)" }
        case .reviewClosed(let code): change.detail = code.rawValue
        case .reviewAccepted(let accepted):
            change.detail = [accepted.code.rawValue, context.detail].compactMap { $0 }.joined(separator: ": ")
        }
        try writer.appendHistory(change, of: row, at: now)
    }

    /// The type of a line of history.
    private func lineType(_ note: Note, _ context: Context, of payment: Payment) -> String {
        switch note {
        // The line of a refund's answer has the refund's status.
        case .ended(.refund, .completed), .ended(.refund, .refundFailed):
            let refund = payment.refunds.first { $0.operationID == context.operationID }
            return "refund.\(refund?.status.rawValue ?? "succeeded")"
        default: return note.lineType(context)
        }
    }
}

extension Note {
    /// The type of a line of history.
    fileprivate func lineType(_ context: PaymentLedger.Context) -> String {
        switch self {
        case .requested(let kind): "\(kind.rawValue).requested"
        case .ended(let kind, let reason), .alsoEnded(_, let kind, let reason): "\(kind.rawValue).\(reason.lineWord)"
        case .outcomeUnknown(let kind): "\(kind.rawValue).unknown"
        case .overdue(let kind): "\(kind.rawValue).overdue"
        case .observed: context.type
        case .superseded: "create.superseded"
        case .dispute: "dispute.changed"
        case .reviewOpened: "review.opened"
        case .reviewClosed: "review.closed"
        case .reviewAccepted: "review.accepted"
        }
    }
}

extension OperationEnd.Reason {
    /// The last word of a line's type.
    fileprivate var lineWord: String {
        switch self {
        case .completed: "succeeded"
        case .declined: "declined"
        case .rejected: "rejected"
        case .notSent: "not_sent"
        case .notExecuted: "not_executed"
        case .canceled: "canceled"
        case .refundFailed: "failed"
        case .declared: "resolved"
        }
    }
}

extension PlannedOperation.Reason {
    /// Why the gateway makes the call by itself, for the history; nil for a client's request.
    fileprivate var detail: String? {
        switch self {
        case .client: nil
        case .duplicate: "another payment of the order is paid"
        case .superfluous: "the payment must not be paid any more"
        case .review: "an operator gives the money back"
        }
    }
}

extension Movements {
    /// The amount for a line of history, in minor units: what moved most.
    fileprivate var amount: Int64? {
        let moved = max(max(abs(captured), abs(refunded)), max(abs(reserved), abs(disputed)))
        return moved == 0 ? nil : moved
    }
}

extension Order.Status {
    init(_ status: OrderStatus) {
        self =
            switch status {
            case .pending: .pending
            case .completed: .completed
            case .failed: .failed
            case .canceled: .canceled
            case .partiallyRefunded: .partiallyRefunded
            case .refunded: .refunded
            }
    }
}

extension RefundFacts {
    init(_ record: RefundRecord) {
        let status = RefundStatus(record.status)
        // The row's status is the provider's word once the provider has shown the refund.
        let isShown = record.providerRefundID != nil && record.decision != .succeeded
        self.init(
            id: record.id, operation: record.operationID, amount: record.amount.minorUnits,
            providerID: record.providerRefundID.map { ObjectID($0) }, shown: isShown ? status : nil,
            decision: record.decision ?? (isShown || status != .failed ? nil : .refused), providerAmount: record.providerAmount)
    }
}

extension RefundRecord {
    mutating func take(_ facts: RefundFacts) {
        providerRefundID = facts.providerID?.text
        status = facts.status.refundStatus
        // What the provider shows outranks a declared success. A declared failure is kept: the provider may contradict it.
        decision = facts.shown != nil && facts.decision == .succeeded ? nil : facts.decision
        providerAmount = facts.providerAmount
    }
}

extension PaymentLedger.Payment {
    /// The dispute that the API shows: the most recent open one, else the last.
    var shownDispute: Dispute? {
        func isOlder(_ left: DisputeRecord, _ right: DisputeRecord) -> Bool {
            (left.changedAt, ObjectID(left.dispute.id)) < (right.changedAt, ObjectID(right.dispute.id))
        }
        let open = disputes.filter { !DisputeStage($0.dispute.status).isClosed }
        return (open.max(by: isOlder) ?? disputes.max(by: isOlder))?.dispute
    }

    /// A discrepancy in words, for operators.
    func explain(_ discrepancy: Discrepancy) -> String {
        let currency = row.amount.currency
        func money(_ minorUnits: Int64) -> String { "\(Money(minorUnits: minorUnits, currency: currency))" }
        switch discrepancy.code {
        case .objectDiffers where discrepancy.value == 1:
            return "The provider shows the payment as canceled after it was captured."
        case .objectDiffers where discrepancy.value == 2: return "The provider showed one refund of the gateway under two ids."
        case .objectDiffers:
            let other = state.otherIntentID?.text ?? "another one"
            return "The provider shows the payment intent \(other) where \(row.paymentIntentID ?? "none") was expected."
        case .amountDiffers where discrepancy.value < 0:
            return "The provider has the payment in another currency than \(currency.code)."
        case .amountDiffers: return "The provider has \(money(discrepancy.value)), which is not the amount that was asked for."
        case .duplicatePayment: return "The payment was canceled and is paid, and so is or may be another payment of the order."
        case .paidAfterCancel: return "The payment was canceled, and the provider captured \(money(discrepancy.value))."
        case .capturedMore: return "The provider captured \(money(discrepancy.value)), which is more than was asked for."
        case .capturedLess: return "The provider captured \(money(discrepancy.value)), which is less than was asked for."
        case .refundExceeds: return "The provider shows refunds of \(money(discrepancy.value)), which is more than was captured."
        case .refundContradictsDecision:
            return "The provider made the refund \(discrepancy.value), which the gateway had ended as failed."
        case .outcomeUnknown: return "The operation \(discrepancy.value) has had no outcome for 72 hours."
        }
    }
}
