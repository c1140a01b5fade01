import GatewayLifecycle

/// What holds in every step of the rules.
extension Trace {
    mutating func check(_ before: PaymentState, _ observation: Observation, _ evolution: Evolution, _ world: World) {
        let after = evolution.state
        if before.status != after.status,
            !(StatusTable.row(before.status, after.status)?.allows(observation.cause, before, after) ?? false)
        {
            fail("I5", "no row of the table leads from \(before.status) to \(after.status) by \(observation.cause)")
        }
        if after.captured < before.captured, before.capturedByOperator == 0, after.capturedAtProvider < before.capturedAtProvider
        {
            fail("I2", "captured money leaves the books again")
        }
        if evolution.planned.contains(where: { $0.reason == .duplicate }) {
            let keepsMoney = world.payments.contains { $0.id != before.id && $0.captured > $0.refunded + $0.reserved }
            if !keepsMoney { fail("P4", "the duplicate is refunded, and so is the payment that should be kept") }
        }
        checkEnds(before, observation, evolution, world)
        checkAuthority(before, observation, after)
        if after != before || !evolution.notes.isEmpty { checkNoise(before, evolution) }
        checkRepetition(before, observation, after, world)
    }

    /// An operation ends once, and never as failed although the provider carried it out, unless by the evidence of two look-ups.
    private mutating func checkEnds(_ before: PaymentState, _ observation: Observation, _ evolution: Evolution, _ world: World) {
        for end in evolution.ended {
            guard before.operations.contains(where: { $0.id == end.id }),
                !evolution.state.operations.contains(where: { $0.id == end.id })
            else {
                fail("I6", "an operation ends that is not open, or stays open")
                continue
            }
            guard let call = world.calls.first(where: { $0.operation == end.id }) else { continue }
            let intent = world.provider.intents[World.payment(of: end.id)]
            let wasDone = call.key == .executed && (end.kind == .refund || call.firstStatus != IntentStatus.declined.rawValue)
            let isRefused = !end.succeeded && (end.reason == .rejected || end.reason == .declined || end.reason == .notSent)
            let isExcluded = end.kind != .refund && (!intent.status.isOpen || intent.wasShown(.declined))
            if wasDone, isRefused, !isExcluded {
                fail("I6", "the \(end.kind) failed in the books, and the provider carried it out")
            }
        }
        guard case .outcome(let outcome) = observation,
            let operation = before.operations.first(where: { $0.id == outcome.operation })
        else { return }
        if operation.kind == .capture, case .declined(nil) = outcome.result, before.shown == .requiresCapture,
            evolution.state.shown != .requiresCapture
        {
            fail("I3", "a declined capture takes the authorization away")
        }
        if case .refused(let reason, _) = outcome.result, reason != .authentication,
            outcome.evidence.isKeyRemembered, outcome.evidence.isLookUpComplete, isUntouched(operation, world),
            evolution.ended.isEmpty
        {
            fail("P3", "a refusal is not believed although the key and the object show that nothing happened")
        }
    }

    /// Whether the provider has no trace of an operation and none is on its way.
    private func isUntouched(_ operation: OpenOperation, _ world: World) -> Bool {
        let index = World.payment(of: operation.id)
        guard world.delayed == nil, world.calls.first(where: { $0.operation == operation.id })?.key == .unused else {
            return false
        }
        let isUnrefunded = !world.provider.refunds.contains { $0.payment == index }
        let intent = world.provider.intents[index]
        switch operation.kind {
        case .create: return !intent.exists
        case .confirm: return intent.status == .requiresPaymentMethod
        case .capture: return intent.status == .requiresCapture
        case .cancel: return intent.status.isOpen
        case .refund: return isUnrefunded
        }
    }

    /// A report books what agrees and nothing else, and what was fetched before a change does not undo it.
    private mutating func checkAuthority(_ before: PaymentState, _ observation: Observation, _ after: PaymentState) {
        switch observation {
        case .intent(let sight, .fetched(let version)) where version != before.version:
            if sight.status.isOpen, after.shown != before.shown {
                fail("P1", "an intent that was fetched before a change is applied after it")
            }
        case .intent(_, .reported), .refunds(_, .reported), .dispute(_, .reported):
            if after.shown != before.shown, after.shown != .succeeded {
                fail("P1", "a webhook alone changes a status that is not final")
            }
            if after.refunds.count > before.refunds.count {
                fail("I3", "a webhook alone books a refund that the gateway did not ask for")
            }
            guard after.discrepancy != before.discrepancy, let open = after.discrepancy else { return }
            if !before.discrepancies.contains(where: { $0.code == open.code }) {
                fail("I3", "\(open.code) opens from a webhook alone")
            }
        default: return
        }
    }

