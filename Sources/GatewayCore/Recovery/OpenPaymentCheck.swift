package import Logging
import Metrics
package import ProviderAPI
import ServiceLifecycle

/// Finds out what became of payments whose webhooks were missed, at providers that list no events: it asks for each payment that is not
/// at its end, seldom and ever more seldom.
///
/// A payment is asked for when it is two minutes old, and whenever its age has doubled since. So one that a payer finishes in an hour is known
/// of after two at the latest, and one that nobody ever finishes costs fifteen questions in all.
package struct OpenPaymentCheck: Service {
    let store: any GatewayStore
    let registry: any ProviderRegistry
    let clock: any ProviderClock
    let logger: Logger
    private let refresh: PaymentRefresh
    private let alarm = Alarm()

    /// How often it is looked whether a payment is due.
    static let interval = Duration.seconds(60)
    /// How old a payment is when it is asked for first.
    static let firstAge = Duration.seconds(120)
    /// Payments that are older than this are left to whoever asks for them.
    static let lastAge = Duration.seconds(30 * 24 * 3600)
    /// How far back the first round of an installation looks.
    static let firstSpan = Duration.seconds(24 * 3600)
    private static let pageSize = 100
    /// So many payments in a row that are not answered for are the provider's trouble, not theirs.
    private static let failuresOfAnOutage = 3

    private static let openStatuses: [TransactionStatus] = [
        .requiresPaymentMethod, .requiresConfirmation, .requiresAction, .processing, .requiresCapture, .failed,
    ]

    /// A check over a store and the providers in use.
    package init(
        store: any GatewayStore, registry: any ProviderRegistry, supervisor: FlowSupervisor, clock: any ProviderClock,
        logger: Logger
    ) {
        self.store = store
        self.registry = registry
        self.clock = clock
        self.logger = logger
        refresh = PaymentRefresh(store: store, supervisor: supervisor, clock: clock, logger: logger)
    }

    /// Looks every minute, until the graceful shutdown.
    package func run() async throws {
        await alarm.repeatedly(every: Self.interval, clock: clock) { await check() }
    }

    /// Asks for the payments that are due at each provider that lists no events.
    package func check() async {
        await withDiscardingTaskGroup { group in
            for provider in registry.providers where !provider.service.capabilities.listsEvents {
                group.addTask {
                    do {
                        try await check(provider)
                    } catch {
                        logger.warning(
                            "A provider could not be asked for open payments; it is tried again.",
                            metadata: [
                                "provider": "\(provider.name)",
                                "error": "\((error as? ProviderError)?.summary ?? "\(type(of: error))")",
                            ])
                    }
                }
            }
        }
    }

    private func check(_ provider: Provider) async throws {
        let now = clock.now()
        let last = try await store.read { try $0.openPaymentsChecked(at: provider.name) }
        let since = last ?? now.advanced(by: .zero - Self.firstSpan)
        var failuresInARow = 0
        var lastFailure: ProviderError?
        var hasAnswered = false
        for payment in try await due(at: provider.name, since: since, until: now) {
            // Cancelled, the rest is due again at the next start.
            try Task.checkCancellation()
            do {
                try await ask(for: payment, at: provider)
                failuresInARow = 0
                hasAnswered = true
            } catch let error as ProviderError {
                // One payment that the provider has trouble with keeps no other waiting; several are an outage.
                failuresInARow += 1
                if failuresInARow == Self.failuresOfAnOutage { throw error }
                lastFailure = error
            }
        }
        // Where nothing was answered, all of it stays due.
        if let lastFailure, !hasAnswered { throw lastFailure }
        try await store.write { try $0.setOpenPaymentsChecked(at: provider.name, until: now, at: now) }
    }

    private func ask(for payment: PaymentTransaction, at provider: Provider) async throws {
        guard let id = payment.paymentIntentID else { return }
        let refreshed: PaymentTransaction
        do {
            refreshed = try await refresh.refresh(payment, intent: id, at: provider, requestID: "open-payment-\(payment.id)")
        } catch ProviderError.rejected(let rejection) where rejection.reason == .notFound {
            // It says nothing about the others, and asking sooner would not help.
            return
        }
        guard refreshed.status != payment.status else { return }
        Counter(label: "gateway_webhooks_missed_total", dimensions: [("provider", provider.name)]).increment()
        logger.notice(
            "A payment had changed without a webhook.",
            metadata: [
                "provider": "\(provider.name)", "transaction": .stringConvertible(payment.id),
                "payment_status": "\(refreshed.status.rawValue)",
            ])
    }

    /// The open payments whose age has passed one of the steps since, each once.
    private func due(at provider: String, since: Timestamp, until now: Timestamp) async throws -> [PaymentTransaction] {
        var due: [Int64: PaymentTransaction] = [:]
        for age in Self.ages {
            for status in Self.openStatuses {
                var query = TransactionQuery(userID: nil, limit: Self.pageSize)
                query.provider = provider
                query.status = status
                query.createdFrom = since.advanced(by: .zero - age)
                query.createdTo = now.advanced(by: .zero - age)
                while !Task.isCancelled {
                    let page = try await store.read { [query] in try $0.transactions(query) }
                    for payment in page { due[payment.id] = payment }
                    guard page.count == Self.pageSize, let last = page.last else { break }
                    query.beforeID = last.id
                }
            }
        }
        return due.values.sorted { $0.id < $1.id }
    }

    /// The ages at which a payment is asked for.
    static let ages: [Duration] = {
        var ages = [firstAge]
        while let age = ages.last, age * 2 <= lastAge { ages.append(age * 2) }
        return ages
    }()
}
