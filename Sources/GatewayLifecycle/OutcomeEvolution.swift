/// What a payment becomes when one of its operations has an outcome.
///
/// The object that came with the outcome is applied first, as an authoritative observation. Then the operation ends, or stays
/// open:
///
/// | result | create | confirm | capture | cancel | refund |
/// | --- | --- | --- | --- | --- | --- |
/// | its object | succeeded | by the intent's status | by the intent's status | by the intent's status | by the refund's status |
/// | declined | failed, payment closed | failed, payment `failed` | failed, status stays | failed | failed |
/// | refused, believed | failed, payment closed | failed | failed | failed; closed here if it must not go on | failed |
/// | refused, not believed | open | open | open | open | open |
/// | not sent, first call | failed, payment closed | failed | failed | failed | failed |
/// | not sent, later call | open | open | open | open | open |
/// | unknown, look-up failed | open | open | open | open | open, unless a webhook showed the refund |
/// | found with a trace | succeeded | by the intent's status | by the intent's status | by the intent's status | by the refund's status |
/// | found without a trace | open, or not executed | open, or not executed | open, or not executed | open, or not executed | open, or not executed |
extension Draft {
    mutating func resolve(_ outcome: Outcome) {
        // An operation ends once. Whatever a late task of it has seen arrives as an observation of its own.
        guard let operation = state.operations.first(where: { $0.id == outcome.operation }) else { return }
        switch outcome.result {
        case .intent(let sight): answer(with: sight, operation)
        case .refund(let sight): answer(with: sight, operation)
        case .declined(let sight): decline(sight, operation)
        case .refused(let reason, let sight):
            believes(reason, outcome.evidence, operation) ? refuse(reason, sight, operation) : keepOpen(operation)
        case .notSent: operation.mayHaveBeenSent ? keepOpen(operation) : endUnsent(operation)
        case .unknown: keepOpen(operation)
        case .lookUpFailed: keepOpen(operation, afterCall: false)
        case .found(let lookUp): look(lookUp, outcome.evidence, operation)
        }
    }

    /// Leaves the operation open. A refund that a webhook showed in the meantime was made, whatever the call came back with.
    private mutating func keepOpen(_ operation: OpenOperation, afterCall: Bool = true) {
        isRefundShown(operation) ? endAsShown(operation) : keep(operation, afterCall: afterCall)
    }

    // MARK: The provider answered

    private mutating func answer(with sight: IntentSight, _ operation: OpenOperation) {
        guard operation.kind != .refund else { return keepOpen(operation) }
        // The provider made two intents by one creation, which is a discrepancy; the creation has ended all the same.
        guard observe(sight, .own) || operation.kind == .create else { return keepOpen(operation) }
        switch (operation.kind, sight.status) {
        case (.create, _): end(operation, succeeded: true, .completed)
        case (.confirm, .declined): end(operation, succeeded: false, .declined)
        case (.confirm, .canceled), (.confirm, .expired), (.capture, .canceled), (.capture, .expired), (.cancel, .succeeded):
            end(operation, succeeded: false, .rejected)
        case (.confirm, _): end(operation, succeeded: true, .completed)
        case (.capture, .succeeded), (.capture, .processing):
            state.captureAsked = operation.amount
            end(operation, succeeded: true, .completed)
        case (.cancel, .canceled), (.cancel, .expired):
            end(operation, succeeded: true, .completed)
            endOthers()
        // The provider accepted the call, and shows no effect yet.
        case (.capture, _), (.cancel, _), (.refund, _): keep(operation)
        }
    }

    /// Ends what a cancellation at the provider excludes. A task that works on one of them finds the cancellation itself.
    private mutating func endOthers() {
        for other in state.operations where other.kind != .refund && other.kind != .cancel && !other.isLeased {
            end(other, succeeded: false, .canceled)
        }
    }

    private mutating func answer(with sight: RefundSight, _ operation: OpenOperation) {
        guard operation.kind == .refund, sight.isOrderCurrency else { return keepOpen(operation) }
        var own = sight
        own.operation = operation.id
        observe(RefundSights([own], isComplete: false), .own)
        isRefundShown(operation) ? endAsShown(operation) : keep(operation)
    }

    // MARK: The provider declined or refused

    private mutating func decline(_ sight: IntentSight?, _ operation: OpenOperation) {
        if operation.kind == .refund { return endUnmade(operation, .declined) }
        let isOwn = sight.map { observe($0, .own) } ?? false
        // Some providers show a declined intent as one that waits for a payment method.
        let isDeclined = !isOwn || sight?.status == .requiresPaymentMethod
        switch operation.kind {
        case .create:
            if !isOwn, state.intentID == nil { close(.declined) }
            if isOwn, isDeclined, state.mayStillBePaid { state.shown = .declined }
        case .confirm: if isDeclined, state.mayStillBePaid { state.shown = .declined }
        // The authorization stands.
        case .capture: if breaks(.declinedCaptureFails), state.mayStillBePaid { state.shown = .declined }
        case .cancel, .refund: break
        }
        takeDecline()
        end(operation, succeeded: false, .declined)
    }

    /// Whether a refusal settles the operation. The first call's does. After an attempt that may have been sent it needs
    /// evidence: the key would have returned that attempt's result, and the object shows no trace of it.
    private func believes(_ reason: RefusalReason, _ evidence: Evidence, _ operation: OpenOperation) -> Bool {
        if !operation.mayHaveBeenSent || breaks(.refusalAlwaysSettles) { return true }
        guard !breaks(.refusalNeverSettles), evidence.isKeyRemembered, !reason.precedesKey else { return false }
        switch evidence.lookUpAfterRefusal {
        // A provider that finds no creations shows no trace of one that it carried out.
        case .nothing: return evidence.isLookUpComplete
        case .intent(let sight): return !operation.kind.hasTrace(in: sight.status)
        case .refunds(let refunds): return evidence.isLookUpComplete && !refunds.contains { mayBelong($0, to: operation) }
        case nil: return false
        }
    }

