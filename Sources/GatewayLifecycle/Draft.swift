/// A payment that an observation is changing. ``finish()`` compares it with the payment before and derives what goes with the
/// change, so that no rule can forget a line of history, an event or an alert.
struct Draft: ~Copyable {
    let before: PaymentState
    let rules: Lifecycle
    var state: PaymentState
    /// What happened, where it is more than that the provider showed something.
    private var cause: Note?
    private var evolution: Evolution
    private var acceptedNow: Discrepancy?

    init(_ state: PaymentState, rules: Lifecycle) {
        before = state
        self.rules = rules
        self.state = state
        evolution = Evolution(state: state)
    }

    func breaks(_ mutant: LifecycleMutants) -> Bool { rules.mutants.contains(mutant) }

    /// Whether the observation is later than every other one that the state rests on. Only then may it replace a status that is
    /// not final.
    func isFresh(_ authority: Authority) -> Bool {
        switch authority {
        case .reported: false
        case .own: true
        case .fetched(let version):
            // While a call is under way, its answer is the later word.
            version == before.version && !before.operations.contains { $0.isLeased && $0.kind != .refund }
        }
    }

    // MARK: What an observation can do

    mutating func end(_ operation: OpenOperation, succeeded: Bool, _ reason: OperationEnd.Reason) {
        guard let index = state.operations.firstIndex(where: { $0.id == operation.id }) else { return }
        state.operations.remove(at: index)
        evolution.ended.append(OperationEnd(id: operation.id, kind: operation.kind, succeeded: succeeded, reason: reason))
        if cause == nil {
            cause = .ended(operation.kind, reason)
        } else {
            evolution.notes.append(.alsoEnded(operation: operation.id, operation.kind, reason))
        }
    }

    /// Leaves an operation open, without an outcome. A look-up is no call: an operation that was never sent is not unknown by it.
    ///
    /// - Parameter tracelessLooks: the new count of look-ups that found no trace; nil leaves it.
    mutating func keep(_ operation: OpenOperation, afterCall: Bool = true, tracelessLooks: UInt8? = nil) {
        guard let index = state.operations.firstIndex(where: { $0.id == operation.id }) else { return }
        if afterCall { state.operations[index].mayHaveBeenSent = true }
        state.operations[index].isUnknown = state.operations[index].mayHaveBeenSent
        state.operations[index].isLeased = false
        if let tracelessLooks { state.operations[index].tracelessLooks = tracelessLooks }
        evolution.kept.append(operation.id)
        if cause == nil, state.operations[index].isUnknown { cause = .outcomeUnknown(operation.kind) }
    }

    mutating func note(_ note: Note) { cause = cause ?? note }

    mutating func follow(_ followUp: FollowUp) {
        if !evolution.followUps.contains(followUp) { evolution.followUps.append(followUp) }
    }

    /// Plans an operation, once: a look-up applies the intent that it found, and then applies it as the operation's answer.
    mutating func plan(_ operation: PlannedOperation) {
        if !evolution.planned.contains(operation) { evolution.planned.append(operation) }
    }

    mutating func withdrawRefund(at index: Int) {
        evolution.withdrawnRefunds.append(state.refunds[index].id)
        state.refunds.remove(at: index)
    }

    mutating func takeTexts(failure: ObservedTexts.Use, action: ObservedTexts.Use) {
        evolution.texts = ObservedTexts(payer: .take, failure: failure, action: action)
    }

    /// Has the error of a decline copied, whether the intent came with it or not.
    mutating func takeDecline() {
        evolution.texts.failure = .take
        evolution.texts.action = .clear
    }

    /// Closes the payment without the provider's word, unless it is paid or ended already.
    mutating func close(_ closure: Closure) {
        if state.mayStillBePaid { state.closure = closure }
    }

    // MARK: Observations that concern the gateway itself

    mutating func add(_ operation: PlannedOperation, id: Int64, refundRow: Int64) {
        var open = OpenOperation(id: id, kind: operation.kind, amount: operation.amount)
        // A client's request is called by the task that stores it. Operations of the gateway's own wait for recovery.
        open.isLeased = operation.reason == .client
        state.operations.append(open)
        if operation.kind == .refund {
            state.refunds.append(RefundFacts(id: refundRow, operation: id, amount: operation.amount))
        }
        note(.requested(operation.kind))
    }

