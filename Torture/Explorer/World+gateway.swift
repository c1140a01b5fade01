import GatewayLifecycle

/// What the gateway's adapter does around `decide` and `evolve`.
extension World {
    /// Applies an observation in one transaction, with everything that goes with the change.
    mutating func observe(_ index: Int, _ observation: Observation, _ trace: inout Trace) {
        let before = payment(index)
        let evolution = rules.evolve(before, by: observation)
        if trace.isChecking { trace.check(before, observation, evolution, self) }
        var state = evolution.state
        state.siblings = .none
        for place in state.refunds.indices where state.refunds[place].id == 0 {
            state.refunds[place].id = (state.refunds.map(\.id).max() ?? 0) + 1
        }
        if state != payments[index] {
            looks[index]?.isStale = true
            payments[index] = state
        }
        for end in evolution.ended {
            if delayed?.operation == end.id {
                // A key that was used gives its answer again, whenever the request arrives.
                if calls.contains(where: { $0.operation == end.id && $0.key != .unused }) { delayed = nil }
                delayed?.isOrphaned = true
            }
            calls.removeAll { $0.operation == end.id }
        }
        for id in evolution.kept {
            if let call = callIndex(id) {
                calls[call].phase = .idle
                calls[call].answer = Answer(.unknown)
            }
        }
        for operation in evolution.planned { store(operation, index, &trace) }
        for followUp in evolution.followUps { follow(followUp, index, &trace) }
    }

    private mutating func follow(_ followUp: FollowUp, _ index: Int, _ trace: inout Trace) {
        switch followUp {
        case .fetchIntent, .fetchAgain: needsIntent[index] = true
        case .fetchRefunds: needsRefunds[index] = true
        // Every event of a dispute arrives in this world, and its clock is the provider's: the newest event is the latest state.
        case .fetchDisputes: break
        case .cancelSiblings(let ids):
            for id in ids {
                let other = Int(id) - 1
                switch decide(.cancelSuperfluous, other, &trace) {
                case .call(let operation): store(operation, other, &trace)
                case .observe(let observation): observe(other, observation, &trace)
                case .refuse, .supersede, .reuse, .accepted: break
                }
            }
        case .notifySiblings:
            for other in payments.indices where other != index && payments[other].isPaid {
                observe(other, .siblingsChanged, &trace)
            }
        }
    }

    /// Asks the rules about a payment.
    func decide(_ command: Command, _ index: Int, _ trace: inout Trace) -> Decision {
        let state = payment(index)
        let decision = rules.decide(command, on: state)
        if trace.isChecking { trace.check(command, state, decision, self) }
        return decision
    }

    /// Stores an operation. A client's is called by the task that stores it; one of the gateway's own waits for recovery.
    mutating func store(_ operation: PlannedOperation, _ index: Int, _ trace: inout Trace) {
        var id = Self.operationID(index, operation.kind)
        if operation.kind == .refund {
            // Beyond the model's room the world does not follow.
            guard let next = nextRefundOperation(index) else { return }
            id = next
        }
        let row = (payments[index].refunds.map(\.id).max() ?? 0) + 1
        if callIndex(id) != nil { return trace.fail("I1", "two operations of one kind are open at once") }
        observe(index, .requested(operation, id: id, refundRow: row), &trace)
        var call = ModelCall(operation: id)
        if operation.reason == .client { call.phase = .sending }
        calls.insert(call, at: calls.firstIndex { $0.operation > id } ?? calls.endIndex)
        if delayed?.operation == id { delayed?.isOrphaned = true }
    }

    /// A client asks for a payment of the order.
    mutating func create(_ trace: inout Trace) {
        let creation = Creation(isManualCapture: traits.contains(.isManual))
        let decision = rules.decide(creation, on: order)
        if trace.isChecking { trace.check(creation, decision, self) }
        var planned: PlannedOperation
        switch decision {
        case .call(let operation): planned = operation
        case .supersede(let id, let operation):
            guard payments.count < 2 else { return }
            observe(Int(id) - 1, .superseded, &trace)
            planned = operation
        case .refuse, .observe, .reuse, .accepted: return
        }
        guard payments.count < 2 else { return }
        payments.append(
            PaymentState(id: Int64(payments.count + 1), amount: Self.amount, isManualCapture: traits.contains(.isManual)))
        store(planned, payments.count - 1, &trace)
    }

    /// A client's or an operator's command that may lead to a call. Returns whether it did.
    mutating func command(_ command: Command, _ index: Int, _ trace: inout Trace) -> Bool {
        guard case .call(let operation) = decide(command, index, &trace) else { return false }
        if operation.kind == .refund, nextRefundOperation(index) == nil { return false }
        store(operation, index, &trace)
        return true
    }

    // MARK: Outcomes

