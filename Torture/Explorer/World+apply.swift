import GatewayLifecycle

/// What a move does.
extension World {
    /// Makes a move, without a check. Returns whether it was possible; a move that is not changes nothing.
    @discardableResult
    package mutating func apply(_ move: Move) -> Bool {
        var possible: [Move] = []
        moves(into: &possible)
        guard possible.contains(move) else { return false }
        var trace = Trace(isChecking: false)
        apply(move, &trace)
        return true
    }

    /// Makes a move that is possible, and checks each of its steps.
    package mutating func apply(_ move: Move, _ trace: inout Trace) {
        switch move {
        case .create: create(&trace)
        case .confirm(let index): if command(.confirm, index, &trace) { budget.confirmations -= 1 }
        case .capture(let index, let amount): if command(.capture(amount, .all), index, &trace) { budget.captures -= 1 }
        case .cancel(let index): if command(.cancel, index, &trace) { budget.cancellations -= 1 }
        case .refund(let index, let amount): if command(.refund(amount, .all), index, &trace) { budget.refunds -= 1 }
        case .call(let operation, let effect, let delivery):
            if delivery != .answered && delivery != .late || effect == .denyAccess || effect == .storeError { budget.faults -= 1 }
            call(operation, effect, delivery, &trace)
        case .arrive(let operation):
            guard let call = callIndex(operation) else { return }
            take(operation, calls[call].answer, &trace)
        case .lose(let operation):
            budget.faults -= 1
            resolve(operation, .unknown, &trace)
        case .arriveLate: arriveLate(&trace)
        case .recover(let operation, let answering):
            if answering == .never { budget.faults -= 1 }
            recover(operation, answering, &trace)
        case .report(let report): receive(report, &trace)
        case .look(let index): look(index, &trace)
        case .beginLook(let index): beginLook(index)
        case .endLook(let index): endLook(index, &trace)
        case .crash:
            budget.faults -= 1
            crash()
        case .passTime:
            budget.time -= 1
            passTime(&trace)
        case .declare, .accept, .giveBack: operate(move, &trace)
        case .intent, .moveRefund, .refundElsewhere, .openDispute, .moveDispute: provide(move)
        }
    }

    private mutating func operate(_ move: Move, _ trace: inout Trace) {
        budget.words -= 1
        switch move {
        case .declare(let operation, let succeeded, let isForced):
            declare(operation, succeeded: succeeded, isForced: isForced, &trace)
        case .accept(let index):
            if case .observe(let observation) = decide(.accept(lookUpBeforeAcceptance(index)), index, &trace) {
                observe(index, observation, &trace)
            }
        case .giveBack(let index): _ = command(.giveBack(.all), index, &trace)
        default: break
        }
    }

    /// What the operator's command looks up: the operation that has had no outcome for 72 hours.
    func lookUpBeforeAcceptance(_ index: Int) -> LookUp? {
        guard let open = payments[index].discrepancy, open.code == .outcomeUnknown else { return nil }
        return lookUp(open.value)
    }

    private mutating func provide(_ move: Move) {
        switch move {
        case .intent(let index, let act):
            let isSettling = provider.intents[index].status == .processing || provider.intents[index].status == .requiresAction
            if !(isSettling && (act == .isPaid || act == .fails)) { budget.acts -= 1 }
            self.act(index, act)
        case .moveRefund(let place, let status):
            let isSettling = provider.refunds[place].status.isOnItsWay && !status.isOnItsWay
            if !isSettling { budget.acts -= 1 }
            provider.refunds[place].move(to: status)
        case .refundElsewhere(let index, let amount):
            budget.acts -= 1
            _ = provider.addRefund(index, operation: nil, amount: amount, .succeeded)
        case .openDispute(let index, let stage):
            budget.acts -= 1
            var dispute = ModelDispute(payment: index, amount: 1, stage: stage)
            dispute.move(to: stage)
            provider.disputes.append(dispute)
        case .moveDispute(let place, let stage): provider.disputes[place].move(to: stage)
        default: break
        }
    }
}
