package import GatewayLifecycle
package import Logging
package import ProviderAPI
import ServiceLifecycle

/// Takes over operations that nobody works on any more: those of a process that was killed, and those whose outcome is not known.
///
/// It looks for the operation's effect first. If there is no trace, and the provider is sure to remember the operation's key, it repeats the
/// call with the same key and the stored request. Time alone never ends an operation: see ``Evidence``.
package struct OperationRecovery: Service {
    let store: any GatewayStore
    let registry: any ProviderRegistry
    let supervisor: FlowSupervisor
    let runner: OperationRunner
    let inbox: WebhookInbox
    let outages: ProviderOutages
    let clock: any ProviderClock
    let logger: Logger
    let lifecycle: Lifecycle
    private let lanes: ProviderLanes
    private let alarm = Alarm()

    /// A recovery over a store and the providers in use.
    package init(
        store: any GatewayStore, registry: any ProviderRegistry, supervisor: FlowSupervisor, encoder: any AnswerEncoder,
        inbox: WebhookInbox, outages: ProviderOutages, lifecycle: Lifecycle, clock: any ProviderClock,
        logger: Logger
    ) {
        self.lifecycle = lifecycle
        // Clients go before.
        let store = store.patient
        self.store = store
        self.registry = registry
        self.supervisor = supervisor
        self.inbox = inbox
        self.outages = outages
        self.clock = clock
        self.logger = logger
        lanes = ProviderLanes(outages: outages)
        runner = OperationRunner(
            store: store, supervisor: supervisor, encoder: encoder, clock: clock, logger: logger, lifecycle: lifecycle)
    }

    /// Takes what is due at once, and then once a second, until the graceful shutdown; then waits for what is under way.
    package func run() async throws {
        await alarm.dealOut(every: .seconds(1), clock: clock, due: due, work: attempt)
    }

    /// Deals with all operations that are due now, each once, and waits for that.
    ///
    /// - Returns: how many were looked at.
    @discardableResult
    package func recoverDue() async -> Int {
        let due = await due()
        await withDiscardingTaskGroup { group in
            for standing in due { group.addTask { await attempt(standing) } }
        }
        return due.count
    }

    /// What is due and finds room.
    @Sendable private func due() async -> [OperationStanding] {
        let full = lanes.full
        do {
            let due = try await store.read { try $0.operationsDue(limit: ProviderLanes.maximumWidth, exceptAt: full) }
                .filter { lanes.enter($0.operation.id, at: $0.provider) }
            // Where all that there is room for waits for an answer, one question tells sooner than its deadlines whether there are any.
            for provider in lanes.silent { outages.begin(provider, at: clock.now()) }
            return due
        } catch {
            logger.error("Open operations could not be looked at; it is tried again.", metadata: ["error": "\(type(of: error))"])
            return []
        }
    }

    @Sendable private func attempt(_ standing: OperationStanding) async {
        defer { if lanes.leave(standing.operation.id, at: standing.provider) { alarm.ring() } }
        do {
            try await recover(standing.operation)
        } catch {
            logger.error(
                "An operation could not be recovered; it is tried again.",
                metadata: ["operation_id": .stringConvertible(standing.operation.id), "error": "\(type(of: error))"]
            )
        }
    }

    /// Takes an operation over, looks for its effect, calls the provider again where that is safe, and writes the outcome.
    func recover(_ due: Operation) async throws {
        guard let (operation, transaction) = try await takeOver(due) else { return }
        logger.notice(
            "Operation taken over.",
            metadata: [
                "operation_id": .stringConvertible(operation.id), "operation": "\(operation.kind.rawValue)",
                "attempt": .stringConvertible(operation.attempts),
                "request_id": "\(operation.requestID)",
            ]
        )
        guard let provider = registry.provider(named: transaction.provider) else {
            let failure = CallFailure("the provider \(transaction.provider) is not loaded")
            _ = await runner.resolve(operation, on: transaction, OperationRunner.Attempt(lookUpFailed: failure))
            return
        }
        guard let look = await look(for: operation, of: transaction, at: provider) else {
            let failure = CallFailure("the provider could not be asked about the operation")
            _ = await runner.resolve(operation, on: transaction, OperationRunner.Attempt(lookUpFailed: failure))
            return
        }
        let found = OperationRunner.Attempt(found: look, of: operation, at: clock.now())
        if let call = try await nextCall(of: operation, after: found, at: provider) {
            await callAgain(call, on: transaction, at: provider)
        } else {
            _ = await runner.resolve(operation, on: transaction, found)
        }
    }

    private func takeOver(_ due: Operation) async throws -> (Operation, PaymentTransaction)? {
        let now = clock.now()
        return try await store.write { writer in
            guard let operation = try writer.takeOverOperation(due.id, fence: due.fence, lease: OperationRunner.lease),
                let transaction = try writer.transaction(operation.transactionID)
            else { return nil }
            if operation.state == .pending, operation.mayHaveBeenSent {
                let status = HistoryStatus(transaction.status)
                var change = HistoryChange(
                    type: "\(operation.kind.rawValue).taken_over", actor: HistoryChange.Actor.gateway.name, fromStatus: status,
                    toStatus: status)
                change.operationID = operation.id
                change.detail = "the task that worked on it is gone"
                try writer.appendHistory(change, of: transaction, at: now)
            }
            return (operation, transaction)
        }
    }

    /// Looks for the operation's effect. Nil where the provider does not answer.
    private func look(
        for operation: Operation, of transaction: PaymentTransaction, at provider: Provider
    ) async -> ProviderLook? {
        let installation = store.installation
        do throws(ProviderError) {
            let look = try await supervisor.ask(provider) { () async throws(ProviderError) in
                try await operation.look(installation: installation, at: provider, amount: transaction.amount)
            }
            note(operation, at: provider, isAnswered: true)
            if outages.end(provider.name) { await bringForward(provider.name) }
            return look
        } catch {
            note(operation, at: provider, isAnswered: error.isAnAnswer)
            if !error.isAnAnswer { outages.begin(provider.name, at: clock.now()) }
            return nil
        }
    }

    /// Asks the state machine whether the call is made, and stores that it is about to be. What the provider's settings contribute to the
    /// request is filled in before the first call and never again.
    ///
    /// - Returns: the operation with its request; nil where no call is made.
    private func nextCall(
        of operation: Operation, after attempt: OperationRunner.Attempt, at provider: Provider
    ) async throws -> Operation? {
        let now = clock.now()
        let lifecycle = lifecycle
        let elapsed = Elapsed(
            sinceRequest: now.duration(since: operation.createdAt), keyMemory: provider.service.idempotencyKeyMemory,
            crashCount: operation.deaths)
        let installation = store.installation
        return try await store.write { writer in
            guard try writer.surroundings(ofOpenOperation: operation.id, fence: operation.fence) != nil else { return nil }
            let ledger = PaymentLedger(
                writer: writer, lifecycle: lifecycle, installation: installation, now: now, actor: .gateway)
            let payment = try ledger.load(operation.transactionID)
            // Nothing of it is written yet: the call follows, and then its outcome.
            let found = try ledger.outcome(of: attempt, .lookUpFailed, of: operation, on: payment.row)
            let evolution = lifecycle.evolve(payment.state, by: .outcome(found))
            guard let open = evolution.state.operations.first(where: { $0.id == operation.id }),
                case .call = lifecycle.decide(.repeatCall(operation: operation.id, elapsed), on: evolution.state)
            else { return nil }
            var call = operation
            if !operation.mayHaveBeenSent { call.request = provider.resolved(operation.request) }
            guard try writer.noteCall(call, standing: open, at: now) else { return nil }
            // No client waits who could ask again: from here on only evidence ends it.
            call.mayHaveBeenSent = true
            return call
        }
    }

    private func callAgain(_ operation: Operation, on transaction: PaymentTransaction, at provider: Provider) async {
        // As of before the call.
        let isKeyRemembered =
            clock.now().duration(since: operation.createdAt) < provider.service.idempotencyKeyMemory
        var attempt = OperationRunner.Attempt(await runner.call(operation, at: provider))
        attempt.isKeyRemembered = isKeyRemembered
        if case .failure(.rejected) = attempt.outcome, operation.mayHaveBeenSent, isKeyRemembered {
            // The refusal counts if an earlier attempt left no trace.
            attempt.foundAfterRefusal = await look(for: operation, of: transaction, at: provider)
        }
        _ = await runner.resolve(operation, on: transaction, attempt)
    }

    private func note(_ operation: Operation, at provider: Provider, isAnswered: Bool) {
        if lanes.note(operation.id, at: provider.name, isAnswered: isAnswered) { alarm.ring() }
    }

    /// The provider answers again: what waits for it is due, as after a probe.
    private func bringForward(_ provider: String) async {
        let now = clock.now()
        do {
            try await store.write { try $0.bringForward(provider: provider, at: now) }
        } catch {
            logger.error(
                "What waits for a provider could not be brought forward; it keeps its schedule.",
                metadata: ["provider": "\(provider)", "error": "\(type(of: error))"])
        }
    }
}