    /// What a look-up by recovery shows now.
    func lookUp(_ operation: Int64) -> LookUp {
        let index = Self.payment(of: operation)
        switch Self.kind(of: operation) {
        case .refund: return .refunds(provider.sights(ofRefundsOf: index, names: traits.contains(.namesRefunds)))
        case .create where payments[index].intentID == nil && !traits.contains(.finds): return .nothing
        case .create, .confirm, .capture, .cancel:
            return provider.intents[index].exists ? .intent(provider.sight(index)) : .nothing
        }
    }

    /// Takes the outcome of a call, or of a look-up in its place.
    mutating func resolve(_ operation: Int64, _ result: CallResult, _ trace: inout Trace) {
        guard let call = callIndex(operation), let open = openOperation(operation) else { return }
        var evidence = Evidence()
        evidence.isKeyRemembered = traits.contains(.remembersKeys) && calls[call].age < 2
        evidence.isLastCallOld = calls[call].isLastCallOld
        evidence.isLookUpComplete =
            open.kind != .create || traits.contains(.finds) || payments[Self.payment(of: operation)].intentID != nil
        if case .refused = result, open.mayHaveBeenSent { evidence.lookUpAfterRefusal = lookUp(operation) }
        observe(Self.payment(of: operation), .outcome(Outcome(operation, result, evidence: evidence)), &trace)
    }

    /// Takes an answer that was kept.
    mutating func take(_ operation: Int64, _ answer: Answer, _ trace: inout Trace) {
        switch answer.kind {
        case .foundIntent, .foundNothing: finishLookUp(operation, result(of: answer, operation), &trace)
        default: resolve(operation, result(of: answer, operation), &trace)
        }
    }

    private func result(of answer: Answer, _ operation: Int64) -> CallResult {
        let index = Self.payment(of: operation)
        let status = IntentStatus(rawValue: answer.status) ?? .processing
        let sight = provider.sight(index, status, amount: answer.amount)
        let reason = Cases.reasons[Int(answer.detail) % Cases.reasons.count]
        switch answer.kind {
        case .intent: return .intent(sight)
        case .refund:
            let place = Int(answer.detail)
            return .refund(provider.sight(ofRefund: place, ModelRefund.statuses[Int(answer.status)], names: true))
        case .declined: return .declined(nil)
        case .declinedWithIntent: return .declined(sight)
        case .refused: return .refused(reason, nil)
        case .refusedWithIntent: return .refused(reason, sight)
        case .notSent: return .notSent
        case .unknown: return .unknown
        case .foundIntent: return .found(.intent(sight))
        case .foundNothing: return .found(.nothing)
        }
    }

    // MARK: Recovery

    mutating func recover(_ operation: Int64, _ answering: Move.Answering, _ trace: inout Trace) {
        guard let call = callIndex(operation) else { return }
        setLease(operation, true)
        switch answering {
        // Nothing was learned. A call whose process is gone may have taken effect all the same.
        case .never: resolve(operation, .lookUpFailed, &trace)
        case .atOnce: finishLookUp(operation, .found(lookUp(operation)), &trace)
        case .late:
            calls[call].phase = .answering
            if case .intent(let sight) = lookUp(operation) {
                calls[call].answer = Answer(.foundIntent, status: sight.status.rawValue, amount: sight.amount)
            } else {
                calls[call].answer = Answer(.foundNothing)
            }
        }
    }

    /// Applies what recovery found. Where that leaves the operation open, the rules say whether the call is made again.
    private mutating func finishLookUp(_ operation: Int64, _ result: CallResult, _ trace: inout Trace) {
        resolve(operation, result, &trace)
        guard let call = callIndex(operation), openOperation(operation) != nil else { return }
        let since: [Duration] = [.seconds(1), .seconds(660), .seconds(90_000), .seconds(262_800)]
        let memory: Duration = traits.contains(.remembersKeys) ? .seconds(86_400) : .zero
        let elapsed = Elapsed(sinceRequest: since[Int(calls[call].age)], keyMemory: memory)
        guard case .call = decide(.repeatCall(operation: operation, elapsed), Self.payment(of: operation), &trace) else { return }
        setLease(operation, true)
        noteSent(operation)
        calls[call].phase = .sending
        calls[call].isLastCallOld = false
    }

    /// Notes in the operation's row whether a task works on it.
    private mutating func setLease(_ operation: Int64, _ isLeased: Bool) {
        let index = Self.payment(of: operation)
        guard let place = payments[index].operations.firstIndex(where: { $0.id == operation }) else { return }
        payments[index].operations[place].isLeased = isLeased
    }

