package import Logging
import Metrics
package import ProviderAPI
import ServiceLifecycle

/// Finds out what became of payments and refunds whose webhooks were missed: it asks the provider for each that is not at its end, seldom
/// and ever more seldom. A provider's list of events may not have them: it may be late, end after a month, or not exist.
///
/// A payment is asked for when it is two minutes old, and whenever its age has doubled since. So one that a payer finishes in an hour is known
/// of after two at the latest, and one that a payer never finishes costs fifteen questions in all. The same holds for a refund that is on
/// its way.
package struct OpenPaymentCheck: Service {
    let store: any GatewayStore
    let registry: any ProviderRegistry
    let clock: any ProviderClock
    let logger: Logger
    private let payments: PaymentRefresh
    private let refunds: RefundRefresh
    private let maximumPerRound: Int
    private let alarm = Alarm()

    /// How often the gateway looks whether something is due.
    static let interval = Duration.seconds(60)
    /// How old a payment is when it is asked for first.
    static let firstAge = Duration.seconds(120)
    /// Payments that are older than this are left to clients that ask for them.
    static let lastAge = Duration.seconds(30 * 24 * 3600)
    /// How far back the first round of an installation looks.
    static let firstSpan = Duration.seconds(24 * 3600)
    private static let pageSize = 100
    /// So many questions in a row without an answer are the provider's trouble, not theirs.
    private static let failuresOfAnOutage = 3

    private static let openStatuses: [TransactionStatus] = [
        .requiresPaymentMethod, .requiresConfirmation, .requiresAction, .processing, .requiresCapture, .failed,
    ]

    /// A payment or a refund that is due.
    private enum Due {
        case payment(PaymentTransaction)
        case refund(RefundRecord)
    }

    /// A check over a store and the providers in use.
    ///
    /// - Parameter maximumPerRound: a provider is asked for about so many at most in a round; what is left is due in the next one.
    package init(
        store: any GatewayStore, registry: any ProviderRegistry, supervisor: FlowSupervisor, clock: any ProviderClock,
        logger: Logger, maximumPerRound: Int = 1000
    ) {
        self.store = store
        self.registry = registry
        self.clock = clock
        self.logger = logger
        self.maximumPerRound = maximumPerRound
        // Clients' writes go first.
        payments = PaymentRefresh(store: store.patient, supervisor: supervisor, clock: clock, logger: logger)
        refunds = RefundRefresh(store: store.patient, supervisor: supervisor, clock: clock, logger: logger)
    }

    /// Looks every minute, until the graceful shutdown.
    package func run() async throws {
        await alarm.repeatedly(every: Self.interval, clock: clock) { await check() }
    }

    /// Asks each provider for its payments and refunds that are due.
    package func check() async {
        await withDiscardingTaskGroup { group in
            for provider in registry.providers {
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
        let (due, until) = try await due(at: provider.name, since: since, upTo: now)
        var failuresInARow = 0
        var lastFailure: ProviderError?
        var hasAnswered = false
        for item in due {
            // A stop does not wait for the rest, which is due again at the next start.
            try Task.checkCancellation()
            if Task.isShuttingDownGracefully { return }
            do {
                switch item {
                case .payment(let payment): try await ask(for: payment, at: provider)
                case .refund(let refund): try await ask(for: refund, at: provider)
                }
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
        try await store.write { try $0.setOpenPaymentsChecked(at: provider.name, until: until, at: now) }
    }

    private func ask(for payment: PaymentTransaction, at provider: Provider) async throws {
        guard let id = payment.paymentIntentID else { return }
        let refreshed: PaymentTransaction
        do {
            refreshed = try await payments.refresh(payment, intent: id, at: provider, requestID: "open-payment-\(payment.id)")
        } catch ProviderError.rejected(let rejection) where rejection.reason == .notFound {
            // It says nothing about the others, and asking sooner would not help.
            return
        }
        guard refreshed.status != payment.status else { return }
        note("A payment had changed without a webhook.", payment.id, refreshed.status.rawValue, at: provider)
    }

    private func ask(for refund: RefundRecord, at provider: Provider) async throws {
        let refreshed: RefundRecord
        do {
            refreshed = try await refunds.refresh(refund, at: provider)
        } catch ProviderError.rejected(let rejection) where [.notFound, .unsupported].contains(rejection.reason) {
            return
        }
        guard refreshed.status != refund.status else { return }
        note("A refund had changed without a webhook.", refund.transactionID, refreshed.status.rawValue, at: provider)
    }

    private func note(_ message: Logger.Message, _ transaction: Int64, _ status: String, at provider: Provider) {
        Counter(label: "gateway_webhooks_missed_total", dimensions: [("provider", provider.name)]).increment()
        logger.notice(
            message,
            metadata: [
                "provider": "\(provider.name)", "transaction": .stringConvertible(transaction), "payment_status": "\(status)",
            ])
    }

    /// What is due, and until when that is all: where there is too much for a round, the time is cut in halves.
    private func due(at provider: String, since: Timestamp, upTo now: Timestamp) async throws -> (due: [Due], until: Timestamp) {
        var until = now
        while true {
            let half = until.duration(since: since) / 2
            let limit = half < .seconds(1) ? Int.max : maximumPerRound
            if let due = try await due(at: provider, since: since, until: until, limit: limit) { return (due, until) }
            until = since.advanced(by: half)
        }
    }

    /// The open payments and refunds whose age has passed one of the steps since, each once; nil where they are more than the limit.
    private func due(at provider: String, since: Timestamp, until: Timestamp, limit: Int) async throws -> [Due]? {
        var payments: [Int64: PaymentTransaction] = [:]
        var refunds: [Int64: RefundRecord] = [:]
        for age in Self.ages {
            let (from, to) = (since.advanced(by: .zero - age), until.advanced(by: .zero - age))
            for status in Self.openStatuses {
                var query = TransactionQuery(userID: nil, limit: Self.pageSize)
                query.provider = provider
                query.status = status
                query.createdFrom = from
                query.createdTo = to
                while !Task.isCancelled {
                    let page = try await store.read { [query] in try $0.transactions(query) }
                    for payment in page { payments[payment.id] = payment }
                    if payments.count > limit { return nil }
                    guard page.count == Self.pageSize, let last = page.last else { break }
                    query.beforeID = last.id
                }
            }
            let pending = try await store.read {
                try $0.pendingRefunds(at: provider, createdFrom: from, createdTo: to, limit: limit == .max ? limit : limit + 1)
            }
            for refund in pending { refunds[refund.id] = refund }
            if payments.count + refunds.count > limit { return nil }
        }
        return payments.values.sorted { $0.id < $1.id }.map { .payment($0) }
            + refunds.values.sorted { $0.id < $1.id }.map { .refund($0) }
    }

    /// The ages at which a payment is asked for.
    static let ages: [Duration] = {
        var ages = [firstAge]
        while let age = ages.last, age * 2 <= lastAge { ages.append(age * 2) }
        return ages
    }()
}
