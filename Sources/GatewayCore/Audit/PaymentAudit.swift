package import GatewayLifecycle
package import Logging
package import ProviderAPI

/// Compares payments, open or closed, with their providers, and has the state machine book what differs.
///
/// The audit works in parts: each ends after some seconds and says up to which payment it came, so that hours of work can be stopped and
/// continued at any payment. It asks each provider at a bounded rate, and changes one payment in each transaction.
package struct PaymentAudit: Sendable {
    let store: any GatewayStore
    let registry: any ProviderRegistry
    let supervisor: FlowSupervisor
    let lifecycle: Lifecycle
    let clock: any ProviderClock
    let logger: Logger

    /// How many payments are compared at once, at most.
    static let width = 32
    /// How many payments one part compares at most.
    static let partSize = 8 * width
    /// No part begins with further payments after this time.
    static let partTime = Duration.seconds(5)
    /// The type of the lines of history.
    static let lineType = "audited"
    /// How many ids one query of the database passes at most.
    private static let idSpan: Int64 = 10_000
    /// So often a payment is fetched where it changes meanwhile.
    private static let attempts = 3

    /// An audit over a store and the providers in use.
    package init(
        store: any GatewayStore, registry: any ProviderRegistry, supervisor: FlowSupervisor, lifecycle: Lifecycle,
        clock: any ProviderClock, logger: Logger
    ) {
        // Clients' writes go first.
        self.store = store.patient
        self.registry = registry
        self.supervisor = supervisor
        self.lifecycle = lifecycle
        self.clock = clock
        self.logger = logger
    }

    /// Compares the next payments of a selection.
    ///
    /// - Throws: ``GatewayError/Code/notFound`` where the selection names a provider that is not loaded; ``StoreError``;
    ///   `CancellationError`.
    package func compareNext(_ selection: AuditSelection) async throws -> AuditReport {
        if let name = selection.provider, registry.provider(named: name) == nil {
            let names = registry.providers.map(\.name).joined(separator: ", ")
            throw GatewayError(.notFound, "There is no provider \(name); there are: \(names).")
        }
        // So many are under way that the rate can be reached, and that a part ends soon where it is low.
        let width = min(Self.width, max(1, selection.rate))
        var through = selection.through
        if through == nil { through = try await store.read { try $0.newestTransactionID() } }
        var report = AuditReport(last: selection.after, through: through ?? 0)
        let end = clock.now().advanced(by: Self.partTime)
        var paces: [String: QuestionPace] = [:]
        for provider in registry.providers { paces[provider.name] = QuestionPace(rate: selection.rate, clock: clock) }
        var count = 0
        while !report.isAtEnd, count < Self.partSize, clock.now() < end {
            try Task.checkCancellation()
            let upTo = min(report.through, report.last + Self.idSpan)
            let page = try await store.read { [last = report.last] reader in
                try reader.transactions(
                    after: last, upTo: upTo, createdFrom: selection.since, provider: selection.provider, limit: width)
            }
            for result in try await compare(page, paces) { report.add(result) }
            count += page.count
            report.last = page.count < width ? upTo : page.last?.id ?? upTo
        }
        for pace in paces.values { try await pace.waitForEnd() }
        return report
    }

    /// What became of one payment.
    fileprivate enum Result {
        case equal
        case difference(AuditReport.Difference)
        case uncompared(AuditReport.Uncompared)
        case withoutIntent(String)
        case notLoaded(String)
    }

    fileprivate struct Compared {
        var result: Result
        var limits: Set<String> = []
    }

    private func compare(_ page: [PaymentTransaction], _ paces: [String: QuestionPace]) async throws -> [Compared] {
        try await withThrowingTaskGroup(of: (Int, Compared).self) { group in
            for (index, payment) in page.enumerated() {
                group.addTask { (index, try await compare(payment, paces)) }
            }
            var results: [(Int, Compared)] = []
            for try await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func compare(_ payment: PaymentTransaction, _ paces: [String: QuestionPace]) async throws -> Compared {
        guard let intentID = payment.paymentIntentID else { return Compared(result: .withoutIntent(payment.reasonForNoIntent)) }
        guard let provider = registry.provider(named: payment.provider), let pace = paces[payment.provider] else {
            return Compared(result: .notLoaded(payment.provider))
        }
        func uncompared(_ reason: String, isUnanswered: Bool = false) -> Result {
            .uncompared(
                AuditReport.Uncompared(
                    payment: payment.id, provider: payment.provider, reason: reason, isUnanswered: isUnanswered))
        }
        var questions = AuditQuestions(
            provider: provider, intentID: intentID, pace: pace, supervisor: supervisor, clock: clock,
            requestID: "audit-\(payment.id)")
        var first: PaymentState?
        for _ in 0..<Self.attempts {
            let known = try await store.read { reader in
                guard let row = try reader.transaction(payment.id) else { throw GatewayError.notFound("payment") }
                return (row, try reader.refunds(transactionID: row.id))
            }
            let fetched: FetchedPayment
            do {
                fetched = try await questions.ask(about: known.0, refunds: known.1)
            } catch ProviderError.rejected(let rejection) where rejection.reason == .notFound {
                return Compared(result: .difference(unknown(payment, intentID)), limits: questions.limits)
            } catch let error as ProviderError {
                return Compared(result: uncompared(error.summary, isUnanswered: !error.isAnAnswer), limits: questions.limits)
            }
            let applied = try await apply(fetched, at: known.0.version, to: payment)
            first = first ?? applied.before
            guard !applied.mustAskAgain, let before = first else { continue }
            let result = difference(of: payment, before, fetched, applied, questions).map { Result.difference($0) } ?? .equal
            return Compared(result: result, limits: questions.limits)
        }
        return Compared(
            result: uncompared("the payment changed while the provider was asked, or a call is under way"),
            limits: questions.limits)
    }

    // MARK: One payment

    private struct Applied: Sendable {
        let before: PaymentState
        let after: PaymentState
        let refunds: [RefundSight]?
        /// Whether the payment changed while the provider was asked.
        let mustAskAgain: Bool
    }

    private func apply(_ fetched: FetchedPayment, at version: Int64, to payment: PaymentTransaction) async throws -> Applied {
        let (now, lifecycle, installation) = (clock.now(), lifecycle, store.installation)
        let (applied, signals): (Applied, [LifecycleSignals.Signal]) = try await store.write { writer in
            guard let row = try writer.transaction(payment.id) else { throw GatewayError.notFound("payment") }
            let ledger = PaymentLedger(
                writer: writer, lifecycle: lifecycle, installation: installation, now: now, actor: .gateway)
            let before = try ledger.load(row).state
            let (_, followUps) = try ledger.observe(fetched, fetchedAt: version, on: row, type: Self.lineType)
            let after = try ledger.load(row.id).state
            let refunds = try fetched.refunds.map { try ledger.sights(of: $0, on: row) }
            let applied = Applied(
                before: before, after: after, refunds: refunds,
                mustAskAgain: row.version != version || followUps.contains(where: \.needsFetch))
            return (applied, ledger.signals.all)
        }
        signals.emit(to: logger, metadata: ["request_id": "audit-\(payment.id)"])
        return applied
    }

    private func difference(
        of payment: PaymentTransaction, _ before: PaymentState, _ fetched: FetchedPayment, _ applied: Applied,
        _ questions: AuditQuestions
    ) -> AuditReport.Difference? {
        let currency = payment.amount.currency
        let comparison = AuditComparison(
            before: before, after: applied.after, intent: IntentSight(fetched.intent, orderCurrency: currency),
            shownCurrency: fetched.intent.amount.currency, refunds: applied.refunds,
            hasAllRefunds: questions.hasAllRefunds,
            disputes: fetched.disputes?.map { DisputeFacts($0, changedAt: fetched.askedAt, orderCurrency: currency) },
            currency: currency)
        guard let outcome = comparison.outcome else { return nil }
        let texts = comparison.texts
        note(payment, texts.books, texts.shown, outcome)
        return AuditReport.Difference(
            payment: payment.id, provider: payment.provider, books: texts.books, shown: texts.shown, outcome: outcome,
            code: applied.after.discrepancy?.code.rawValue)
    }

    private func unknown(_ payment: PaymentTransaction, _ intentID: String) -> AuditReport.Difference {
        let (books, shown) = ("status \(payment.status.rawValue), intent \(intentID)", "no such payment intent")
        note(payment, books, shown, .notBooked)
        return AuditReport.Difference(
            payment: payment.id, provider: payment.provider, books: books, shown: shown, outcome: .notBooked)
    }

    private func note(_ payment: PaymentTransaction, _ books: String, _ shown: String, _ outcome: AuditReport.Outcome) {
        logger.notice(
            "An audit found a difference between the books and the provider.",
            metadata: [
                "transaction": .stringConvertible(payment.id), "provider": "\(payment.provider)", "books": "\(books)",
                "shown": "\(shown)", "outcome": "\(outcome.rawValue)",
            ])
    }
}

extension AuditReport {
    fileprivate mutating func add(_ compared: PaymentAudit.Compared) {
        limits.formUnion(compared.limits)
        switch compared.result {
        case .equal: self.compared += 1
        case .difference(let difference):
            self.compared += 1
            differences.append(difference)
        case .uncompared(let payment): uncompared.append(payment)
        case .withoutIntent(let reason): withoutIntent[reason, default: 0] += 1
        case .notLoaded(let provider): notLoaded[provider, default: 0] += 1
        }
    }
}

extension PaymentTransaction {
    /// Why the payment has no intent.
    fileprivate var reasonForNoIntent: String {
        switch closedReason.flatMap({ Closure(rawValue: $0) }) {
        case .declined, .refused: "the provider refused the creation"
        case .notSent, .notExecuted: "the provider did not carry out the creation"
        case .superseded: "another payment took its place"
        case .local, .byOperator: "it was closed without the provider"
        case nil: "the creation has no outcome yet"
        }
    }
}
