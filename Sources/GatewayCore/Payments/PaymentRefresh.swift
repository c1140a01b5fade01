import Logging
import ProviderAPI

/// Brings a transaction up to date with its provider.
struct PaymentRefresh: Sendable {
    let store: any GatewayStore
    let supervisor: FlowSupervisor
    let clock: any ProviderClock
    let logger: Logger

    /// Asks for the payment intent, and books what the provider says.
    ///
    /// - Throws: `ProviderError` where the provider does not say, ``StoreError``.
    func refresh(
        _ known: PaymentTransaction, intent id: String, at provider: Provider, for account: ProviderCalls.Account = .gateway,
        requestID: String, traceparent: String? = nil
    ) async throws -> PaymentTransaction {
        var call = CallContext(deadline: .now + OperationRunner.deadline, requestID: requestID)
        call.traceparent = traceparent
        let current = try await supervisor.ask(provider, for: account) { [call] () async throws(ProviderError) in
            try await provider.service.retrievePaymentIntent(id, in: call)
        }
        let now = clock.now()
        let (refreshed, contradiction): (PaymentTransaction, String?) = try await store.write { writer in
            guard let transaction = try writer.transaction(known.id) else { throw GatewayError.notFound("payment") }
            // A call at work knows better than a question asked before it ended.
            if try transaction.version != known.version || writer.openOperation(transactionID: transaction.id) != nil {
                return (transaction, nil)
            }
            let bookkeeper = Bookkeeper(writer: writer, now: now, actor: .gateway)
            let booking = try bookkeeper.book(current, on: transaction, note: .init("refreshed"))
            return (booking.transaction, transaction.status == .manualReview ? nil : booking.contradiction)
        }
        if let contradiction {
            ReviewAlert.raise(
                logger, because: contradiction,
                metadata: [
                    "transaction": .stringConvertible(refreshed.id), "provider": "\(provider.name)", "request_id": "\(requestID)",
                ])
        }
        return refreshed
    }
}
