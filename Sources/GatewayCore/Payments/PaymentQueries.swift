package import GatewayLifecycle
package import Logging
package import ProviderAPI

/// What can be asked about payments. What is someone else's answers exactly like what does not exist.
package struct PaymentQueries: Sendable {
    let store: any GatewayStore
    let registry: any ProviderRegistry
    let supervisor: FlowSupervisor
    let lifecycle: Lifecycle
    let clock: any ProviderClock
    let logger: Logger
    let refreshes = SharedRefreshes()

    /// Queries over a store and the providers in use.
    package init(
        store: any GatewayStore, registry: any ProviderRegistry, supervisor: FlowSupervisor, lifecycle: Lifecycle,
        clock: any ProviderClock, logger: Logger
    ) {
        self.lifecycle = lifecycle
        self.store = store
        self.registry = registry
        self.supervisor = supervisor
        self.clock = clock
        self.logger = logger
    }

    /// A transaction by its own id.
    ///
    /// - Throws: ``GatewayError/Code/notFound``.
    package func transaction(_ id: Int64, for principal: Principal) async throws -> PaymentTransaction {
        try await store.read { try Self.visible(try $0.transaction(id), to: principal).withDisputes(from: $0) }
    }

    /// A page of the transactions that the caller may see, newest first.
    package func transactions(_ query: TransactionQuery, for principal: Principal) async throws -> [PaymentTransaction] {
        var query = query
        if !principal.isAdmin { query.userID = principal.subject }
        let bounded = query
        return try await store.read { reader in try reader.transactions(bounded).map { try $0.withDisputes(from: reader) } }
    }

    /// A transaction and its history, oldest first.
    ///
    /// - Throws: ``GatewayError/Code/notFound``.
    package func history(
        transactionID: Int64, for principal: Principal
    ) async throws -> (transaction: PaymentTransaction, entries: [HistoryEntry]) {
        try await store.read { reader in
            let transaction = try Self.visible(try reader.transaction(transactionID), to: principal)
            return (transaction, try reader.history(transactionID: transaction.id))
        }
    }

    /// The refunds of a payment intent, oldest first.
    ///
    /// - Throws: ``GatewayError/Code/notFound``, ``GatewayError/Code/ambiguousIntent``.
    package func refunds(of intent: IntentReference, for principal: Principal) async throws -> [RefundRecord] {
        try await store.read { reader in
            let transaction = try Self.find(intent, for: principal, in: reader)
            return try reader.refunds(transactionID: transaction.id)
        }
    }

    /// The transaction of a payment intent, after asking the provider for its state. Where the provider cannot be asked it is answered
    /// as the books have it. Callers who ask for one payment at the same moment share one call of the provider.
    ///
    /// - Throws: ``GatewayError/Code/notFound``, ``GatewayError/Code/ambiguousIntent``.
    package func refreshed(
        _ intent: IntentReference, for principal: Principal, requestID: String, traceparent: String? = nil
    ) async throws -> PaymentTransaction {
        let known = try await store.read { try Self.find(intent, for: principal, in: $0) }
        guard let provider = registry.provider(named: known.provider) else { return known }
        do {
            let refresh = PaymentRefresh(
                store: store, supervisor: supervisor, lifecycle: lifecycle, clock: clock, logger: logger)
            let refreshed = try await refreshes.refresh(known.id, by: supervisor) {
                try await refresh.refresh(
                    known, intent: intent.id, at: provider, for: .client, requestID: requestID, traceparent: traceparent)
            }
            return try await store.read { try refreshed.withDisputes(from: $0) }
        } catch is ProviderError {
            logger.warning(
                "A payment could not be refreshed; the books answer.",
                metadata: [
                    "provider": "\(provider.name)", "transaction": .stringConvertible(known.id), "request_id": "\(requestID)",
                ]
            )
            return try await store.read { try known.withDisputes(from: $0) }
        }
    }

    /// The transaction of an intent.
    static func find(
        _ intent: IntentReference, for principal: Principal, in reader: any StoreReader
    ) throws -> PaymentTransaction {
        if let provider = intent.provider {
            return try visible(try reader.transaction(provider: provider, paymentIntentID: intent.id), to: principal)
        }
        let candidates = try reader.transactions(paymentIntentID: intent.id).filter { principal.maySee(ownedBy: $0.userID) }
        guard candidates.count < 2 else {
            throw GatewayError(
                .ambiguousIntent,
                "This payment intent exists at \(candidates.map(\.provider).joined(separator: " and ")). Select one with ?provider=."
            )
        }
        return try visible(candidates.first, to: principal)
    }

    private static func visible(_ transaction: PaymentTransaction?, to principal: Principal) throws -> PaymentTransaction {
        guard let transaction, principal.maySee(ownedBy: transaction.userID) else { throw GatewayError.notFound("payment") }
        return transaction
    }
}

extension PaymentTransaction {
    /// Returns the row with its disputes. Hardly any payment has one, and only those are looked for.
    func withDisputes(from reader: any StoreReader) throws -> PaymentTransaction {
        if dispute == nil { return self }
        var copy = self
        copy.disputes = try reader.disputes(transactionID: id)
        return copy
    }
}
