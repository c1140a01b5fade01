/// What may be done with a payment. All checks come before anything is stored.
extension Lifecycle {
    /// Returns what a command leads to. The state brings the order's other payments with it.
    package func decide(_ command: Command, on state: PaymentState) -> Decision {
        switch command {
        case .confirm: confirm(state)
        case .capture(let amount, let abilities): capture(amount, abilities, state)
        case .cancel: cancel(state)
        case .refund(let amount, let abilities): refund(amount, abilities, state, .client)
        case .repeatCall(let operation, let elapsed): repeatCall(operation, elapsed, state)
        case .cancelSuperfluous: cancelSuperfluous(state)
        case .declare(let operation, let word, let lookUp, let isForced): declare(operation, word, lookUp, isForced, state)
        case .accept(let lookUp): accept(lookUp, state)
        case .giveBack(let abilities): giveBack(abilities, state)
        }
    }

    /// Returns what a request for a payment of an order leads to.
    package func decide(_ creation: Creation, on order: OrderState) -> Decision {
        if order.payments.contains(where: \.isPaid) {
            let discrepancy = order.payments.first { $0.isPaid && $0.discrepancy != nil }?.discrepancy
            let isPaid = order.payments.contains { $0.isPaid && $0.discrepancy == nil }
            return .refuse(isPaid ? .orderAlreadyPaid : discrepancy.map { .inReview($0.code) } ?? .orderAlreadyPaid)
        }
        guard let open = order.payments.first(where: \.mayStillBePaid) else {
            let discrepancy = order.payments.lazy.compactMap(\.discrepancy).first
            return discrepancy.map { .refuse(.inReview($0.code)) } ?? .call(PlannedOperation(.create))
        }
        guard creation.isSameProvider, creation.isManualCapture == open.isManualCapture else {
            return .refuse(.otherPaymentDiffers)
        }
        if open.intentID == nil, let operation = open.operations.first(where: { $0.kind == .create }) {
            guard operation.isUnknown, !operation.isLeased else { return .refuse(.busy(.create)) }
            // No client has the client secret of such a payment, so no payer can pay it.
            let isSuperseded =
                operation.tracelessLooks >= 2 && !creation.chargesByItself && !mutants.contains(.unknownCreationBlocks)
            return isSuperseded ? .supersede(open.id, PlannedOperation(.create)) : .accepted(open.id)
        }
        if let discrepancy = order.payments.lazy.compactMap(\.discrepancy).first { return .refuse(.inReview(discrepancy.code)) }
        return .reuse(open.id)
    }

    // MARK: Charges

    /// Why the payment may not be charged; nil where it may.
    private func refusalToCharge(_ state: PaymentState, _ kind: OperationKind) -> Refusal? {
        if !state.mayStillBePaid { return .status(state.status, kind) }
        if state.siblings.hasPaid, !mutants.contains(.chargesBesidePaid) { return .orderAlreadyPaid }
        if !state.siblings.open.isEmpty { return .otherPaymentOpen }
        if let code = state.discrepancy?.code ?? state.siblings.discrepancy, !mutants.contains(.chargesBesidePaid) {
            return .inReview(code)
        }
        if let blocking = state.blockingOperation(for: kind) { return .busy(blocking.kind) }
        return nil
    }

    private func confirm(_ state: PaymentState) -> Decision {
        if let refusal = refusalToCharge(state, .confirm) { return .refuse(refusal) }
        switch state.status {
        case .requiresPaymentMethod, .requiresConfirmation, .requiresAction, .failed: return .call(PlannedOperation(.confirm))
        case .processing, .requiresCapture, .succeeded, .canceled, .partiallyRefunded, .refunded:
            return .refuse(.status(state.status, .confirm))
        }
    }

    private func capture(_ amount: Int64?, _ abilities: Abilities, _ state: PaymentState) -> Decision {
        if let refusal = refusalToCharge(state, .capture) { return .refuse(refusal) }
        guard state.status == .requiresCapture else { return .refuse(.status(state.status, .capture)) }
        let amount = amount ?? state.amount
        if amount <= 0 { return .refuse(.amountNotPositive) }
        if amount > state.amount { return .refuse(.captureExceeds(amount: state.amount)) }
        if amount < state.amount, !abilities.contains(.partialCapture) { return .refuse(.wholeAmountOnly(.capture)) }
        return .call(PlannedOperation(.capture, amount: amount))
    }

    // MARK: Giving up and giving back

    private func cancel(_ state: PaymentState) -> Decision {
        if !state.mayStillBePaid { return .refuse(.status(state.status, .cancel)) }
        let kind: OperationKind = mutants.contains(.cancelWaits) ? .confirm : .cancel
        if let blocking = state.blockingOperation(for: kind) { return .refuse(.busy(blocking.kind)) }
        if state.intentID == nil { return .refuse(.status(state.status, .cancel)) }
        return .call(PlannedOperation(.cancel))
    }

    private func refund(
        _ amount: Int64?, _ abilities: Abilities, _ state: PaymentState, _ reason: PlannedOperation.Reason
    ) -> Decision {
        if !state.isPaid { return .refuse(.status(state.status, .refund)) }
        if !abilities.contains(.refunds) { return .refuse(.unsupported(.refund)) }
        let withoutDisputes = state.captured - state.refunded - state.reserved
        let refundable = mutants.contains(.ignoresDisputes) ? withoutDisputes : state.refundable
        if let amount, amount <= 0 { return .refuse(.amountNotPositive) }
        let wanted = amount ?? refundable
        if wanted <= 0 || wanted > refundable {
            let isDisputed = max(wanted, 1) <= withoutDisputes
            return .refuse(isDisputed ? .disputed(refundable: refundable) : .refundExceeds(refundable: refundable))
        }
        if wanted < state.captured, !abilities.contains(.partialRefunds) { return .refuse(.wholeAmountOnly(.refund)) }
        return .call(PlannedOperation(.refund, amount: wanted, reason: reason))
    }