    private mutating func refuse(_ reason: RefusalReason, _ sight: IntentSight?, _ operation: OpenOperation) {
        if operation.kind == .refund { return endUnmade(operation, .rejected) }
        if let sight { observe(sight, .own) }
        if reason == .gone, state.mayStillBePaid, !breaks(.expiredStaysOpen) { state.isExpired = true }
        switch (operation.kind, reason) {
        case (.create, _):
            if state.intentID == nil { close(.refused) }
        case (.cancel, .unsupported) where mustNotGoOn:
            // Nothing more can be done: the payment is closed here, and what is paid all the same becomes a discrepancy.
            if !state.isPaid { state.closure = .local }
            return end(operation, succeeded: true, .completed)
        case (.cancel, .gone):
            return end(operation, succeeded: true, .completed)
        default: break
        }
        end(operation, succeeded: false, .rejected)
    }

    /// Whether the payment is closed even where the provider has no cancellation: a confirmation without an outcome would be sent again,
    /// the order is paid, or the gateway or an operator gave the payment up. Otherwise it stays open: the payer can still pay it.
    private var mustNotGoOn: Bool {
        state.closure != nil || state.operations.contains { $0.kind == .confirm } || state.siblings.hasPaid
            || state.discrepancy != nil
    }

    private mutating func endUnsent(_ operation: OpenOperation) {
        if operation.kind == .refund { return endUnmade(operation, .notSent) }
        conclude(operation, .notSent, .refused)
        end(operation, succeeded: false, .notSent)
    }

    // MARK: The gateway looked for a trace

    private mutating func look(_ lookUp: LookUp, _ evidence: Evidence, _ operation: OpenOperation) {
        switch lookUp {
        case .intent(let sight):
            guard operation.kind != .refund, observe(sight, .own) || operation.kind == .create else {
                return keepOpen(operation, afterCall: false)
            }
            if operation.kind.hasTrace(in: sight.status) { return answer(with: sight, operation) }
            if operation.kind == .confirm, sight.status == .declined, isNotExecuted(operation, evidence) {
                // The attempt was made and declined, or it never arrived: in both cases nothing was charged.
                return end(operation, succeeded: false, .declined)
            }
        case .refunds(let refunds):
            guard operation.kind == .refund else { return keepOpen(operation, afterCall: false) }
            observe(RefundSights(refunds, isComplete: true), .own)
            if isRefundShown(operation) { return endAsShown(operation) }
            if refunds.contains(where: { mayBelong($0, to: operation) }) {
                return keep(operation, afterCall: false, tracelessLooks: 0)
            }
        case .nothing:
            // A webhook can have shown the intent in the meantime.
            if operation.kind == .create, state.intentID != nil { return end(operation, succeeded: true, .completed) }
            if operation.kind == .refund, isRefundShown(operation) { return endAsShown(operation) }
        }
        guard isNotExecuted(operation, evidence) else {
            return keep(
                operation, afterCall: false,
                tracelessLooks: operation.mayHaveBeenSent ? min(2, operation.tracelessLooks + 1) : nil)
        }
        conclude(operation, .notExecuted, .notExecuted)
        end(operation, succeeded: false, .notExecuted)
    }

    /// Whether the evidence shows that the provider never carried a call out: two complete look-ups found no trace, the second
    /// one ten minutes or more after the last call. An operation of the gateway's own that was not sent yet still is.
    private func isNotExecuted(_ operation: OpenOperation, _ evidence: Evidence) -> Bool {
        operation.mayHaveBeenSent && evidence.isLastCallOld && evidence.isLookUpComplete && operation.tracelessLooks >= 1
            && !breaks(.storedErrorNeverEnds)
    }

    // MARK: Refunds

    private func refund(of operation: OpenOperation) -> RefundFacts? { state.refunds.first { $0.operation == operation.id } }

    private func isRefundShown(_ operation: OpenOperation) -> Bool {
        operation.kind == .refund && refund(of: operation)?.shown != nil
    }

    /// Whether a listed refund is the operation's, or may be: it names no operation, belongs to no other row, and has its amount.
    private func mayBelong(_ sight: RefundSight, to operation: OpenOperation) -> Bool {
        if let named = sight.operation { return named == operation.id }
        if sight.amount != operation.amount { return false }
        return !state.refunds.contains { $0.providerID == sight.id && $0.operation != nil && $0.operation != operation.id }
            && !before.refunds.contains { $0.providerID == sight.id && $0.operation == nil && isOlder($0, than: operation) }
    }

    /// Whether the gateway knew the refund before it stored the operation.
    private func isOlder(_ refund: RefundFacts, than operation: OpenOperation) -> Bool {
        guard let own = self.refund(of: operation) else { return false }
        return refund.id != 0 && refund.id < own.id
    }

    private mutating func endAsShown(_ operation: OpenOperation) {
        let givesBack = refund(of: operation)?.status.givesBack ?? false
        end(operation, succeeded: givesBack, givesBack ? .completed : .refundFailed)
    }

    /// Ends a refund that the provider did not make, unless a webhook showed that it did.
    private mutating func endUnmade(_ operation: OpenOperation, _ reason: OperationEnd.Reason) {
        if isRefundShown(operation) { return endAsShown(operation) }
        conclude(operation, .refused, .refused)
        end(operation, succeeded: false, reason)
    }
}