    mutating func markOverdue(_ id: Int64) {
        guard let index = state.operations.firstIndex(where: { $0.id == id }), !state.operations[index].isOverdue else { return }
        state.operations[index].isOverdue = true
        note(.overdue(state.operations[index].kind))
    }

    mutating func supersede() {
        guard state.mayStillBePaid else { return }
        close(.superseded)
        note(.superseded)
    }

    /// Takes the word of an operator. Each fact that it sets is weaker than what a provider shows, before or afterwards.
    mutating func declare(_ id: Int64, _ word: OperatorWord) {
        guard let operation = state.operations.first(where: { $0.id == id }) else { return }
        switch (operation.kind, word) {
        case (.create, .succeeded(let object)):
            if state.intentID == nil { state.intentID = object }
        case (.create, .failed):
            if state.intentID == nil { close(.byOperator) }
        case (.confirm, .succeeded):
            guard state.mayStillBePaid else { break }
            if state.isManualCapture { state.shown = .requiresCapture } else { state.capturedByOperator = state.amount }
        case (.capture, .succeeded):
            guard state.mayStillBePaid else { break }
            state.capturedByOperator = operation.amount
            state.captureAsked = operation.amount
        case (.cancel, .succeeded): close(.byOperator)
        case (.refund, .succeeded(let object)): declareRefund(id, .succeeded, object)
        case (.refund, .failed): declareRefund(id, .failed, nil)
        case (.confirm, .failed), (.capture, .failed), (.cancel, .failed): break
        }
        if case .succeeded = word {
            end(operation, succeeded: true, .declared)
        } else {
            end(operation, succeeded: false, .declared)
        }
    }

    private mutating func declareRefund(_ operation: Int64, _ decision: RefundDecision, _ object: ObjectID?) {
        guard let index = state.refunds.firstIndex(where: { $0.operation == operation }) else { return }
        if state.refunds[index].decision == nil { state.refunds[index].decision = decision }
        if let object, state.refunds[index].providerID == nil { nameRefund(at: index, object) }
    }

    /// Accepts the open discrepancy. An operation that has had no outcome for 72 hours ends with it, as not executed.
    mutating func accept() {
        guard let open = state.discrepancy else { return }
        if open.code == .outcomeUnknown, let operation = state.operations.first(where: { $0.id == open.value }) {
            conclude(operation, .byOperator, .notExecuted)
            end(operation, succeeded: false, .declared)
        } else if !state.accepted.contains(open) {
            state.accepted.append(open)
        }
        // The books cannot hold the money of another currency. The order is payable again, and an intent that is still open is canceled.
        if open == .otherCurrency { close(.byOperator) }
        acceptedNow = open
    }

    /// Writes that an operation had no effect: its payment, where it was the creation, and its refund.
    mutating func conclude(_ operation: OpenOperation, _ closure: Closure, _ decision: RefundDecision) {
        switch operation.kind {
        case .create: if state.intentID == nil { close(closure) }
        case .refund:
            guard let index = state.refunds.firstIndex(where: { $0.operation == operation.id }) else { return }
            if state.refunds[index].decision == nil { state.refunds[index].decision = decision }
        case .confirm, .capture, .cancel: break
        }
    }

    // MARK: What goes with the change

    consuming func finish() -> Evolution {
        if breaks(.reviewFreezes), before.discrepancy != nil, case .observed? = cause ?? .observed { state = before }
        updateDiscrepancy()
        actOnSiblings()
        compareMoney()
        compareStatus()
        compareRefunds()
        compareDisputes()
        compareDiscrepancy()
        let hasChanged = state != before
        if let cause {
            evolution.notes.insert(cause, at: 0)
        } else if hasChanged, acceptedNow == nil {
            evolution.notes.insert(.observed, at: 0)
        }
        evolution.state = state
        return evolution
    }

    private mutating func updateDiscrepancy() {
        if breaks(.ignoresDuplicates), state.openDiscrepancy?.code == .duplicatePayment {
            state.discrepancy = nil
            return
        }
        let open = state.openDiscrepancy
        if breaks(.discrepancyStays), open == nil, before.discrepancy != nil { return }
        state.discrepancy = open
    }

