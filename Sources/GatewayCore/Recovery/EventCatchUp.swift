import Foundation
package import Logging
import Metrics
package import ProviderAPI
import ServiceLifecycle

/// Finds webhooks that never arrived: it reads the provider's own list of events, and takes in those that are not in the inbox.
package struct EventCatchUp: Service {
    let store: any GatewayStore
    let registry: any ProviderRegistry
    let supervisor: FlowSupervisor
    let inbox: WebhookInbox
    let clock: any ProviderClock
    let logger: Logger
    private let alarm = Alarm()

    /// How often the lists are read.
    static let interval = Duration.seconds(600)
    /// How far before the last reading the next one begins: a list may show an event later than its time.
    static let overlap = Duration.seconds(300)
    /// How far back the first reading goes.
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
        await alarm.repeatedly(every: Self.interval, clock: clock) { await catchUp() }
    }

    /// Reads the list of each provider that has one.
    ///
    /// - Returns: how many events had been missed.
    @discardableResult
    package func catchUp() async -> Int {
        await withTaskGroup { group in
            for provider in registry.providers where provider.service.capabilities.listsEvents {
                group.addTask {
                    do {
                        return try await catchUp(with: provider)
                    } catch {
                        logger.warning(
                            "A provider's events could not be listed; it is tried again.",
                            metadata: [
                                "provider": "\(provider.name)",
                                "error": "\((error as? ProviderError)?.summary ?? "\(type(of: error))")",
                            ])
                        return 0
                    }
                }
            }
            return await group.reduce(0, +)
        }
    }

    private func catchUp(with provider: Provider) async throws -> Int {
        let now = clock.now()
        let name = provider.name
        let listed = try await store.read { try $0.eventsListed(of: name) }
        let since = listed?.advanced(by: .zero - Self.overlap) ?? now.advanced(by: .zero - Self.firstSpan)
        let events = try await supervisor.ask(provider) { () async throws(ProviderError) in
            let call = CallContext(deadline: .now + OperationRunner.deadline, requestID: "events-\(name)")
            return try await provider.service.listEvents(since: since, in: call)
        }
        let missed = try await store.write { writer in
            try writer.setEventsListed(of: name, until: now, at: now)
            return try events.count { event in
                // The list gives no raw bytes; what was read of the event stands for them.
                let body = Array(try JSONEncoder().encode(event))
                return try writer.insertWebhook(
                    NewWebhook(provider: name, event: event, rawBody: body, receivedAt: now)) != nil
            }
        }
        if missed > 0 {
            Counter(label: "gateway_webhooks_missed_total", dimensions: [("provider", name)]).increment(by: missed)
            logger.notice(
                "Webhooks that never arrived were found.", metadata: ["provider": "\(name)", "count": .stringConvertible(missed)])
            inbox.wake()
        }
        return missed
    }
}
