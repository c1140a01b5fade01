/// What a payment becomes when its provider shows the intent.
///
/// A *reported* intent is applied only where it cannot be wrong: it agrees with what the gateway asked for, and it is final.
/// Everything else that a webhook says makes the gateway fetch the intent. So a discrepancy opens only from an authoritative
/// observation, and a payment is booked from its webhook even while the provider's API is down.
///
/// | the books \ the intent | open | captured, as asked | captured, otherwise | canceled, expired |
/// | --- | --- | --- | --- | --- |
/// | open | taken over if fresh | paid | paid, discrepancy | canceled |
/// | canceled at the provider | older news | paid, discrepancy | paid, discrepancy | nothing new |
/// | closed by the gateway | the intent is canceled | paid, discrepancy | paid, discrepancy | canceled |
/// | paid | older news | nothing new | larger amount, discrepancy | discrepancy if fresh |
/// | declared paid | taken over if fresh | paid | paid, discrepancy | canceled if fresh |
extension Draft {
    /// Applies an intent. Returns whether it is the payment's own.
    @discardableResult
    mutating func observe(_ sight: IntentSight, _ authority: Authority) -> Bool {
        guard takeID(of: sight, authority) else { return false }
        // After an end only older news is left, amounts included: a look-up can have begun before the end was shown.
        if sight.status.isOpen, state.capturedAtProvider > 0 || state.isCanceledAtProvider || state.isExpired { return true }
        let isAuthoritative = authority != .reported || breaks(.believesReports)
        let isFresh = isFresh(authority) || breaks(.believesReports)
        // Where the books hold another amount, the right one is news too.
        let fits =
            sight.isOrderCurrency && sight.amount == state.amount && state.differingAmount == nil && !state.hasOtherCurrency
        if !fits && !isAuthoritative && !breaks(.opensFromReports) {
            follow(.fetchIntent)
            return true
        }
        if isFresh || breaks(.opensFromReports) {
            state.hasOtherCurrency = !sight.isOrderCurrency
            state.differingAmount = sight.isOrderCurrency && sight.amount != state.amount ? sight.amount : nil
        } else if isAuthoritative && !fits {
            follow(.fetchAgain)
        }
        switch sight.status {
        case .succeeded: observeCapture(sight, isAuthoritative: isAuthoritative, isFresh: isFresh)
        case .canceled, .expired: observeEnd(sight.status, isAuthoritative: isAuthoritative, isFresh: isFresh)
        case .requiresPaymentMethod, .declined, .requiresConfirmation, .requiresAction, .processing, .requiresCapture:
            observeOpen(sight.status, isAuthoritative: isAuthoritative, isFresh: isFresh)
        }
        return true
    }

    /// Decides whether the object is this payment's intent. The first one that the provider showed stays it: the history's hashes
    /// cover its id. Two intents of one creation are a discrepancy.
    private mutating func takeID(of sight: IntentSight, _ authority: Authority) -> Bool {
        if state.intentID == sight.id { return true }
        // A webhook names the operation that created its intent, and anybody with access to the account can write such a name.
        guard authority != .reported else {
            follow(.fetchIntent)
            return false
        }
        guard state.intentID != nil else {
            state.intentID = sight.id
            return true
        }
        state.otherIntentID = min(state.otherIntentID ?? sight.id, sight.id)
        return false
    }

    private mutating func observeCapture(_ sight: IntentSight, isAuthoritative: Bool, isFresh: Bool) {
        let captured = sight.captured ?? sight.amount
        // Minor units of another currency cannot be added to the books, and a capture of nothing is none.
        guard sight.isOrderCurrency, captured > 0 else {
            if !isAuthoritative { follow(.fetchIntent) } else if isFresh, state.mayStillBePaid { state.shown = .processing }
            return
        }
        if !isAuthoritative && !breaks(.opensFromReports) && !agrees(captured) { return follow(.fetchIntent) }
        if breaks(.ignoresLateSuccess) && state.wasCanceled { return }
        state.capturedAtProvider = max(state.capturedAtProvider, captured)
        state.capturedByOperator = 0
        state.shown = .succeeded
        if isFresh { state.isCanceledAfterCapture = false }
        takeTexts(failure: .clear, action: .clear)
    }

    /// Whether a reported capture is what the gateway asked for, or what it knows already.
    private func agrees(_ captured: Int64) -> Bool {
        // An accepted difference is one all the same: with what the webhook says, it may become another.
        if state.wasCanceled || !state.discrepancies.isEmpty || captured > state.amount { return false }
        if state.capturedAtProvider > 0 { return captured == state.capturedAtProvider }
        let asked = state.operations.first { $0.kind == .capture }?.amount ?? state.captureAsked
        return captured == (state.isManualCapture ? asked ?? captured : state.amount)
    }

    private mutating func observeEnd(_ status: IntentStatus, isAuthoritative: Bool, isFresh: Bool) {
        if state.capturedAtProvider > 0 {
            if !isAuthoritative { return follow(.fetchIntent) }
            if !isFresh { return follow(.fetchAgain) }
            state.isCanceledAfterCapture = true
            return
        }
        if state.capturedByOperator > 0, !breaks(.wordOutranksProvider) {
            if !isAuthoritative { return follow(.fetchIntent) }
            if !isFresh { return follow(.fetchAgain) }
            state.capturedByOperator = 0
        }
        if status == .canceled { state.isCanceledAtProvider = true } else if !breaks(.expiredStaysOpen) { state.isExpired = true }
        takeTexts(failure: .clear, action: .clear)
    }

    private mutating func observeOpen(_ status: IntentStatus, isAuthoritative: Bool, isFresh: Bool) {
        if let closure = state.closure {
            guard isAuthoritative else { return follow(.fetchIntent) }
            // The gateway gave the payment up, and a payer could still pay it. Where the provider has no cancellation, nothing
            // helps.
            if closure != .local, !breaks(.lateIntentStaysPayable) { planCancellation() }
            return
        }
        // Even where the books agree: an older object may be on its way to them.
        guard isAuthoritative else { return follow(.fetchIntent) }
        guard isFresh || breaks(.appliesStaleFetches) else { return follow(.fetchAgain) }
        if !breaks(.wordOutranksProvider) { state.capturedByOperator = 0 }
        state.shown = status
        // Another payment of the order is paid. A payment that is processed cannot be canceled; it may become open again.
        if state.siblings.hasPaid, status != .processing, !breaks(.leavesSiblingsOpen) { planCancellation() }
        takeTexts(
            failure: status == .declined ? .take : .clear, action: status == .requiresAction ? .take : .clear)
    }

    /// Has the intent canceled at the provider, so that no payer can pay it any more.
    private mutating func planCancellation() {
        if !state.operations.contains(where: { $0.kind == .cancel }) { plan(PlannedOperation(.cancel, reason: .superfluous)) }
    }
}