    /// Recovery stores that an operation may have been sent before it sends it.
    private mutating func noteSent(_ operation: Int64) {
        let index = Self.payment(of: operation)
        guard let place = payments[index].operations.firstIndex(where: { $0.id == operation }) else { return }
        payments[index].operations[place].mayHaveBeenSent = true
    }

    /// Ends every task of the process. Nobody knows what became of their calls.
    mutating func crash() {
        for call in calls.indices where calls[call].phase != .idle {
            calls[call].phase = .idle
            calls[call].answer = Answer(.unknown)
            let index = Self.payment(of: calls[call].operation)
            guard let place = payments[index].operations.firstIndex(where: { $0.id == calls[call].operation }) else { continue }
            payments[index].operations[place].isLeased = false
            payments[index].operations[place].mayHaveBeenSent = true
        }
        looks = [nil, nil]
    }

    mutating func passTime(_ trace: inout Trace) {
        var overdue: [Int64] = []
        for call in calls.indices {
            calls[call].isLastCallOld = true
            guard calls[call].age < 3 else { continue }
            calls[call].age += 1
            if calls[call].age == 3 { overdue.append(calls[call].operation) }
        }
        for operation in overdue where openOperation(operation) != nil {
            observe(Self.payment(of: operation), .overdue(operation: operation), &trace)
        }
    }

    // MARK: Webhooks and looks

    mutating func receive(_ report: Move.Report, _ trace: inout Trace) {
        let names = traits.contains(.namesRefunds)
        switch report {
        case .intent(let index, let status, let hasOtherAmount):
            let sight = provider.sight(index, status, amount: hasOtherAmount ? Self.otherAmount : Self.amount)
            observe(index, .intent(sight, .reported), &trace)
        case .refund(let place, let status):
            let sight = provider.sight(ofRefund: place, status, names: names)
            observe(provider.refunds[place].payment, .refunds(RefundSights([sight], isComplete: false), .reported), &trace)
        case .dispute(let place, let stage):
            observe(provider.disputes[place].payment, .dispute(provider.sight(ofDispute: place, stage), .reported), &trace)
        case .release:
            let sight = RefundSight(id: ModelProvider.releaseID, amount: 1, status: .succeeded)
            observe(0, .refunds(RefundSights([sight], isComplete: false), .reported), &trace)
        }
    }

    static let otherAmount: Int64 = 3

    /// Fetches the intent, and the refunds where there may be some, and applies both.
    mutating func look(_ index: Int, _ trace: inout Trace) {
        let withRefunds = needsRefunds[index] || payments[index].isPaid
        needsIntent[index] = false
        needsRefunds[index] = false
        if provider.intents[index].exists { observe(index, .intent(provider.sight(index), .fetched(atVersion: 0)), &trace) }
        guard withRefunds || payments[index].isPaid else { return }
        lookAtRefunds(index, &trace)
    }

    mutating func beginLook(_ index: Int) {
        let sight = provider.sight(index)
        looks[index] = ModelLook(status: sight.status, amount: sight.amount)
        needsIntent[index] = false
    }

    mutating func endLook(_ index: Int, _ trace: inout Trace) {
        guard let look = looks[index] else { return }
        looks[index] = nil
        let sight = provider.sight(index, look.status, amount: look.amount)
        observe(index, .intent(sight, .fetched(atVersion: look.isStale ? -1 : 0)), &trace)
    }

    private mutating func lookAtRefunds(_ index: Int, _ trace: inout Trace) {
        let sights = provider.sights(ofRefundsOf: index, names: traits.contains(.namesRefunds))
        observe(index, .refunds(RefundSights(sights, isComplete: true), .fetched(atVersion: 0)), &trace)
    }

    // MARK: Operators

    mutating func declare(_ operation: Int64, succeeded: Bool, isForced: Bool, _ trace: inout Trace) {
        let word = operatorWord(operation, succeeded: succeeded)
        let command = Command.declare(operation: operation, word, lookUp(operation), isForced: isForced)
        let index = Self.payment(of: operation)
        guard case .observe(let observation) = decide(command, index, &trace) else { return }
        if case .outcome(let outcome) = observation {
            resolve(operation, outcome.result, &trace)
        } else {
            observe(index, observation, &trace)
        }
    }

    /// The operator's word, with the object that the provider has for the operation, or one that it does not know.
    func operatorWord(_ operation: Int64, succeeded: Bool) -> OperatorWord {
        guard succeeded else { return .failed }
        switch Self.kind(of: operation) {
        case .create: return .succeeded(ModelProvider.intentIDs[Self.payment(of: operation)])
        case .refund:
            let place = provider.refunds.firstIndex { $0.operation == operation }
            return .succeeded(place.map { ModelProvider.refundIDs[$0] } ?? ModelProvider.releaseID)
        case .confirm, .capture, .cancel: return .succeeded(nil)
        }
    }
}
