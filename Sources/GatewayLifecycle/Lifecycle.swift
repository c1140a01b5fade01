/// The rules that decide about money: what a caller may do with a payment, and what the books say after something happened.
///
/// ``decide(_:on:)`` takes a command and says what to do. ``evolve(_:by:)`` takes an observation and says what the payment has
/// become. Both are pure: time, rows and answers come in as values, and nothing goes out but the result. Every request, provider
/// answer, webhook, look-up and operator's command goes through these two functions, and nothing else changes a status or an
/// amount.
///
/// Read in this order: ``PaymentState``, ``Observation``, `IntentEvolution.swift`, `OutcomeEvolution.swift`,
/// `RefundEvolution.swift`, ``Discrepancy``, ``Command``, `Decisions.swift`, ``OrderState``.
package struct Lifecycle: Sendable {
    /// Whether a payment that is paid beside another one of its order is refunded at once (setting `payments.refund_duplicates`).
    package var refundsDuplicates: Bool
    /// For how long after the client's request a confirmation is sent again (setting `payments.confirm_retry_window`).
    package var confirmRetryWindow: Duration
    /// The rules that a test broke.
    let mutants: LifecycleMutants

    /// The rules, with the settings that bear on them.
    package init(refundsDuplicates: Bool = false, confirmRetryWindow: Duration = .seconds(120), mutants: LifecycleMutants = []) {
        self.refundsDuplicates = refundsDuplicates
        self.confirmRetryWindow = confirmRetryWindow
        self.mutants = mutants
    }

    /// Returns what the payment becomes by an observation, and everything that goes with the change.
    ///
    /// An observation that shows nothing new returns the same state without notes. Observations that have been applied once can
    /// be applied again, and those of a consistent provider end in the same state in any order.
    package func evolve(_ state: PaymentState, by observation: Observation) -> Evolution {
        var draft = Draft(state, rules: self)
        switch observation {
        case .requested(let operation, let id, let refundRow): draft.add(operation, id: id, refundRow: refundRow)
        case .outcome(let outcome): draft.resolve(outcome)
        case .intent(let sight, let authority): draft.observe(sight, authority)
        case .refunds(let sights, let authority): draft.observe(sights, authority)
        case .dispute(let dispute, let authority): draft.observe(dispute, authority)
        case .siblingsChanged: break
        case .overdue(let operation): draft.markOverdue(operation)
        case .superseded: draft.supersede()
        case .declared(let operation, let word): draft.declare(operation, word)
        case .accepted: draft.accept()
        }
        return draft.finish()
    }
}
