import GatewayLifecycle

// What must be true of every walk. Each returns what is wrong, in words, or nil.
extension OrderWalk {
    // MARK: Conservation

    /// Says where money is counted twice or lost.
    func conservation() -> String? {
        var moved: [Int64: [Int64]] = [:]
        for change in changes {
            let (before, after, movements) = (change.before, change.evolution.state, change.evolution.movements)
            if let wrong = Self.conservation(of: after) { return "payment \(after.id): \(wrong)" }
            let sums = [movements.captured, movements.refunded, movements.reserved, movements.disputed]
            moved[after.id] = zip(moved[after.id] ?? [0, 0, 0, 0], sums).map { $0 + $1 }
            if moved[after.id] != [after.captured, after.refunded, after.reserved, after.disputed] {
                return "payment \(after.id): the movements \(moved[after.id] ?? []) are not the sums"
            }
            if case .requested(let operation, _, _) = change.observation, operation.kind == .refund,
                operation.amount > before.refundable || after.refundable != before.refundable - operation.amount
            {
                return "payment \(after.id): a refund of \(operation.amount), where \(before.refundable) could be refunded"
            }
        }
        return nil
    }

    private static func conservation(of state: PaymentState) -> String? {
        if state.refunded < 0 || state.reserved < 0 || state.disputed < 0 || state.refundable < 0 { return "a sum is negative" }
        if state.refunded + state.reserved > state.captured { return "more is back or on its way than was captured" }
        if state.disputed > state.captured { return "more is disputed than was captured" }
        let left = state.captured - state.refunded - state.reserved - state.disputed
        if state.refundable != max(0, left) { return "refundable is \(state.refundable), and should be \(max(0, left))" }
        var (back, onTheirWay) = (0.0, 0.0)
        for refund in state.refunds {
            if refund.status == .succeeded { back += Double(refund.currentAmount) }
            if refund.status.isOnItsWay { onTheirWay += Double(refund.currentAmount) }
        }
        let captured = Double(state.captured)
        if Double(state.refunded) != min(captured, back) { return "refunded is \(state.refunded), and the refunds say \(back)" }
        let isExceeded = state.isPaid && back + onTheirWay > captured
        if isExceeded != state.discrepancies.contains(where: { $0.code == .refundExceeds }) { return "refund_exceeds is wrong" }
        var held = 0.0
        for dispute in state.disputes where [.open, .underReview, .lost].contains(dispute.stage) {
            held += dispute.isOrderCurrency ? Double(dispute.amount) : captured
        }
        return Double(state.disputed) == min(captured, held) ? nil : "disputed is \(state.disputed), and the disputes say \(held)"
    }

    // MARK: One charge

    /// Says where an order was charged beside a payment that is paid or may be.
    func oneCharge() -> String? {
        for call in calls where [.create, .confirm, .capture].contains(call.operation.kind) {
            let others = call.order.payments.filter { $0.id != call.payment }
            if let other = others.first(where: \.isPaid) {
                return "payment \(call.payment): \(call.operation.kind) is called beside payment \(other.id), which is paid"
            }
            if let other = others.first(where: \.mayStillBePaid) {
                return
                    "payment \(call.payment): \(call.operation.kind) is called beside payment \(other.id), which may still be paid"
            }
            let own = call.order.payments.first { $0.id == call.payment }
            if own.map({ !$0.mayStillBePaid }) ?? false { return "payment \(call.payment): \(call.operation.kind) after its end" }
        }
        for payment in order.payments {
            // Whatever its open operations come to.
            guard var idle = order.payment(payment.id), idle.siblings.hasPaid || !idle.siblings.open.isEmpty else { continue }
            idle.operations = []
            for command in [Command.confirm, .capture(nil, .all)] {
                if case .call = lifecycle.decide(command, on: idle) {
                    return "payment \(idle.id) can be charged beside another one"
                }
            }
        }
        let open = order.payments.filter(\.mayStillBePaid)
        if open.count > 1 { return "\(open.count) payments of the order may still be paid" }
        let paid = order.payments.filter { $0.isPaid && $0.refunded < $0.captured }
        let silent = paid.filter { $0.discrepancy == nil && $0.accepted.isEmpty }
        if silent.count > 1 { return "\(silent.count) payments of the order are paid, and no discrepancy says so" }
        return nil
    }

    // MARK: Nothing is silent

