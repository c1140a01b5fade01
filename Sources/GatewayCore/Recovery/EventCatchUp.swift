import Foundation
package import Logging
import Metrics
package import ProviderAPI
import ServiceLifecycle
import Synchronization

/// Finds webhooks that never arrived: it reads the provider's own list of events, and takes in those that are not in the inbox.
///
/// A list is read page by page. Each page is stored in one write with the place where the next one begins, so that a page that fails or a
/// restart costs no progress, and any number of events is read in the end. The provider's clock says how far a list was read: the
/// gateway's own may be wrong, and would leave out events that are made while it is.
package struct EventCatchUp: Service {
    let store: any GatewayStore
    let registry: any ProviderRegistry
    let supervisor: FlowSupervisor
    let inbox: WebhookInbox
    let clock: any ProviderClock
    let logger: Logger
    private let rounds = ProviderRounds()
    private let progress = ListingProgress()

    /// How often the lists are read.
    static let interval = Duration.seconds(600)
    /// How far before the end of the last list the next one begins: a list may show an event later than its time.
    static let overlap = Duration.seconds(900)
    /// How many pages of a provider's list a round reads.
    static let pagesPerRound = 200
    /// For how long a page is asked for in vain before the list is read from its beginning again: the provider may not know the place any
    /// more, and not say so.
    static let cursorTimeout = Duration.seconds(6 * 3600)
    /// How far back the first list goes.
    static let firstSpan = Duration.seconds(24 * 3600)

    /// A catch-up over a store and the providers in use.
    package init(
        store: any GatewayStore, registry: any ProviderRegistry, supervisor: FlowSupervisor, inbox: WebhookInbox,
        clock: any ProviderClock, logger: Logger
    ) {
        self.store = store
        self.registry = registry
        self.supervisor = supervisor
        self.inbox = inbox
        self.clock = clock
        self.logger = logger
    }

    /// Reads the lists at once, and then every ten minutes, until the graceful shutdown.
    package func run() async throws {
        await rounds.run(every: Self.interval, clock: clock, providers: { listing }, work: { await catchUp(with: $0).isBehind })
    }

    private var listing: [Provider] { registry.providers.filter(\.service.capabilities.listsEvents) }

    /// Reads the list of each provider that has one.
    ///
    /// - Returns: how many events had been missed.
    @discardableResult
    package func catchUp() async -> Int {
        await withTaskGroup { group in
            for provider in listing {
                group.addTask { await catchUp(with: provider).missed }
            }
            return await group.reduce(0, +)
        }
    }

    /// Does a provider's round: pages until the list ends, or as many as a round may have; the next round goes on there.
    private func catchUp(with provider: Provider) async -> (missed: Int, isBehind: Bool) {
        var missed = 0
        defer { if missed > 0 { report(missed, at: provider.name) } }
        do {
            let isBehind = try await readPages(at: provider, missed: &missed)
            return (missed, isBehind)
        } catch {
            logger.warning(
                "A provider's events could not be listed; it is tried again.",
                metadata: [
                    "provider": "\(provider.name)", "error": "\((error as? ProviderError)?.summary ?? "\(type(of: error))")",
                ])
            return (missed, false)
        }
    }

    /// - Returns: whether the list goes on.
    private func readPages(at provider: Provider, missed: inout Int) async throws -> Bool {
        let name = provider.name
        var listing = try await store.read { try $0.eventListing(of: name) }
        // A stop does not wait for a long list; the next start goes on with its next page.
        for _ in 0..<Self.pagesPerRound where !Task.isCancelled && !Task.isShuttingDownGracefully {
            var window = listing.window ?? EventListing.Window(from: start(after: listing))
            let page = try await page(of: window, after: listing, at: provider)
            // The mark is ahead of the provider's clock, so one of them is wrong, and what is between them may have been left out. Where the
            // provider does not tell its clock, this one shows it.
            if window.cursor == nil, case let now = page.now ?? clock.now(), now < window.from {
                window = EventListing.Window(from: now.advanced(by: .zero - Self.firstSpan))
                listing.window = window
                continue
            }
            guard progress.isNew(page.nextCursor, after: window.cursor, at: name) else {
                // Reading on would not end; the next round begins with the first page.
                missed += try await take(page.events, from: name, reaching: EventListing(until: listing.until))
                throw ProviderError.rejected(
                    Rejection(.invalidState, message: "a page of its list of events is followed by an earlier one"))
            }
            listing.advance(over: page, in: window, at: clock.now())
            missed += try await take(page.events, from: name, reaching: listing)
            if listing.window == nil { return false }
        }
        return true
    }

    private func start(after listing: EventListing) -> Timestamp {
        (listing.until ?? clock.now().advanced(by: .zero - Self.firstSpan)).advanced(by: .zero - Self.overlap)
    }

    private func page(
        of window: EventListing.Window, after listing: EventListing, at provider: Provider
    ) async throws -> EventPage {
        do throws(ProviderError) {
            return try await supervisor.ask(provider) { () async throws(ProviderError) in
                let call = CallContext(deadline: .now + OperationRunner.deadline, requestID: "events-\(provider.name)")
                return try await provider.service.listEvents(since: window.from, after: window.cursor, in: call)
            }
        } catch {
            let isUnknownPlace = if case .rejected(let rejection) = error { rejection.reason != .authentication } else { false }
            let isHopeless = progress.failureSpan(at: provider.name, now: clock.now()) >= Self.cursorTimeout
            if window.cursor != nil, isUnknownPlace || isHopeless {
                progress.restart(at: provider.name)
                // The next round begins with the first page.
                let restarted = EventListing(until: listing.until)
                let now = clock.now()
                try await store.write { try $0.setEventListing(restarted, of: provider.name, at: now) }
            }
            throw error
        }
    }

    /// Stores a page, and how far the list is read with it.
    private func take(_ events: [WebhookEvent], from name: String, reaching listing: EventListing) async throws -> Int {
        let now = clock.now()
        let missed = try await store.write { writer in
            let missed = try events.count { event in
                // The list gives no raw bytes; what was read of the event stands for them.
                let body = Array(try JSONEncoder().encode(event))
                return try writer.insertWebhook(
                    NewWebhook(provider: name, event: event, rawBody: body, receivedAt: now)) != nil
            }
            try writer.setEventListing(listing, of: name, at: now)
            return missed
        }
        if missed > 0 { inbox.wake() }
        return missed
    }

    private func report(_ missed: Int, at name: String) {
        Counter(label: "gateway_webhooks_missed_total", dimensions: [("provider", name)]).increment(by: missed)
        logger.notice(
            "Webhooks that never arrived were found.", metadata: ["provider": "\(name)", "count": .stringConvertible(missed)])
    }
}

