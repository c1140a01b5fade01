import Logging
import ProviderAPI

/// Brings a refund that is on its way up to date with its provider.
struct RefundRefresh: Sendable {
    let store: any GatewayStore
    let supervisor: FlowSupervisor
    let clock: any ProviderClock
    let logger: Logger

    /// Asks for the refund, and books what the provider says.
    ///
    /// - Returns: the refund as it is in the books now.
    /// - Throws: `ProviderError` where the provider does not say, ``StoreError``.
    func refresh(_ known: RefundRecord, at provider: Provider) async throws -> RefundRecord {
        guard let id = known.providerRefundID,
            let transaction = try await store.read({ try $0.transaction(known.transactionID) }),
            let intentID = transaction.paymentIntentID
        else { return known }
        let current = try await ask(for: id, ofPaymentIntent: intentID, at: provider, requestID: "pending-refund-\(known.id)")
        guard current.status != known.status || current.amount != known.amount else { return known }
        let now = clock.now()
        let (refreshed, contradiction): (RefundRecord, String?) = try await store.write { writer in
            guard let transaction = try writer.transaction(known.transactionID),
                let record = try writer.refund(transactionID: known.transactionID, providerRefundID: id)
            else { return (known, nil) }
            let bookkeeper = Bookkeeper(writer: writer, now: now, actor: .gateway)
            let note = Bookkeeper.Note("refund.refreshed")
            if current.amount != record.amount {
                let cause = "the provider has \(current.amount) in the refund \(id), \(record.amount) was expected"
                return (record, try review(transaction, because: cause, note, bookkeeper))
            }
            switch try bookkeeper.book(current, as: record, on: transaction, note: note) {
            case .booked(let booked, _): return (booked, nil)
            case .contradicts(let cause): return (record, try review(transaction, because: cause, note, bookkeeper))
            // It does not fit beside what is reserved at this moment; a later question may.
            case .collides: return (record, nil)
            }
        }
        if let contradiction {
            ReviewAlert.raise(
                logger, because: contradiction,
                metadata: ["transaction": .stringConvertible(known.transactionID), "provider": "\(provider.name)"])
        }
        return refreshed
    }

    /// - Returns: the cause, where the payment did not wait for a person's decision before.
    private func review(
        _ transaction: PaymentTransaction, because cause: String, _ note: Bookkeeper.Note, _ bookkeeper: Bookkeeper
    ) throws -> String? {
        guard transaction.status != .manualReview else { return nil }
        _ = try bookkeeper.review(transaction, because: cause, note: note)
        return cause
    }

    /// Asks for the refund by its id, or for all of the payment where the provider shows none by its id.
    private func ask(
        for id: String, ofPaymentIntent intentID: String, at provider: Provider, requestID: String
    ) async throws(ProviderError) -> Refund {
        let call = CallContext(deadline: .now + OperationRunner.deadline, requestID: requestID)
        return try await supervisor.ask(provider) { () async throws(ProviderError) in
            do throws(ProviderError) {
                return try await provider.service.retrieveRefund(id, in: call)
            } catch .rejected(let rejection) where rejection.reason == .unsupported {
                let all = try await provider.service.listRefunds(ofPaymentIntent: intentID, in: call)
                guard let refund = all.first(where: { $0.id.isIdentical(to: id) }) else {
                    throw .rejected(Rejection(.notFound, message: "the provider lists no such refund"))
                }
                return refund
            }
        }
    }
}
