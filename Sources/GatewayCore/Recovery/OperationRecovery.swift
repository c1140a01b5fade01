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
    let clock: any ProviderClock
    let logger: Logger
    private let alarm = Alarm()

    /// A recovery over a store and the providers in use.
    package init(
        store: any GatewayStore, registry: any ProviderRegistry, supervisor: FlowSupervisor, encoder: any AnswerEncoder,
        clock: any ProviderClock, logger: Logger
    ) {
        self.store = store
        self.registry = registry
        self.supervisor = supervisor
        self.clock = clock
        self.logger = logger
        runner = OperationRunner(store: store, supervisor: supervisor, encoder: encoder, clock: clock, logger: logger)
    }

    /// Looks at what is due at once, and then once a second, until the graceful shutdown.
    package func run() async throws {
        await alarm.repeatedly(every: .seconds(1), clock: clock) {
            do {
                try await recoverDue()
            } catch {
                logger.error(
                    "Open operations could not be looked at; it is tried again.", metadata: ["error": "\(type(of: error))"])
            }
        }
    }

    /// Deals with all operations that are due now, each once.
    ///
    /// - Returns: how many were looked at.
    @discardableResult
    package func recoverDue() async throws -> Int {
        let due = try await store.read { try $0.operationsDue(limit: 64) }
        await withTaskGroup { group in
            for operation in due {
                group.addTask {
                    do {
                        try await recover(operation)
                    } catch {
                        logger.error(
                            "An operation could not be recovered; it is tried again.",
                            metadata: ["operation_id": "\(operation.id)", "error": "\(type(of: error))"]
                        )
                    }
                }
            }
        }
        return due.count
    }

    private func recover(_ due: Operation) async throws {
        let taken: (Operation, PaymentTransaction)? = try await store.write { writer in
            guard let operation = try writer.takeOverOperation(due.id, fence: due.fence, lease: OperationRunner.lease),
                let transaction = try writer.transaction(operation.transactionID)
            else { return nil }
            return (operation, transaction)
        }
        guard let (operation, transaction) = taken else { return }
        logger.notice(
            "Operation taken over.",
            metadata: [
                "operation_id": "\(operation.id)", "operation": "\(operation.kind.rawValue)", "attempt": "\(operation.attempts)",
                "request_id": "\(operation.requestID)",
            ]
        )
        let outcome: Result<OperationRunner.Answer, ProviderError>
        if let provider = registry.provider(named: transaction.provider) {
            outcome = await self.outcome(of: operation, on: transaction, at: provider)
        } else {
            outcome = .failure(.unknown(CallFailure("the provider \(transaction.provider) is not loaded")))
        }
        _ = await runner.settle(operation, on: transaction, outcome)
    }

    private func outcome(
        of operation: Operation, on transaction: PaymentTransaction, at provider: Provider
    ) async -> Result<OperationRunner.Answer, ProviderError> {
        do throws(ProviderError) {
            let installation = store.installation
            let found = try await supervisor.ask { () async throws(ProviderError) in
                try await Self.lookUp(operation, of: installation, at: provider)
            }
            if let found { return .success(found) }
        } catch {
            return .failure(.unknown(CallFailure("the provider could not be asked about the operation")))
        }
        let age = clock.now().duration(since: operation.createdAt)
        guard age < provider.service.idempotencyKeyMemory else {
            return .failure(.unknown(CallFailure("nothing was found, and the provider may have forgotten the operation's key")))
        }
        return await runner.call(operation, at: provider)
    }

    /// What the provider shows of the operation's effect; nil where that settles nothing.
    private static func lookUp(
        _ operation: Operation, of installation: String, at provider: Provider
    ) async throws(ProviderError) -> OperationRunner.Answer? {
        let call = CallContext(deadline: .now + OperationRunner.deadline, requestID: operation.requestID)
        let identity = operation.identity(installation: installation)
        switch operation.request {
        case .create:
            return try await provider.service.findPaymentIntent(createdBy: identity.id, in: call).map { .intent($0) }
        case .confirm(let request):
            let intent = try await provider.service.retrievePaymentIntent(request.paymentIntentID, in: call)
            switch intent.status {
            case .requiresPaymentMethod, .requiresConfirmation: return nil
            default: return .intent(intent)
            }
        case .capture(let request):
            let intent = try await provider.service.retrievePaymentIntent(request.paymentIntentID, in: call)
            return intent.status == .succeeded || intent.status == .canceled ? .intent(intent) : nil
        case .cancel(let request):
            let intent = try await provider.service.retrievePaymentIntent(request.paymentIntentID, in: call)
            return intent.status == .canceled || intent.status == .succeeded ? .intent(intent) : nil
        case .refund(let request):
            return try await provider.service.findRefund(
                createdBy: identity.id, ofPaymentIntent: request.paymentIntentID, in: call
            ).map { .refund($0) }
        }
    }
}