    /// Every change has a line of history, and what matters to the shop or to operators is told.
    private mutating func checkNoise(_ before: PaymentState, _ evolution: Evolution) {
        let after = evolution.state
        if evolution.notes.isEmpty { fail("P5", "a change without a line of history") }
        func tells(_ event: LifecycleEvent) -> Bool { evolution.events.contains(event) }
        if before.captured == 0, after.captured > 0, !tells(.paymentSucceeded) { fail("P5", "a capture without an event") }
        if after.captured < before.captured, evolution.alerts.isEmpty { fail("P5", "money disappears without an alert") }
        if after.refunded > before.refunded, !tells(.paymentRefunded) { fail("P5", "a refund without an event") }
        for refund in after.refunds where !refund.status.givesBack {
            let old = before.refunds.first { $0.id == refund.id }
            if old?.status == .succeeded, !evolution.alerts.contains(.refundFailedAfterSuccess) {
                fail("P5", "a refund fails after it succeeded, without an alert")
            }
        }
        if after.disputes != before.disputes, !tells(.disputeOpened), !tells(.disputeUpdated), !tells(.disputeClosed) {
            fail("P5", "a dispute changes without an event")
        }
        if after.disputed != before.disputed, after.disputes != before.disputes, evolution.alerts.isEmpty {
            fail("P5", "a dispute takes or gives money without an alert")
        }
        if before.status == .requiresCapture, after.status == .canceled, after.closure == nil,
            !before.operations.contains(where: { $0.kind == .cancel }), !evolution.alerts.contains(.authorizationLapsed)
        {
            fail("P5", "an authorization lapses without an alert")
        }
        if before.discrepancy == nil, after.discrepancy != nil,
            !evolution.alerts.contains(.reviewOpened) || !tells(.paymentReviewOpened)
        {
            fail("P5", "a discrepancy opens without an alert")
        }
        if before.discrepancy != nil, after.discrepancy == nil, !tells(.paymentReviewClosed) {
            fail("P5", "a discrepancy closes without an event")
        }
    }

    /// What was applied once changes nothing the second time.
    private mutating func checkRepetition(
        _ before: PaymentState, _ observation: Observation, _ after: PaymentState, _ world: World
    ) {
        switch observation {
        case .intent, .refunds, .dispute:
            // Nothing was changed the first time either: the rules are pure.
            if after == before { return }
            let again = world.rules.evolve(after, by: observation)
            if again.state != after || !again.notes.isEmpty {
                fail("I7", "the same observation changes the payment a second time")
            }
        default: return
        }
    }
}

extension ModelIntent {
    /// Whether the provider showed the intent so at any time.
    func wasShown(_ status: IntentStatus) -> Bool {
        let bit = UInt32(status.rawValue)
        return reports & (1 << bit | 1 << (bit + 9)) != 0
    }
}

extension Observation {
    /// Under which heading of the transition table the observation falls.
    var cause: TransitionTable.Cause {
        switch self {
        case .requested, .superseded: .request
        case .outcome: .answer
        case .intent, .refunds, .dispute, .siblingsChanged, .overdue: .observation
        case .declared, .accepted: .operatorWord
        }
    }
}

/// The rows of ``TransitionTable`` in a form that is quick to look up.
private enum StatusTable {
    private static let statuses = PaymentStatus.allCases
    private static let rows = statuses.map { from in statuses.map { to in TransitionTable.row(from, to) } }

    static func row(_ from: PaymentStatus, _ to: PaymentStatus) -> TransitionTable.Row? {
        guard let from = statuses.firstIndex(of: from), let to = statuses.firstIndex(of: to) else { return nil }
        return rows[from][to]
    }
}

extension TransitionTable.Row {
    /// Whether a step for this cause keeps to the row.
    func allows(_ cause: TransitionTable.Cause, _ before: PaymentState, _ after: PaymentState) -> Bool {
        guard causes.contains(cause) else { return false }
        return switch condition {
        case .declaredBefore: before.capturedByOperator > 0
        case .showsDiscrepancy: !after.discrepancies.isEmpty
        case nil: true
        }
    }
}
