import GatewayLifecycle

/// An order at a provider that shows anything: what its payments become, step by step. It does around `decide` and `evolve` what
/// the ledger does, and keeps every change, so that a property can look at each.
struct OrderWalk: Sendable {
    /// One call of `evolve`.
    struct Change: Sendable {
        let before: PaymentState
        let observation: Observation
        let evolution: Evolution
    }

    /// One decision that led to a call.
    struct Call: Sendable {
        let payment: Int64
        let operation: PlannedOperation
        /// The order before the call was stored.
        let order: OrderState
    }

    private(set) var order = OrderState()
    private(set) var changes: [Change] = []
    private(set) var calls: [Call] = []
    private(set) var words: [String] = []
    let lifecycle: Lifecycle
    private var lastID: Int64 = 9

    private let isTold: Bool

    init(lifecycle: Lifecycle, isTold: Bool) {
        self.lifecycle = lifecycle
        self.isTold = isTold
    }

    mutating func make(_ step: OrderHistory.Step) {
        switch step {
        case .create(let creation): create(creation)
        case .command(let number, let command): decide(command, on: payment(number))
        case .onOperation(let number, let index, let action): operate(action, index, on: payment(number))
        case .intent(let number, var sight, let authority):
            guard let payment = payment(number) else { return }
            sight.id = id(of: payment, sight.id)
            evolve(payment.id, by: .intent(sight, self.authority(authority, payment)))
        case .refunds(let number, let sights, let authority):
            guard let payment = payment(number) else { return }
            let named = RefundSights(sights.refunds.map { name($0, payment) }, isComplete: sights.isComplete)
            evolve(payment.id, by: .refunds(named, self.authority(authority, payment)))
        case .dispute(let number, let dispute): payment(number).map { evolve($0.id, by: .dispute(dispute, .reported)) }
        }
    }

    // MARK: What a step means for the payment that it meets

    private func payment(_ number: Int) -> PaymentState? {
        order.payments.isEmpty ? nil : order.payment(order.payments[number % order.payments.count].id)
    }

    /// The payment's own intent for `pi_1`, and another one otherwise.
    private func id(of payment: PaymentState, _ id: ObjectID) -> ObjectID { id == "pi_1" ? ObjectID("pi_own_\(payment.id)") : id }

    /// The number of an operation in a sight is the place of the payment's refund that it belongs to.
    private func name(_ sight: RefundSight, _ payment: PaymentState) -> RefundSight {
        var sight = sight
        let operations = payment.refunds.compactMap(\.operation)
        sight.operation = sight.operation.flatMap { operations.isEmpty ? nil : operations[Int($0) % operations.count] }
        return sight
    }

    private func authority(_ authority: OrderHistory.Sighting, _ payment: PaymentState) -> Authority {
        switch authority {
        case .reported: .reported
        case .stale: .fetched(atVersion: payment.version - 1)
        case .fresh: .fetched(atVersion: payment.version)
        }
    }

    private func lookUp(_ lookUp: LookUp, _ payment: PaymentState) -> LookUp {
        switch lookUp {
        case .nothing: return .nothing
        case .intent(var sight):
            sight.id = id(of: payment, sight.id)
            return .intent(sight)
        case .refunds(let sights): return .refunds(sights.map { name($0, payment) })
        }
    }

    private func result(_ result: CallResult, _ payment: PaymentState) -> CallResult {
        func own(_ sight: IntentSight) -> IntentSight {
            var sight = sight
            sight.id = id(of: payment, sight.id)
            return sight
        }
        return switch result {
        case .intent(let sight): .intent(own(sight))
        case .refund(let sight): .refund(name(sight, payment))
        case .declined(let sight): .declined(sight.map(own))
        case .refused(let reason, let sight): .refused(reason, sight.map(own))
        case .notSent, .unknown, .lookUpFailed: result
        case .found(let found): .found(lookUp(found, payment))
        }
    }

    // MARK: What the ledger does

    private mutating func nextID() -> Int64 {
        lastID += 1
        return lastID
    }

