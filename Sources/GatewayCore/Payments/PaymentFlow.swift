package import GatewayLifecycle
package import Logging
package import ProviderAPI

/// A mutating payment call, from the idempotency key to the stored answer. Three steps, each on disk before the next:
///
/// 1. **T1**, one transaction: the idempotency key in flight, the state checked, the operation written down, a refund's amount reserved.
/// 2. The provider is called, outside any transaction, with the operation's own key.
/// 3. **T2**, one transaction, only while the operation is still ours: operation, transaction, refund, history, stored answer.
///
/// Only then the client is answered. See ``OperationRunner`` for steps 2 and 3.
package struct PaymentFlow: Sendable {
    let store: any GatewayStore
    let registry: any ProviderRegistry
    let supervisor: FlowSupervisor
    let authorization: AuthorizationPolicy
    let runner: OperationRunner
    let encoder: any AnswerEncoder
    let lifecycle: Lifecycle
    let clock: any ProviderClock
    let logger: Logger

    /// A flow over a store and the providers in use.
    ///
    /// - Parameter authorization: who may refund, cancel and capture.
    package init(
        store: any GatewayStore, registry: any ProviderRegistry, supervisor: FlowSupervisor, encoder: any AnswerEncoder,
        authorization: AuthorizationPolicy = AuthorizationPolicy(), lifecycle: Lifecycle, clock: any ProviderClock,
        logger: Logger
    ) {
        self.lifecycle = lifecycle
        self.logger = logger
        self.store = store
        self.registry = registry
        self.supervisor = supervisor
        self.encoder = encoder
        self.authorization = authorization
        self.clock = clock
        runner = OperationRunner(
            store: store, supervisor: supervisor, encoder: encoder, clock: clock, logger: logger, lifecycle: lifecycle)
    }

    /// Creates a payment intent for an order, or hands out the live one again.
    ///
    /// - Throws: ``GatewayError`` where the request is refused before anything was written, ``StoreError``.
    package func create(_ command: CreatePaymentCommand, _ request: CallerContext) async throws -> GatewayAnswer {
        let isCrowded = registry.provider(named: command.provider ?? registry.defaultProviderName)?.calls.isCrowded ?? false
        return try await perform(request, among: isCrowded) { try planCreate(command, request, $0) }
    }

    /// Confirms, captures, cancels or refunds an existing intent.
    ///
    /// - Throws: as ``create(_:_:)``.
    package func execute(
        _ command: PaymentCommand, on intent: IntentReference, _ request: CallerContext
    ) async throws -> GatewayAnswer {
        try await perform(request, among: try await isCrowded(intent)) { ledger in
            let transaction = try PaymentQueries.find(intent, for: request.principal, in: ledger.writer)
            return try plan(command, on: transaction, request, ledger)
        }
    }

    /// What T1 came to.
    enum Plan: Sendable {
        /// An operation is on disk; the provider is to be called.
        case call(Operation, PaymentTransaction, Provider)
        /// There is nothing to ask the provider.
        case answer(PaymentAnswer)
        /// The state machine refuses the request, and what the client is answered.
        case refuse(Refusal, GatewayError)
    }

    private enum FirstStep: Sendable {
        case call(Operation, PaymentTransaction, Provider)
        case answered(GatewayAnswer)
    }

    /// Whether the intent's provider has a crowd of calls under way. The books are asked only while there is one anywhere.
    private func isCrowded(_ intent: IntentReference) async throws -> Bool {
        let crowded = registry.providers.filter(\.calls.isCrowded).map { Identifier($0.name) }
        if crowded.isEmpty { return false }
        if let named = intent.provider { return crowded.contains(Identifier(named)) }
        return try await store.read { try $0.transactions(paymentIntentID: intent.id) }.contains {
            crowded.contains(Identifier($0.provider))
        }
    }

    private func perform(
        _ request: CallerContext, among isCrowded: Bool, plan: @escaping @Sendable (PaymentLedger) throws -> Plan
    ) async throws -> GatewayAnswer {
        // What belongs to a crowd of calls goes behind what does not: a provider's slowness is not the others'.
        let store = isCrowded ? store.patient : store
        return try await supervisor.perform {
            let now = clock.now()
            let (first, signals): (FirstStep, [LifecycleSignals.Signal]) = try await store.write { writer in
                if let earlier = try Idempotency.earlierAnswer(to: request, encoder: encoder, in: writer) {
                    return (.answered(earlier), [])
                }
                let ledger = PaymentLedger(
                    writer: writer, lifecycle: lifecycle, installation: store.installation, now: now,
                    actor: .user(request.principal.subject))
                return (try carryOut(try plan(ledger), request, ledger), ledger.signals.all)
            }
            signals.emit(to: logger, metadata: ["request_id": .string(request.requestID)])
            switch first {
            case .answered(let answer):
                return answer
            case .call(let operation, let transaction, let provider):
                return await runner.writing(to: store).run(
                    operation, on: transaction, at: provider, traceparent: request.traceparent)
            }
        }
    }

    private func carryOut(_ plan: Plan, _ request: CallerContext, _ ledger: PaymentLedger) throws -> FirstStep {
        switch plan {
        case .call(let operation, let transaction, let provider): return .call(operation, transaction, provider)
        case .answer(let answer):
            return .answered(
                try Idempotency.store(answer, for: request, encoder: encoder, at: ledger.now, in: ledger.writer))
        case .refuse(let refusal, let error):
            // A refusal that depends on the payment's state is the answer to this key for good. Others are about the request's form.
            guard refusal.isStored, request.idempotency != nil else { throw error }
            return .answered(
                try Idempotency.store(.failure(error), for: request, encoder: encoder, at: ledger.now, in: ledger.writer))
        }
    }
}