extension EventListing {
    /// Moves on over a page of the list.
    ///
    /// - Parameter now: the gateway's clock; an event of a later time says nothing about the provider's.
    fileprivate mutating func advance(over page: EventPage, in window: Window, at now: Timestamp) {
        var window = window
        if window.cursor == nil { window.until = page.now }
        if page.now == nil, let newest = page.events.map({ min($0.createdAt, now) }).max() {
            window.until = max(window.until ?? newest, newest)
        }
        window.cursor = page.nextCursor
        self.window = window.cursor == nil ? nil : window
        // Without the provider's clock, a list without an event leaves the mark where it is.
        if window.cursor == nil { until = window.until ?? until ?? window.from }
    }
}

/// What a process has seen of the lists that are being read.
private final class ListingProgress: Sendable {
    private struct List {
        /// The pages that were read.
        var cursors: Set<Identifier> = []
        /// Since when every page has failed.
        var failingSince: Timestamp?
    }

    private let lists = Mutex<[Identifier: List]>([:])

    /// Notes that a page was read, and returns whether the list moves on with the next one. A list that comes back to an earlier page never
    /// ends.
    func isNew(_ next: String?, after cursor: String?, at provider: String) -> Bool {
        lists.withLock { lists in
            var list = lists[Identifier(provider), default: List()]
            defer { lists[Identifier(provider)] = list }
            list.failingSince = nil
            guard let cursor else {
                list.cursors = Set([next].compactMap { $0.map(Identifier.init) })
                return true
            }
            list.cursors.insert(Identifier(cursor))
            guard let next else {
                list.cursors = []
                return true
            }
            return list.cursors.insert(Identifier(next)).inserted
        }
    }

    /// Notes that a page failed, and returns for how long every page has.
    func failureSpan(at provider: String, now: Timestamp) -> Duration {
        lists.withLock { lists in
            let since = lists[Identifier(provider)]?.failingSince ?? now
            lists[Identifier(provider), default: List()].failingSince = since
            return now.duration(since: since)
        }
    }

    /// Forgets a list that is read from its beginning.
    func restart(at provider: String) {
        lists.withLock { $0[Identifier(provider)] = nil }
    }
}
