import GatewayLifecycle

/// What the provider does: with calls, and by itself.
extension World {
    /// The provider gets a call, and the answer does or does not come back.
    mutating func call(_ operation: Int64, _ effect: Move.Effect, _ delivery: Move.Delivery, _ trace: inout Trace) {
        guard let call = callIndex(operation), let open = openOperation(operation) else { return }
        switch delivery {
        case .notSent: return take(operation, Answer(.notSent), &trace)
        case .delayed: delayed = DelayedRequest(operation: operation, kind: open.kind, amount: open.amount)
        case .answered, .lost, .late: break
        }
        let answer = perform(effect, open, &trace)
        switch delivery {
        case .answered: take(operation, answer, &trace)
        case .late:
            calls[call].phase = .answering
            calls[call].answer = answer
        case .lost, .delayed, .notSent: take(operation, Answer(.unknown), &trace)
        }
    }

    private mutating func perform(_ effect: Move.Effect, _ operation: OpenOperation, _ trace: inout Trace) -> Answer {
        let index = Self.payment(of: operation.id)
        let intent = provider.intents[index]
        switch effect {
        case .nothing: return Answer(.unknown)
        case .denyAccess: return refusal(.authentication)
        case .refuse: return refusal(reason(for: operation, intent))
        case .refuseWithIntent:
            var answer = refusal(reason(for: operation, intent))
            answer.kind = .refusedWithIntent
            answer.status = intent.status.rawValue
            answer.amount = intent.amount
            return answer
        case .storeError:
            if let call = callIndex(operation.id) { calls[call].key = .storedError }
            return Answer(.unknown)
        case .replay: return replay(operation)
        case .decline:
            if operation.kind == .confirm {
                execute(effect, operation.id, operation.kind, operation.amount, &trace)
            } else if let call = callIndex(operation.id) {
                calls[call].key = .declined
            }
            return Answer(.declined)
        case .succeed, .process, .askPayer, .declineWithIntent, .captureLess, .fail:
            execute(effect, operation.id, operation.kind, operation.amount, &trace)
        }
        if operation.kind == .refund {
            guard let place = provider.refunds.firstIndex(where: { $0.operation == operation.id }) else {
                return refusal(.invalidRequest)
            }
            let status = ModelRefund.bit(of: provider.refunds[place].status)
            note(operation.id, status)
            return Answer(.refund, status: status, detail: UInt8(place))
        }
        let now = provider.intents[index]
        note(operation.id, now.status.rawValue)
        let kind: Answer.Kind = effect == .declineWithIntent ? .declinedWithIntent : .intent
        return Answer(kind, status: now.status.rawValue, amount: now.amount)
    }

    private mutating func note(_ operation: Int64, _ status: UInt8) {
        if let call = callIndex(operation) { calls[call].firstStatus = status }
    }

    private func refusal(_ reason: RefusalReason) -> Answer {
        Answer(.refused, detail: UInt8(Cases.reasons.firstIndex(of: reason) ?? 0))
    }

    private func reason(for operation: OpenOperation, _ intent: ModelIntent) -> RefusalReason {
        if operation.kind == .cancel, !traits.contains(.cancels) { return .unsupported }
        if intent.exists, intent.status == .expired { return .gone }
        return operation.kind == .create || operation.kind == .refund ? .invalidRequest : .invalidState
    }

    /// The answer that the provider stored under the operation's key.
    private func replay(_ operation: OpenOperation) -> Answer {
        guard let call = callIndex(operation.id) else { return Answer(.unknown) }
        if calls[call].key != .executed { return Answer(calls[call].key == .declined ? .declined : .unknown) }
        let status = calls[call].firstStatus
        if operation.kind == .refund {
            let place = provider.refunds.firstIndex { $0.operation == operation.id } ?? 0
            return Answer(.refund, status: status, detail: UInt8(place))
        }
        let kind: Answer.Kind = status == IntentStatus.declined.rawValue ? .declinedWithIntent : .intent
        return Answer(kind, status: status, amount: provider.intents[Self.payment(of: operation.id)].amount)
    }