    private mutating func create(_ creation: Creation) {
        let decision = lifecycle.decide(creation, on: order)
        if isTold { words.append("a client creates a payment: \(decision)") }
        switch decision {
        case .call(let operation): start(operation, creation)
        case .supersede(let other, let operation):
            evolve(other, by: .superseded)
            start(operation, creation)
        case .refuse, .reuse, .accepted, .observe: break
        }
    }

    private mutating func start(_ operation: PlannedOperation, _ creation: Creation) {
        let state = PaymentState(id: Int64(order.payments.count + 1), amount: 1000, isManualCapture: creation.isManualCapture)
        calls.append(Call(payment: state.id, operation: operation, order: order))
        order.payments.append(state)
        evolve(state.id, by: .requested(operation, id: nextID(), refundRow: nextID()))
    }

    private mutating func operate(_ action: OrderHistory.Action, _ index: Int, on payment: PaymentState?) {
        guard let payment, !payment.operations.isEmpty else { return }
        let operation = payment.operations[index % payment.operations.count]
        switch action {
        case .outcome(let result, let evidence):
            var evidence = evidence
            evidence.lookUpAfterRefusal = evidence.lookUpAfterRefusal.map { lookUp($0, payment) }
            evolve(payment.id, by: .outcome(Outcome(operation.id, self.result(result, payment), evidence: evidence)))
        case .overdue: evolve(payment.id, by: .overdue(operation: operation.id))
        case .lease: lease(operation.id, of: payment.id)
        case .sendAgain(let elapsed): decide(.repeatCall(operation: operation.id, elapsed), on: payment)
        case .declare(let word, let found, let isForced):
            let seen = found.map { lookUp($0, payment) }
            decide(.declare(operation: operation.id, word, seen, isForced: isForced), on: payment)
        }
    }

    /// Recovery takes an operation over.
    private mutating func lease(_ operation: Int64, of payment: Int64) {
        guard let index = order.payments.firstIndex(where: { $0.id == payment }) else { return }
        for place in order.payments[index].operations.indices where order.payments[index].operations[place].id == operation {
            order.payments[index].operations[place].isLeased = true
            order.payments[index].version += 1
        }
    }

    mutating func decide(_ command: Command, on payment: PaymentState?) {
        guard let payment else { return }
        let decision = lifecycle.decide(command, on: payment)
        if isTold { words.append("payment \(payment.id): \(command): \(decision)") }
        switch decision {
        case .call(let operation):
            calls.append(Call(payment: payment.id, operation: operation, order: order))
            if case .repeatCall(let id, _) = command {
                lease(id, of: payment.id)
            } else {
                evolve(payment.id, by: .requested(operation, id: nextID(), refundRow: nextID()))
            }
        case .observe(let observation): evolve(payment.id, by: observation)
        case .refuse, .supersede, .reuse, .accepted: break
        }
    }

    /// Applies an observation, stores what comes of it, and does what follows from it within the order.
    mutating func evolve(_ id: Int64, by observation: Observation) {
        guard let before = order.payment(id), let index = order.payments.firstIndex(where: { $0.id == id }) else { return }
        let evolution = lifecycle.evolve(before, by: observation)
        changes.append(Change(before: before, observation: observation, evolution: evolution))
        var after = evolution.state
        for place in after.refunds.indices where after.refunds[place].id == 0 { after.refunds[place].id = nextID() }
        if after != before { after.version += 1 }
        order.payments[index] = after
        if isTold { words.append("payment \(id): \(observation): \(after.status.rawValue) \(evolution.notes)") }
        for operation in evolution.planned {
            evolve(id, by: .requested(operation, id: nextID(), refundRow: nextID()))
        }
        for followUp in evolution.followUps {
            switch followUp {
            case .cancelSiblings(let others): for other in others { decide(.cancelSuperfluous, on: order.payment(other)) }
            case .notifySiblings: for other in order.payments where other.id != id { evolve(other.id, by: .siblingsChanged) }
            case .fetchIntent, .fetchRefunds, .fetchDisputes, .fetchAgain: break
            }
        }
    }
}
