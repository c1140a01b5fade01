import GatewayLifecycle
import Logging
import ProviderAPI

/// Fetches a payment from its provider, and writes what it shows.
struct PaymentRefresh: Sendable {
    let store: any GatewayStore
    let supervisor: FlowSupervisor
    let lifecycle: Lifecycle
    let clock: any ProviderClock
    let logger: Logger

    /// Fetches the payment intent, and its refunds where the caller wants to know of one.
    ///
    /// - Parameter refund: the provider's id of that refund.
    /// - Throws: `ProviderError` where the provider does not answer, ``StoreError``.
    func refresh(
        _ known: PaymentTransaction, intent id: String, at provider: Provider, for account: ProviderCalls.Account = .gateway,
        refund: String? = nil, requestID: String, traceparent: String? = nil
    ) async throws -> PaymentTransaction {
        var call = CallContext(deadline: .now + OperationRunner.deadline, requestID: requestID)
        call.traceparent = traceparent
        let askedAt = clock.now()
        let current = try await supervisor.ask(provider, for: account) { [call] () async throws(ProviderError) in
            try await provider.retrieve(id, of: known.amount, in: call)
        }
        var refunds: [Refund]?
        if let refund {
            refunds = try await supervisor.ask(provider, for: account) { [call] () async throws(ProviderError) in
                if let all = try await provider.listRefunds(ofPaymentIntent: id, in: call) { return all }
                return [try await provider.service.retrieveRefund(refund, in: call)]
            }
        }
        let fetched = FetchedPayment(intent: current, refunds: refunds, askedAt: askedAt)
        let now = clock.now()
        let (lifecycle, installation) = (lifecycle, store.installation)
        let (refreshed, signals): (PaymentTransaction, [LifecycleSignals.Signal]) = try await store.write { writer in
            guard let current = try writer.transaction(known.id) else { throw GatewayError.notFound("payment") }
            let ledger = PaymentLedger(
                writer: writer, lifecycle: lifecycle, installation: installation, now: now, actor: .gateway)
            let row = try ledger.observe(fetched, fetchedAt: known.version, on: current, type: "refreshed").row
            return (row, ledger.signals.all)
        }
        signals.emit(to: logger, metadata: ["request_id": .string(requestID)])
        return refreshed
    }
}
