import GatewayLifecycle

/// What holds of every decision.
extension Trace {
    mutating func check(_ command: Command, _ state: PaymentState, _ decision: Decision, _ world: World) {
        switch command {
        case .confirm, .capture:
            if case .call = decision { checkCharge(state, world) }
        case .cancel: checkCancellation(state, decision)
        case .refund, .giveBack:
            if case .call(let operation) = decision, operation.kind == .refund { checkRefund(operation.amount, state) }
        case .repeatCall(let operation, let elapsed):
            if case .call(let planned) = decision { checkRepeat(planned.kind, elapsed, operation, state, world) }
        case .declare(let operation, let word, _, let isForced):
            if !isForced { checkWord(word, operation, decision, world) }
        case .cancelSuperfluous, .accept: break
        }
    }

    mutating func check(_ creation: Creation, _ decision: Decision, _ world: World) {
        switch decision {
        case .call:
            if world.payments.contains(where: { $0.isPaid || $0.mayStillBePaid || $0.discrepancy != nil }) {
                fail("P4", "a payment is created beside one that is paid, open or in review")
            }
        case .supersede(let id, _):
            let old = world.payments[Int(id) - 1]
            let isUnknown = old.operations.contains {
                $0.kind == .create && $0.isUnknown && !$0.isLeased && $0.tracelessLooks >= 2
            }
            if old.intentID != nil || !isUnknown { fail("P4", "a payment is superseded that a payer may know") }
        case .accepted(let id):
            let operation = world.payments[Int(id) - 1].operations.first { $0.kind == .create }
            if let operation, operation.isUnknown, !operation.isLeased, operation.tracelessLooks >= 2 {
                fail("P3", "a creation without an outcome blocks its order after two look-ups that found nothing")
            }
        case .refuse, .reuse, .observe: break
        }
    }

    private mutating func checkCharge(_ state: PaymentState, _ world: World) {
        for other in world.payments where other.id != state.id {
            if other.isPaid { fail("P4", "a payment is charged beside one that is paid") }
            if other.mayStillBePaid { fail("P4", "a payment is charged beside one that may still be paid") }
        }
        if world.payments.contains(where: { $0.discrepancy != nil }) {
            fail("P4", "a payment is charged while a discrepancy is open")
        }
        if !state.mayStillBePaid { fail("P4", "a payment is charged that is paid or canceled") }
        if state.operations.contains(where: { $0.kind != .refund }) {
            fail("I1", "a payment is charged while another call has no outcome")
        }
    }

    /// A payer who gives up must not be charged later: a confirmation without an outcome does not keep the cancellation waiting.
    private mutating func checkCancellation(_ state: PaymentState, _ decision: Decision) {
        guard state.mayStillBePaid, state.intentID != nil else { return }
        let isFree = state.operations.allSatisfy { $0.kind == .refund || ($0.kind == .confirm && $0.isUnknown && !$0.isLeased) }
        if case .call = decision { return }
        if isFree { fail("P3", "an open payment cannot be canceled") }
    }

    private mutating func checkRefund(_ amount: Int64, _ state: PaymentState) {
        var left = state.captured
        for refund in state.refunds where refund.status.givesBack { left -= refund.currentAmount }
        for dispute in state.disputes where dispute.stage.holdsMoney { left -= dispute.amount }
        if amount > left { fail("P2", "\(amount) is refunded where \(left) is left beside refunds and disputes") }
    }

    private mutating func checkRepeat(
        _ kind: OperationKind, _ elapsed: Elapsed, _ operation: Int64, _ state: PaymentState, _ world: World
    ) {
        let isFirst = !state.operations.contains { $0.id == operation && $0.mayHaveBeenSent }
        if !isFirst, elapsed.sinceRequest >= elapsed.keyMemory {
            fail("I1", "a call is repeated although the key may be forgotten")
        }
        guard kind == .confirm || kind == .capture else { return }
        if kind == .confirm, elapsed.sinceRequest > .seconds(120) { fail("P4", "a confirmation is sent again after its window") }
        if kind == .confirm, state.operations.contains(where: { $0.kind == .cancel }) {
            fail("P4", "a confirmation is sent again beside a cancellation")
        }
        if !state.mayStillBePaid || world.payments.contains(where: { $0.id != state.id && $0.isPaid }) {
            fail("P4", "a charge is sent again although the order is paid or the payment has ended")
        }
    }

    /// A word without force is refused where the provider shows otherwise.
    private mutating func checkWord(_ word: OperatorWord, _ operation: Int64, _ decision: Decision, _ world: World) {
        guard case .observe(.declared) = decision else { return }
        let kind = World.kind(of: operation)
        let index = World.payment(of: operation)
        let isDone: Bool
        switch kind {
        case .create: isDone = world.lookUp(operation) != .nothing
        case .confirm, .capture, .cancel: isDone = kind.hasTrace(in: world.provider.intents[index].status)
        case .refund:
            // Whether a refund that names no operation is this one, a person decides.
            guard world.traits.contains(.namesRefunds) else { return }
            isDone = world.provider.refunds.contains { $0.operation == operation }
        }
        if (word != .failed) != isDone { fail("I3", "an operator's word is taken although the provider shows otherwise") }
    }
}
