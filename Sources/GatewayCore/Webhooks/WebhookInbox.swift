package import GatewayLifecycle
package import Logging
package import ProviderAPI
import ServiceLifecycle

/// Applies stored webhooks that need a question to the provider, or that came before their transaction. It resumes at the start
/// with what an earlier process left.
package struct WebhookInbox: Service {
    let store: any GatewayStore
    let registry: any ProviderRegistry
    let supervisor: FlowSupervisor
    let outages: ProviderOutages
    let lifecycle: Lifecycle
    let clock: any ProviderClock
    let logger: Logger
    private let lanes: ProviderLanes
    private let alarm = Alarm()

    /// An inbox over a store and the providers in use.
    package init(
        store: any GatewayStore, registry: any ProviderRegistry, supervisor: FlowSupervisor, outages: ProviderOutages,
        lifecycle: Lifecycle, clock: any ProviderClock, logger: Logger
    ) {
        self.lifecycle = lifecycle
        self.store = store
        self.registry = registry
        self.supervisor = supervisor
        self.outages = outages
        self.clock = clock
        self.logger = logger
        lanes = ProviderLanes(outages: outages)
    }

    /// Says that there is a webhook to look at.
    func wake() { alarm.ring() }

    /// Looks at what is due whenever woken, and once a second, until the graceful shutdown; then waits for what is under way.
    package func run() async throws {
        await alarm.dealOut(every: .seconds(1), clock: clock) {
            do {
                return try await takeDue()
            } catch {
                logger.error(
                    "The webhook inbox could not be worked off; it is tried again.", metadata: ["error": "\(type(of: error))"])
                return []
            }
        } work: {
            _ = await look(at: $0)
        }
    }

    /// Applies all that is due now and not being looked at already.
    ///
    /// - Returns: how many events were looked at.
    @discardableResult
    package func applyDue() async throws -> Int {
        var count = 0
        while true {
            let due = try await takeDue()
            if due.isEmpty { return count }
            let areAllDealtWith = await withTaskGroup { group in
                for record in due {
                    group.addTask { await look(at: record) }
                }
                return await group.reduce(true) { $0 && $1 }
            }
            count += due.count
            // What could not even be put off is still due: the next look is not at once.
            if !areAllDealtWith { return count }
        }
    }

    /// What is due and finds room. Side by side, because any order ends in the same state; a provider that takes its time keeps no other's
    /// events waiting.
    private func takeDue() async throws -> [WebhookRecord] {
        let full = lanes.full
        let now = clock.now()
        return try await store.read { try $0.webhooksDue(at: now, limit: ProviderLanes.maximumWidth, exceptAt: full) }
            .filter { lanes.enter($0.id, at: $0.provider) }
    }

    /// Deals with one event that has room.
    ///
    /// - Returns: false where it could not be put off either, and so is still due.
    private func look(at due: WebhookRecord) async -> Bool {
        let isDealtWith = await applyOrPutOff(due)
        // What is still due after that would be met again at once.
        if lanes.leave(due.id, at: due.provider), isDealtWith { alarm.ring() }
        return isDealtWith
    }

    /// Applies one event. Where that fails it is due again later: one event that cannot be applied keeps no other from it.
    ///
    /// - Returns: false where it could not be put off either, and so is still due.
    private func applyOrPutOff(_ record: WebhookRecord) async -> Bool {
        do {
            try await apply(record)
            return true
        } catch {
            logger.error(
                "A webhook could not be applied; it is tried again.",
                metadata: ["provider": "\(record.provider)", "event": "\(record.event.id)", "error": "\(error)"]
            )
            let until = clock.now().advanced(by: RecoverySchedule.delay(afterAttempts: record.attempts + 1))
            do {
                try await store.write { try $0.postponeWebhook(record.id, until: until, result: "it could not be applied") }
                return true
            } catch {
                logger.error("A webhook could not be put off.", metadata: ["event": "\(record.event.id)", "error": "\(error)"])
                return false
            }
        }
    }

    private func apply(_ due: WebhookRecord) async throws {
        // It may have been dealt with after it was read, and before it found room.
        let begun = clock.now()
        guard let record = try await store.read({ try $0.webhookDue(due.id, at: begun) }) else { return }
        let fetched = await fetch(record)
        let now = clock.now()
        let (lifecycle, installation) = (lifecycle, store.installation)
        let (state, signals): (WebhookRecord.State, [LifecycleSignals.Signal]) = try await store.write { writer in
            let ledger = PaymentLedger(
                writer: writer, lifecycle: lifecycle, installation: installation, now: now, actor: .webhook(record.event.id))
            let state = try EventApplication(record: record, ledger: ledger).apply(fetched: fetched)
            return (state, ledger.signals.all)
        }
        logger.debug(
            "Webhook looked at again.",
            metadata: ["provider": "\(record.provider)", "event": "\(record.event.id)", "result": "\(state.rawValue)"]
        )
        signals.emit(to: logger, metadata: ["event": .string(record.event.id)])
    }

    /// Asks the provider for what the event is about, where that is needed.
    private func fetch(_ record: WebhookRecord) async -> EventApplication.Fetched? {
        let intentID: String
        var shownRefund: Refund?
        var (wantsRefunds, wantsDisputes) = (false, false)
        switch record.event.subject {
        case .paymentIntent(let intent): intentID = intent.id
        case .paymentIntentReference(let id): intentID = id
        case .refundsOfPaymentIntent(let id): (intentID, wantsRefunds) = (id, true)
        case .refund(let refund): (intentID, wantsRefunds, shownRefund) = (refund.paymentIntentID, true, refund)
        case .dispute(let dispute): (intentID, wantsDisputes) = (dispute.paymentIntentID, true)
        default: return nil
        }
        guard let provider = registry.provider(named: record.provider) else {
            return .failure("the provider \(record.provider) is not loaded")
        }
        let call = CallContext(deadline: .now + OperationRunner.deadline, requestID: "webhook-\(record.event.id)")
        do {
            let known = try await store.read { try $0.transaction(provider: record.provider, paymentIntentID: intentID) }
            // Without a payment there is nothing to ask for, unless it is about to appear.
            if known == nil, !Self.mayAppear(record.event.subject) { return nil }
            var amount = known?.amount
            if amount == nil, case .paymentIntent(let shown) = record.event.subject { amount = shown.amount }
            guard let amount else { return nil }
            let askedAt = clock.now()
            let intent = try await supervisor.ask(provider) { () async throws(ProviderError) in
                try await provider.retrieve(intentID, of: amount, in: call)
            }
            var fetched = FetchedPayment(intent: intent, askedAt: askedAt)
            if wantsRefunds {
                fetched.refunds = try await supervisor.ask(provider) { [shownRefund] () async throws(ProviderError) in
                    try await Self.refunds(ofPaymentIntent: intentID, or: shownRefund, at: provider, call)
                }
            }
            if wantsDisputes {
                fetched.disputes = try await supervisor.ask(provider) { () async throws(ProviderError) in
                    try await provider.listDisputes(ofPaymentIntent: intentID, in: call)
                }
            }
            note(record, isAnswered: true)
            return .objects(fetched, version: known?.version)
        } catch let error as ProviderError {
            note(record, isAnswered: error.isAnAnswer)
            if !error.isAnAnswer { outages.begin(record.provider, at: clock.now()) }
            return .failure("the provider could not be asked: \(error.summary)")
        } catch {
            return .failure("the books could not be read")
        }
    }

    /// Whether the event's payment can be one whose creation has no answer yet.
    private static func mayAppear(_ subject: WebhookEvent.Subject) -> Bool {
        if case .paymentIntent(let shown) = subject { return shown.operationID != nil }
        return false
    }

    /// The provider's list of refunds. A provider that has none is taken by its event.
    private static func refunds(
        ofPaymentIntent id: String, or shown: Refund?, at provider: Provider, _ call: CallContext
    ) async throws(ProviderError) -> [Refund] {
        if let all = try await provider.listRefunds(ofPaymentIntent: id, in: call) { return all }
        guard let shown else { throw .unsupported("listing refunds") }
        return [shown]
    }

    private func note(_ record: WebhookRecord, isAnswered: Bool) {
        if lanes.note(record.id, at: record.provider, isAnswered: isAnswered) { alarm.ring() }
    }
}