    // MARK: The gateway's own operations

    private func repeatCall(_ id: Int64, _ elapsed: Elapsed, _ state: PaymentState) -> Decision {
        guard let operation = state.operations.first(where: { $0.id == id }) else { return .refuse(.nothingOpen) }
        // After the key is forgotten, a call would act a second time. An operation of the gateway's own waits for its first call.
        let isOld = elapsed.sinceRequest >= elapsed.keyMemory || operation.isOverdue
        // An operation that crashes its process would crash the next one.
        var isLookUpOnly = elapsed.crashCount >= 3 || (operation.mayHaveBeenSent && isOld)
        switch operation.kind {
        // Some providers charge by the creation alone.
        case .create, .capture: isLookUpOnly = isLookUpOnly || !state.mayStillBePaid || state.siblings.hasPaid
        case .confirm:
            let isLate = elapsed.sinceRequest > confirmRetryWindow && !mutants.contains(.confirmsLate)
            let isCanceling = state.operations.contains { $0.kind == .cancel }
            isLookUpOnly = isLookUpOnly || isLate || isCanceling || !state.mayStillBePaid || state.siblings.hasPaid
        case .cancel, .refund: break
        }
        return isLookUpOnly ? .refuse(.lookUpOnly) : .call(PlannedOperation(operation.kind, amount: operation.amount))
    }

    private func cancelSuperfluous(_ state: PaymentState) -> Decision {
        if !state.mayStillBePaid || state.operations.contains(where: { $0.kind == .cancel }) {
            return .refuse(.status(state.status, .cancel))
        }
        // Without an intent there is nothing to cancel yet. Once it turns up, it is canceled.
        return state.intentID == nil ? .observe(.superseded) : .call(PlannedOperation(.cancel, reason: .superfluous))
    }

    // MARK: Operators

    private func declare(
        _ id: Int64, _ word: OperatorWord, _ lookUp: LookUp?, _ isForced: Bool, _ state: PaymentState
    ) -> Decision {
        guard let operation = state.operations.first(where: { $0.id == id }) else { return .refuse(.nothingOpen) }
        if operation.isLeased { return .refuse(.busy(operation.kind)) }
        let declared = Decision.observe(.declared(operation: id, word))
        if mutants.contains(.takesAnyWord) { return declared }
        let makesObject = operation.kind == .create || operation.kind == .refund
        if case .succeeded(nil) = word, makesObject, !showsTrace(of: operation, lookUp, nil) { return .refuse(.objectMissing) }
        guard let lookUp else { return isForced ? declared : .refuse(.unverified) }
        switch word {
        case .succeeded(let object):
            if showsTrace(of: operation, lookUp, object) { return .observe(.outcome(Outcome(id, .found(lookUp)))) }
            if let object, makesObject {
                guard knows(object, lookUp) else { return .refuse(.objectUnknown) }
                return fits(object, operation, lookUp) || isForced ? declared : .refuse(.contradicted)
            }
            return isForced ? declared : .refuse(.contradicted)
        case .failed:
            return showsTrace(of: operation, lookUp, nil) && !isForced ? .refuse(.contradicted) : declared
        }
    }

    /// Whether a look-up shows that the operation was carried out, with this object where one is named.
    private func showsTrace(of operation: OpenOperation, _ lookUp: LookUp?, _ object: ObjectID?) -> Bool {
        switch lookUp {
        case .nothing, nil: false
        case .intent(let sight):
            operation.kind.hasTrace(in: sight.status) && (operation.kind != .create || object ?? sight.id == sight.id)
        case .refunds(let refunds): refunds.contains { $0.operation == operation.id && object ?? $0.id == $0.id }
        }
    }

    private func knows(_ object: ObjectID, _ lookUp: LookUp) -> Bool {
        switch lookUp {
        case .nothing: false
        case .intent(let sight): sight.id == object
        case .refunds(let refunds): refunds.contains { $0.id == object }
        }
    }

    /// Whether a refund that names no operation can be the operation's.
    private func fits(_ object: ObjectID, _ operation: OpenOperation, _ lookUp: LookUp) -> Bool {
        guard case .refunds(let refunds) = lookUp, let sight = refunds.first(where: { $0.id == object }) else { return false }
        return sight.operation == nil && sight.amount == operation.amount && sight.isOrderCurrency
    }

    private func accept(_ lookUp: LookUp?, _ state: PaymentState) -> Decision {
        guard let open = state.discrepancy else { return .refuse(.nothingOpen) }
        guard open.code == .outcomeUnknown, let operation = state.operations.first(where: { $0.id == open.value }) else {
            return .observe(.accepted)
        }
        if operation.isLeased { return .refuse(.busy(operation.kind)) }
        guard let lookUp else { return .refuse(.unverified) }
        // The books stand as the provider shows them: what it carried out is booked.
        return showsTrace(of: operation, lookUp, nil)
            ? .observe(.outcome(Outcome(operation.id, .found(lookUp)))) : .observe(.accepted)
    }

    private func giveBack(_ abilities: Abilities, _ state: PaymentState) -> Decision {
        if state.discrepancy == nil { return .refuse(.nothingOpen) }
        if state.isPaid { return refund(nil, abilities, state, .review) }
        // What was captured in another currency is not in the books, and a provider cancels nothing that is captured.
        if state.hasOtherCurrency, state.shown == .processing { return .refuse(.otherCurrency) }
        let decision = cancel(state)
        guard case .call(var operation) = decision else { return decision }
        operation.reason = .review
        return .call(operation)
    }
}