    private mutating func actOnSiblings() {
        if state.isPaid, !before.isPaid, !state.siblings.open.isEmpty, !breaks(.leavesSiblingsOpen) {
            follow(.cancelSiblings(state.siblings.open))
        }
        let concernsSiblings =
            state.mayStillBePaid != before.mayStillBePaid || state.holdsMoney != before.holdsMoney
            || state.keepsMoney != before.keepsMoney
        if concernsSiblings { follow(.notifySiblings) }
        // Of two that are paid, exactly one is refunded: see `Siblings.outranks`.
        if rules.refundsDuplicates, state.discrepancy?.code == .duplicatePayment, state.siblings.outranks, state.refunds.isEmpty,
            state.refundable > 0
        {
            plan(PlannedOperation(.refund, amount: state.refundable, reason: .duplicate))
        }
    }

    private mutating func compareMoney() {
        evolution.movements.captured = state.captured - before.captured
        evolution.movements.refunded = state.refunded - before.refunded
        evolution.movements.reserved = state.reserved - before.reserved
        evolution.movements.disputed = state.disputed - before.disputed
        if state.captured > 0, before.captured == 0 { evolution.events.append(.paymentSucceeded) }
        if state.captured < before.captured { evolution.alerts.append(.declarationContradicted) }
        if state.refunded > before.refunded { evolution.events.append(.paymentRefunded) }
    }

    private mutating func compareStatus() {
        if state.intentID != nil, before.intentID == nil { evolution.events.append(.paymentCreated) }
        let (old, new) = (before.status, state.status)
        guard old != new else { return }
        switch new {
        case .requiresAction: evolution.events.append(.paymentRequiresAction)
        case .processing: evolution.events.append(.paymentProcessing)
        case .requiresCapture: evolution.events.append(.paymentAuthorized)
        case .failed: evolution.events.append(.paymentFailed)
        case .canceled: evolution.events.append(.paymentCanceled)
        case .requiresPaymentMethod, .requiresConfirmation, .succeeded, .partiallyRefunded, .refunded: break
        }
        let isOurs = state.closure != nil || before.operations.contains { $0.kind == .cancel }
        if old == .requiresCapture, new == .canceled, !isOurs { evolution.alerts.append(.authorizationLapsed) }
    }

    private mutating func compareRefunds() {
        // Where nothing was captured, a refund made elsewhere is the release of an authorization. It is news once there is a
        // capture.
        for refund in state.refunds where state.isPaid || refund.operation != nil {
            let known = before.isPaid || refund.operation != nil ? before.refunds : []
            let old =
                known.first { $0.id == refund.id && $0.operation == refund.operation }
                ?? known.first { $0.providerID != nil && $0.providerID == refund.providerID }
            if old == nil { evolution.events.append(.refundCreated) }
            guard old?.status != refund.status else { continue }
            switch refund.status {
            case .succeeded: evolution.events.append(.refundSucceeded)
            case .failed, .canceled:
                evolution.events.append(.refundFailed)
                if old?.status == .succeeded, !breaks(.failsRefundsSilently) {
                    evolution.alerts.append(.refundFailedAfterSuccess)
                }
            case .pending, .requiresAction: break
            }
        }
    }

    private mutating func compareDisputes() {
        for dispute in state.disputes {
            let old = before.disputes.first { $0.id == dispute.id }
            guard old != dispute else { continue }
            evolution.notes.append(.dispute(dispute.id))
            if old == nil {
                evolution.events.append(.disputeOpened)
            } else if !dispute.stage.isClosed {
                evolution.events.append(.disputeUpdated)
            }
            if dispute.stage.isClosed, old?.stage != dispute.stage { evolution.events.append(.disputeClosed) }
            guard old?.stage != dispute.stage else { continue }
            switch dispute.stage {
            case .lost: evolution.alerts.append(.disputeLost)
            case .won, .inquiryClosed: evolution.alerts.append(.disputeClosed)
            case .inquiry: if old == nil { evolution.alerts.append(.disputeOpened) }
            // An inquiry took no money yet.
            case .open, .underReview: if !(old?.stage.holdsMoney ?? false) { evolution.alerts.append(.disputeOpened) }
            }
        }
    }

    private mutating func compareDiscrepancy() {
        if let acceptedNow { evolution.notes.append(.reviewAccepted(acceptedNow)) }
        guard state.discrepancy != before.discrepancy else { return }
        if let open = state.discrepancy {
            evolution.notes.append(.reviewOpened(open))
            evolution.events.append(.paymentReviewOpened)
            evolution.alerts.append(.reviewOpened)
        } else if let closed = before.discrepancy {
            if acceptedNow == nil { evolution.notes.append(.reviewClosed(closed.code)) }
            evolution.events.append(.paymentReviewClosed)
        }
    }
}