    /// Says which change nobody hears of.
    func silence() -> String? {
        for change in changes {
            let evolution = change.evolution
            let (before, after) = (change.before, evolution.state)
            if after != before, evolution.notes.isEmpty { return "payment \(after.id): a change without a line of history" }
            if after == before, !evolution.events.isEmpty || !evolution.movements.isEmpty { return "an event without a change" }
            if let missing = Self.missingEvent(before, after, evolution.events) {
                return "payment \(after.id): no event \(missing)"
            }
            if let missing = Self.missingAlert(before, after, evolution.alerts) {
                return "payment \(after.id): no alert \(missing)"
            }
            if let swallowed = Self.swallowed(change) { return "payment \(after.id): \(swallowed)" }
            if !after.siblings.open.isEmpty, after.isPaid, !before.isPaid,
                !evolution.followUps.contains(.cancelSiblings(after.siblings.open))
            {
                return "payment \(after.id) is paid, and nobody cancels \(after.siblings.open)"
            }
            if !TransitionTable.allows(before.status, after.status) {
                return "payment \(after.id): \(before.status.rawValue) to \(after.status.rawValue) is not in the table"
            }
        }
        return nil
    }

    /// Says which truth that the provider showed for sure is not in the books afterwards.
    private static func swallowed(_ change: Change) -> String? {
        let after = change.evolution.state
        switch change.observation {
        case .intent(let sight, let authority):
            let captured = sight.captured ?? sight.amount
            guard authority != .reported, sight.isOrderCurrency, sight.status == .succeeded, sight.id == after.intentID else {
                return nil
            }
            return after.capturedAtProvider >= captured ? nil : "a capture of \(captured) is swallowed"
        case .refunds(let sights, let authority):
            guard authority != .reported, sights.isComplete else { return nil }
            let lost = sights.refunds.first { sight in
                sight.isOrderCurrency && !after.hasOtherRefund
                    && !after.refunds.contains { $0.providerID == sight.id && $0.status.rank >= sight.status.rank }
            }
            return lost.map { "the refund \($0.id), \($0.status), is swallowed" }
        case .dispute(let dispute, _):
            let isKnown = after.disputes.contains { $0.id == dispute.id && $0.changedAt >= dispute.changedAt }
            return isKnown ? nil : "the dispute \(dispute.id) is swallowed"
        default: return nil
        }
    }

    private static func missingEvent(_ before: PaymentState, _ after: PaymentState, _ events: [LifecycleEvent]) -> LifecycleEvent?
    {
        var expected: [LifecycleEvent] = []
        if before.intentID == nil, after.intentID != nil { expected.append(.paymentCreated) }
        if !before.isPaid, after.isPaid { expected.append(.paymentSucceeded) }
        if after.refunded > before.refunded { expected.append(.paymentRefunded) }
        let statuses: [PaymentStatus: LifecycleEvent] = [
            .requiresAction: .paymentRequiresAction, .processing: .paymentProcessing, .requiresCapture: .paymentAuthorized,
            .failed: .paymentFailed, .canceled: .paymentCanceled,
        ]
        if before.status != after.status, let event = statuses[after.status] { expected.append(event) }
        for refund in after.refunds where after.isPaid {
            let old =
                before.refunds.first { $0.operation == refund.operation && $0.providerID == refund.providerID }
                ?? before.refunds.first { $0.operation == refund.operation && $0.operation != nil }
                ?? before.refunds.first { $0.providerID == refund.providerID && $0.providerID != nil }
            if old == nil { expected.append(.refundCreated) }
            guard let old, before.isPaid, old.status != refund.status else { continue }
            if refund.status == .succeeded { expected.append(.refundSucceeded) }
            if !refund.status.givesBack { expected.append(.refundFailed) }
        }
        for dispute in after.disputes {
            let old = before.disputes.first { $0.id == dispute.id }
            if old == nil { expected.append(.disputeOpened) }
            if dispute.stage.isClosed, old?.stage != dispute.stage { expected.append(.disputeClosed) }
            if !dispute.stage.isClosed, old != nil, old != dispute { expected.append(.disputeUpdated) }
        }
        if after.discrepancy != before.discrepancy {
            expected.append(after.discrepancy == nil ? .paymentReviewClosed : .paymentReviewOpened)
        }
        return expected.first { !events.contains($0) }
    }

