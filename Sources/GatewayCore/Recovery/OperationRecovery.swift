package import Logging
package import ProviderAPI
import ServiceLifecycle

/// Takes over operations that nobody works on any more: those of a process that was killed, and those whose outcome is not known.
///
/// It looks up first. Only where that settles nothing, and the provider is sure to remember the operation's key, it repeats the call,
/// with the same key and the stored request. It never fails an operation because time has passed.
package struct OperationRecovery: Service {
    let store: any GatewayStore
    let registry: any ProviderRegistry
    let supervisor: FlowSupervisor
    let runner: OperationRunner
    let inbox: WebhookInbox
    let outages: ProviderOutages
    let clock: any ProviderClock
    let logger: Logger
    private let lanes: ProviderLanes
    private let alarm = Alarm()

    /// A recovery over a store and the providers in use.
    package init(
        store: any GatewayStore, registry: any ProviderRegistry, supervisor: FlowSupervisor, encoder: any AnswerEncoder,
        inbox: WebhookInbox, outages: ProviderOutages, clock: any ProviderClock, logger: Logger
    ) {
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
        runner = OperationRunner(store: store, supervisor: supervisor, encoder: encoder, clock: clock, logger: logger)
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

    /// Takes an operation over, asks the provider, and settles it.
    func recover(_ due: Operation) async throws {
        let now = clock.now()
        let taken: (Operation, PaymentTransaction)? = try await store.write { writer in
            guard let operation = try writer.takeOverOperation(due.id, fence: due.fence, lease: OperationRunner.lease),
                let transaction = try writer.transaction(operation.transactionID)
            else { return nil }
            if operation.state == .pending {
                var note = Bookkeeper.Note("\(operation.kind.rawValue).taken_over", operationID: operation.id)
                note.detail = "whoever was at work on it is gone"
                try Bookkeeper(writer: writer, now: now, actor: .gateway)
                    .appendHistory(note, of: transaction, from: transaction.status)
            }
            return (operation, transaction)
        }
        guard let (operation, transaction) = taken else { return }
        logger.notice(
            "Operation taken over.",
            metadata: [
                "operation_id": .stringConvertible(operation.id), "operation": "\(operation.kind.rawValue)",
                "attempt": .stringConvertible(operation.attempts),
                "request_id": "\(operation.requestID)",
            ]
        )
        let outcome: Result<OperationRunner.Answer, ProviderError>
        if let provider = registry.provider(named: transaction.provider) {
            outcome = await self.outcome(of: operation, at: provider)
        } else {
            outcome = .failure(.unknown(CallFailure("the provider \(transaction.provider) is not loaded")))
        }
        _ = await runner.settle(operation, on: transaction, outcome)
    }

    private func outcome(
        of operation: Operation, at provider: Provider
    ) async -> Result<OperationRunner.Answer, ProviderError> {
        do throws(ProviderError) {
            let installation = store.installation
            let found = try await supervisor.ask(provider) { () async throws(ProviderError) in
                try await operation.lookUp(installation: installation, at: provider)
            }
            note(operation, at: provider, isAnswered: true)
            if outages.end(provider.name) { await bringForward(provider.name) }
            if let found { return .success(found) }
        } catch {
            note(operation, at: provider, isAnswered: error.isAnAnswer)
            if !error.isAnAnswer { outages.begin(provider.name, at: clock.now()) }
            return .failure(.unknown(CallFailure("the provider could not be asked about the operation")))
        }
        guard operation.deaths < RecoverySchedule.toleratedDeaths else {
            return .failure(
                .unknown(
                    CallFailure("nothing was found, and \(operation.deaths) processes died at the call, which is not made again"))
            )
        }
        let age = clock.now().duration(since: operation.createdAt)
        guard age < provider.service.idempotencyKeyMemory else {
            return .failure(.unknown(CallFailure("nothing was found, and the provider may have forgotten the operation's key")))
        }
        return await runner.call(operation, at: provider)
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
