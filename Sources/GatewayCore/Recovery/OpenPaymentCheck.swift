package import GatewayLifecycle
package import Logging
import Metrics
package import ProviderAPI
import ServiceLifecycle

/// Finds out what became of payments and refunds whose webhooks were missed: it asks the provider for each that is not at its end, at
/// growing intervals. A provider's list of events may not have them: it may be late, end after a month, or not exist.
///
/// A payment is asked for when it is two minutes old, and whenever its age has doubled since. So one that a payer finishes in an hour is known
/// of after two at the latest, and one that a payer never finishes costs 15 calls in all. The same holds for a refund that is on
/// its way.
package struct OpenPaymentCheck: Service {
    let store: any GatewayStore
    let registry: any ProviderRegistry
    let clock: any ProviderClock
    let logger: Logger
    private let payments: PaymentRefresh
    private let maximumPerRound: Int
    private let backlogs = OpenPaymentBacklogs()
    private let rounds = ProviderRounds()

    /// How often the gateway looks whether something is due.
    static let interval = Duration.seconds(60)
    /// How old a payment is when it is asked for first.
    static let firstAge = Duration.seconds(120)
    /// Payments that are older than this are left to clients that ask for them.
    static let lastAge = Duration.seconds(30 * 24 * 3600)
    /// How far back the first round of an installation looks.
    static let firstSpan = Duration.seconds(24 * 3600)
    private static let pageSize = 100
    /// This many failures in a row are an outage.
    private static let failuresOfAnOutage = 3

    /// The statuses in which the provider may still show another end.
    private static let statuses = PaymentStatus.allCases.filter(\.isOpen) + [.canceled]

    /// Whether the provider may still show another end. A payment that the gateway closed by itself may still be paid there.
    private static func isOpen(_ payment: PaymentTransaction) -> Bool {
        payment.status.isOpen || payment.state.isOpenAtProvider
    }

    /// A check over a store and the providers in use.
    ///
    /// - Parameter maximumPerRound: a provider is asked for about so many at most in a round; what is left is due in the next one.
    package init(
        store: any GatewayStore, registry: any ProviderRegistry, supervisor: FlowSupervisor, lifecycle: Lifecycle,
        clock: any ProviderClock, logger: Logger, maximumPerRound: Int = 1000
    ) {
        self.store = store
        self.registry = registry
        self.clock = clock
        self.logger = logger
        self.maximumPerRound = maximumPerRound
        // Clients' writes go first.
        payments = PaymentRefresh(
            store: store.patient, supervisor: supervisor, lifecycle: lifecycle, clock: clock, logger: logger)
    }

    /// Looks every minute, until the graceful shutdown.
    package func run() async throws {
        await rounds.run(every: Self.interval, clock: clock, providers: { registry.providers }, work: isBehind)
    }

    /// Asks each provider for its payments and refunds that are due.
    package func check() async {
        await withDiscardingTaskGroup { group in
            for provider in registry.providers {
                group.addTask { _ = await isBehind(provider) }
            }
        }
    }

    /// Does a provider's round.
    ///
    /// - Returns: whether more is due than the round took.
    @Sendable private func isBehind(_ provider: Provider) async -> Bool {
        do {
            return try await check(provider)
        } catch {
            logger.warning(
                "A provider could not be asked for open payments; it is tried again.",
                metadata: [
                    "provider": "\(provider.name)", "error": "\((error as? ProviderError)?.summary ?? "\(type(of: error))")",
                ])
            return false
        }
    }

    private func check(_ provider: Provider) async throws -> Bool {
        let now = clock.now()
        var backlog = try await backlog(of: provider.name, at: now)
        if backlog.count < maximumPerRound {
            let (due, until) = try await due(at: provider.name, since: backlog.until, upTo: now)
            // A stop can have cut the search short.
            try Task.checkCancellation()
            backlog.add(due, until: until)
        }
        let round = await ask(for: backlog.beginRound(), at: provider)
        backlog.end(round)
        backlogs.keep(backlog, of: provider.name)
        if let failure = round.lastFailure, round.isOutage || round.isStopped || !round.hasAnswered { throw failure }
        guard backlog.count == 0, !round.isStopped else { return false }
        try await store.write { [until = backlog.until] in try $0.setOpenPaymentsChecked(at: provider.name, until: until, at: now)
        }
        return backlog.until < now
    }

    private func backlog(of provider: String, at now: Timestamp) async throws -> OpenPaymentBacklog {
        if let known = backlogs.backlog(of: provider) { return known }
        let (last, reviewed) = try await store.read { reader in
            (try reader.openPaymentsChecked(at: provider), try reader.reviewedTransactions(beforeID: nil, limit: maximumPerRound))
        }
        var backlog = OpenPaymentBacklog(until: last ?? now.advanced(by: .zero - Self.firstSpan))
        // Where books and provider differed, each start asks once more: they may agree again, and what a migration converted is vague.
        let due = reviewed.filter { $0.provider.isIdentical(to: provider) && $0.paymentIntentID != nil }.map { $0.id }
        backlog.add(due.map { .payment($0) }, until: backlog.until)
        return backlog
    }

    private func ask(for items: [OpenPaymentBacklog.Item], at provider: Provider) async -> OpenPaymentBacklog.Round {
        var round = OpenPaymentBacklog.Round(items)
        while let item = round.next() {
            // A stop does not wait for the rest, which is due again at the next start.
            if Task.isCancelled || Task.isShuttingDownGracefully {
                round.stop(at: item, because: nil)
                return round
            }
            do {
                switch item.due {
                case .payment(let id): try await ask(forPayment: id, at: provider)
                case .refund(let id, let payment): try await ask(forRefund: id, of: payment, at: provider)
                }
                round.noteAnswer()
            } catch let error where Self.concernsItemAlone(error) {
                // One payment that the provider has trouble with keeps no other waiting; several in a row are an outage.
                round.noteFailure(error, of: item)
                if round.failuresInARow == Self.failuresOfAnOutage {
                    round.isOutage = true
                    return round
                }
            } catch {
                // The books cannot be read or written.
                round.stop(at: item, because: error)
                return round
            }
        }
        return round
    }

    /// Whether the error says nothing about the others: it is the provider's, or the books refuse what it shows.
    private static func concernsItemAlone(_ error: any Error) -> Bool {
        switch error {
        case StoreError.unavailable: false
        case is CancellationError: false
        default: true
        }
    }

    private func ask(forPayment id: Int64, at provider: Provider) async throws {
        guard let known = try await store.read({ try $0.transaction(id) }), let intentID = known.paymentIntentID,
            Self.isOpen(known) || known.review != nil
        else { return }
        let refreshed: PaymentTransaction
        do {
            refreshed = try await payments.refresh(known, intent: intentID, at: provider, requestID: "open-payment-\(id)")
        } catch ProviderError.rejected(let rejection) where rejection.reason == .notFound {
            // It says nothing about the others, and asking sooner would not help.
            return
        }
        guard refreshed.status != known.status else { return }
        note("A payment had changed without a webhook.", id, refreshed.status.rawValue, at: provider)
    }

    private func ask(forRefund id: Int64, of payment: Int64, at provider: Provider) async throws {
        let (row, known) = try await store.read { reader in
            (try reader.transaction(payment), try reader.refunds(transactionID: payment).first { $0.id == id })
        }
        guard let row, let intentID = row.paymentIntentID, let known, RefundStatus(known.status).isOnItsWay else { return }
        do {
            _ = try await payments.refresh(
                row, intent: intentID, at: provider, refund: known.providerRefundID, requestID: "open-refund-\(id)")
        } catch ProviderError.rejected(let rejection) where [.notFound, .unsupported].contains(rejection.reason) {
            return
        }
        let refreshed = try await store.read { try $0.refunds(transactionID: payment) }.first { $0.id == id }
        guard let refreshed, refreshed.status != known.status else { return }
        note("A refund had changed without a webhook.", payment, refreshed.status.rawValue, at: provider)
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
    private func due(
        at provider: String, since: Timestamp, upTo now: Timestamp
    ) async throws -> (due: [OpenPaymentBacklog.Due], until: Timestamp) {
        var until = now
        if since >= now { return ([], since) }
        while true {
            let half = until.duration(since: since) / 2
            let limit = half < .seconds(1) ? Int.max : maximumPerRound
            if let due = try await due(at: provider, since: since, until: until, limit: limit) { return (due, until) }
            until = since.advanced(by: half)
        }
    }

    /// The open payments and refunds whose age has passed one of the steps since, each once; nil where they are more than the limit.
    private func due(
        at provider: String, since: Timestamp, until: Timestamp, limit: Int
    ) async throws -> [OpenPaymentBacklog.Due]? {
        var payments: Set<Int64> = []
        // With their payments.
        var refunds: [Int64: Int64] = [:]
        for age in Self.ages {
            let (from, to) = (since.advanced(by: .zero - age), until.advanced(by: .zero - age))
            for status in Self.statuses {
                var query = TransactionQuery(userID: nil, limit: Self.pageSize)
                query.provider = provider
                query.status = status
                query.createdFrom = from
                query.createdTo = to
                while !Task.isCancelled {
                    let page = try await store.read { [query] in try $0.transactions(query) }
                    payments.formUnion(page.filter(Self.isOpen).map(\.id))
                    if payments.count > limit { return nil }
                    guard page.count == Self.pageSize, let last = page.last else { break }
                    query.beforeID = last.id
                }
            }
            let pending = try await store.read {
                try $0.pendingRefunds(at: provider, createdFrom: from, createdTo: to, limit: limit == .max ? limit : limit + 1)
            }
            for refund in pending { refunds[refund.id] = refund.transactionID }
            if payments.count + refunds.count > limit { return nil }
        }
        return payments.sorted().map { .payment($0) } + refunds.sorted { $0.key < $1.key }.map { .refund($0.key, of: $0.value) }
    }

    /// The ages at which a payment is asked for.
    static let ages: [Duration] = {
        var ages = [firstAge]
        while let age = ages.last, age * 2 <= lastAge { ages.append(age * 2) }
        return ages
    }()
}