    /// Carries a call out. Afterwards the key replays it.
    mutating func execute(
        _ effect: Move.Effect, _ operation: Int64, _ kind: OperationKind, _ amount: Int64, isOrphaned: Bool = false,
        _ trace: inout Trace
    ) {
        let index = Self.payment(of: operation)
        if !isOrphaned, let call = callIndex(operation) {
            if calls[call].key == .executed { trace.fail("I1", "the provider carries one operation out twice") }
            calls[call].key = .executed
        }
        switch (kind, effect) {
        case (.create, _):
            provider.intents[index].exists = true
            provider.intents[index].report()
        case (.confirm, .process): provider.intents[index].move(to: .processing)
        case (.confirm, .askPayer): provider.intents[index].move(to: .requiresAction)
        case (.confirm, .decline), (.confirm, .declineWithIntent): provider.intents[index].move(to: .declined)
        case (.confirm, _): pay(index, less: effect == .captureLess)
        case (.capture, .process):
            provider.intents[index].captured = amount
            provider.intents[index].move(to: .processing)
        case (.capture, _): provider.intents[index].capture(effect == .captureLess ? amount - 1 : amount)
        case (.cancel, _): provider.intents[index].move(to: .canceled)
        case (.refund, .process): addRefund(index, operation, amount, .pending)
        case (.refund, .fail): addRefund(index, operation, amount, .failed)
        case (.refund, _): addRefund(index, operation, amount, .succeeded)
        }
        if !isOrphaned {
            let status =
                kind == .refund
                ? provider.refunds.first { $0.operation == operation }.map { ModelRefund.bit(of: $0.status) } ?? 0
                : provider.intents[index].status.rawValue
            note(operation, status)
        }
    }

    private mutating func addRefund(_ index: Int, _ operation: Int64, _ amount: Int64, _ status: RefundStatus) {
        _ = provider.addRefund(index, operation: operation, amount: amount, status)
    }

    private mutating func pay(_ index: Int, less: Bool = false) {
        let captured = provider.intents[index].captured
        if traits.contains(.isManual) {
            // A capture that was being processed, or else a confirmation.
            return captured > 0 ? provider.intents[index].capture(captured) : provider.intents[index].move(to: .requiresCapture)
        }
        provider.intents[index].capture(less ? 1 : provider.intents[index].amount)
    }

    /// A delayed request arrives. The key replays what is done already, and the provider refuses what is no longer possible.
    mutating func arriveLate(_ trace: inout Trace) {
        guard let request = delayed else { return }
        delayed = nil
        if !request.isOrphaned, let call = callIndex(request.operation), calls[call].key != .unused { return }
        let index = Self.payment(of: request.operation)
        let intent = provider.intents[index]
        let isPossible =
            switch request.kind {
            case .create: !intent.exists
            case .confirm: intent.isPayable
            case .capture: intent.status == .requiresCapture
            case .cancel: intent.exists && intent.status.isOpen && intent.status != .processing && traits.contains(.cancels)
            case .refund: provider.refundable(index) >= request.amount && provider.refunds.count < 3
            }
        guard isPossible else { return }
        execute(.succeed, request.operation, request.kind, request.amount, isOrphaned: request.isOrphaned, &trace)
    }

    // MARK: By itself

    mutating func act(_ index: Int, _ act: Move.Act) {
        switch act {
        case .isPaid: pay(index)
        case .isPaidLess: pay(index, less: true)
        case .fails:
            provider.intents[index].captured = 0
            provider.intents[index].move(to: .declined)
        case .asksPayer: provider.intents[index].move(to: .requiresAction)
        case .isCanceled: provider.intents[index].move(to: .canceled)
        case .expires: provider.intents[index].move(to: .expired)
        case .isPaidAfterCancel: provider.intents[index].capture(provider.intents[index].amount)
        case .changesAmount:
            provider.intents[index].amount = provider.intents[index].amount == Self.amount ? Self.otherAmount : Self.amount
            provider.intents[index].report()
        case .changesCurrency: provider.intents[index].isOrderCurrency.toggle()
        case .takesCaptureBack: provider.intents[index].move(to: .canceled)
        case .givesCaptureAgain: provider.intents[index].move(to: .succeeded)
        case .reportsWrongAmount: provider.intents[index].reports |= 1 << (UInt32(provider.intents[index].status.rawValue) + 9)
        case .reportsRelease: provider.showsRelease = true
        }
    }
}