    private static func missingAlert(_ before: PaymentState, _ after: PaymentState, _ alerts: [Alert]) -> Alert? {
        var expected: [Alert] = []
        if after.captured < before.captured { expected.append(.declarationContradicted) }
        for refund in after.refunds where !refund.status.givesBack {
            let succeeded = before.refunds.contains { $0.id == refund.id && $0.status == .succeeded }
            if succeeded, before.isPaid || refund.operation != nil, after.isPaid || refund.operation != nil {
                expected.append(.refundFailedAfterSuccess)
            }
        }
        for dispute in after.disputes {
            let old = before.disputes.first { $0.id == dispute.id }
            if dispute.stage == .lost, old?.stage != .lost { expected.append(.disputeLost) }
            if dispute.stage.holdsMoney, dispute.stage != .lost, old == nil { expected.append(.disputeOpened) }
            if dispute.stage.isClosed, dispute.stage != .lost, old?.stage != dispute.stage { expected.append(.disputeClosed) }
        }
        if let open = after.discrepancy, open != before.discrepancy { expected.append(.reviewOpened) }
        let isOurs = after.closure != nil || before.operations.contains { $0.kind == .cancel }
        if before.status == .requiresCapture, after.status == .canceled, !isOurs { expected.append(.authorizationLapsed) }
        return expected.first { !alerts.contains($0) }
    }

    // MARK: No dead ends

    /// Says which payment cannot come to an end, by the provider's observations alone or by an operator's word.
    func deadEnd() -> String? {
        for payment in order.payments {
            for truth in [IntentStatus.succeeded, .canceled, .expired] {
                var walk = self
                // A payment that turns out to be a duplicate brings a refund of the gateway's own with it.
                for _ in 0..<2 { walk.observe(truth, of: payment.id) }
                if let stuck = walk.stuck(payment.id) { return "The provider shows \(truth): \(stuck)" }
            }
            var walk = self
            for _ in 0..<2 { walk.observe(.requiresPaymentMethod, of: payment.id) }
            if let open = walk.order.payment(payment.id)?.operations.first(where: { $0.kind != .cancel }) {
                return "The provider shows no trace: payment \(payment.id) keeps its \(open.kind) open"
            }
            walk = self
            walk.finishByWord(payment.id)
            if let stuck = walk.stuck(payment.id) { return "An operator speaks: \(stuck)" }
            if let open = walk.order.payment(payment.id)?.discrepancy { return "An operator cannot accept \(open.code.rawValue)" }
        }
        return nil
    }

    private func stuck(_ id: Int64) -> String? {
        guard let state = order.payment(id) else { return nil }
        if let open = state.operations.first(where: { $0.kind != .cancel || state.mayStillBePaid }) {
            return "payment \(id) keeps its \(open.kind) open"
        }
        return TransitionTable.final.contains(state.status) ? nil : "payment \(id) stays \(state.status.rawValue)"
    }

    /// Recovery looks each operation up, webhooks and polls show the rest, and all of it shows the same.
    private mutating func observe(_ truth: IntentStatus, of id: Int64) {
        guard let payment = order.payment(id) else { return }
        let intent = IntentSight(id: payment.intentID ?? "pi_found", status: truth, amount: 1000)
        let refunds = payment.refunds.compactMap { refund in
            refund.providerID.map {
                RefundSight(id: $0, operation: refund.operation, amount: refund.currentAmount, status: .succeeded)
            }
        }
        for operation in payment.operations {
            let found: LookUp = operation.kind == .refund ? .refunds(refunds) : .intent(intent)
            if !operation.mayHaveBeenSent { evolve(id, by: .outcome(Outcome(operation.id, .unknown))) }
            for _ in 0..<2 { evolve(id, by: .outcome(Outcome(operation.id, .found(found), evidence: .conclusive))) }
            // A listed refund that names no operation may be this one's, until the provider shows the one that is.
            let own = RefundSight(id: "re_own", operation: operation.id, amount: operation.amount, status: .succeeded)
            evolve(id, by: .outcome(Outcome(operation.id, .found(.refunds(refunds + [own])))))
        }
        evolve(id, by: .intent(intent, .fetched(atVersion: order.payment(id)?.version ?? 0)))
        evolve(id, by: .refunds(RefundSights(refunds, isComplete: true), .fetched(atVersion: order.payment(id)?.version ?? 0)))
    }

    /// An operator declares what is open as failed, has the payment canceled and declares that done, and accepts every
    /// discrepancy. Only the ends of tasks that work on it come from elsewhere.
    private mutating func finishByWord(_ id: Int64) {
        for _ in 0..<30 {
            guard let payment = order.payment(id) else { return }
            if let operation = payment.operations.first {
                if operation.isLeased || !operation.isUnknown { evolve(id, by: .outcome(Outcome(operation.id, .unknown))) }
                let word: OperatorWord = operation.kind == .cancel ? .succeeded(nil) : .failed
                decide(.declare(operation: operation.id, word, nil, isForced: true), on: order.payment(id))
            } else if payment.discrepancy != nil {
                decide(.accept(nil), on: payment)
            } else if payment.mayStillBePaid {
                decide(.cancel, on: payment)
            } else {
                return
            }
        }
    }
}
