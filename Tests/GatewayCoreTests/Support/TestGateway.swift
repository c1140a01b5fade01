import Foundation
import GatewayCore
import GatewayHarness
import GatewayLifecycle
import GatewayStorage
import Logging
import ProviderAPI
import ProviderTestKit
import Testing

/// The core over a real database and a scripted provider, without HTTP. The provider is called `acme`; `other` is a second one.
struct TestGateway: Sendable {
    let store: FaultyStore
    let service: ScriptedService
    let other: ScriptedService
    let clock: ManualClock
    /// What measures the deadlines of calls. It stands still: a call that the test keeps waiting is not late on a slow machine.
    let deadlineClock = HeldClock()
    let log: RecordedLog
    let supervisor: FlowSupervisor
    let flow: PaymentFlow
    let orders: OrderBook
    let queries: PaymentQueries
    let outages: ProviderOutages
    let inbox: WebhookInbox
    let webhooks: WebhookFlow
    let recovery: OperationRecovery
    let probe: OutageProbe
    let purge: RetentionPurge
    let catchUp: EventCatchUp
    let openPayments: OpenPaymentCheck
    let desk: OperationDesk
    let audit: PaymentAudit

    init(
        store: FaultyStore, service: ScriptedService = ScriptedService(),
        maximumConcurrentCalls: Int = ProviderCalls.defaultLimit, retired: Set<String> = [], lifecycle: Lifecycle = Lifecycle()
    ) {
        self.store = store
        self.service = service
        other = ScriptedService()
        clock = ManualClock()
        log = RecordedLog()
        supervisor = FlowSupervisor(clock: deadlineClock)
        let registry = TestRegistry(
            services: ["acme": service, "other": other], maximumConcurrentCalls: maximumConcurrentCalls, retired: retired)
        let (encoder, logger) = (TextEncoder(), log.logger)
        flow = PaymentFlow(
            store: store, registry: registry, supervisor: supervisor, encoder: encoder, lifecycle: lifecycle, clock: clock,
            logger: logger
        )
        orders = OrderBook(store: store, encoder: encoder, clock: clock)
        queries = PaymentQueries(
            store: store, registry: registry, supervisor: supervisor, lifecycle: lifecycle, clock: clock, logger: logger)
        outages = ProviderOutages()
        inbox = WebhookInbox(
            store: store, registry: registry, supervisor: supervisor, outages: outages, lifecycle: lifecycle, clock: clock,
            logger: logger)
        webhooks = WebhookFlow(store: store, registry: registry, inbox: inbox, clock: clock, logger: logger)
        recovery = OperationRecovery(
            store: store, registry: registry, supervisor: supervisor, encoder: encoder, inbox: inbox, outages: outages,
            lifecycle: lifecycle, clock: clock, logger: logger
        )
        probe = OutageProbe(
            store: store, registry: registry, supervisor: supervisor, outages: outages, clock: clock, logger: logger)
        purge = RetentionPurge(store: store, clock: clock, logger: logger)
        catchUp = EventCatchUp(
            store: store, registry: registry, supervisor: supervisor, inbox: inbox, clock: clock, logger: logger)
        openPayments = OpenPaymentCheck(
            store: store, registry: registry, supervisor: supervisor, lifecycle: lifecycle, clock: clock, logger: logger)
        audit = PaymentAudit(
            store: store, registry: registry, supervisor: supervisor, lifecycle: lifecycle, clock: clock, logger: logger)
        desk = OperationDesk(
            store: store, registry: registry, supervisor: supervisor, encoder: encoder, lifecycle: lifecycle, clock: clock,
            logger: logger)
    }
}

struct TestRegistry: ProviderRegistry {
    let providers: [Provider]
    let defaultProviderName = "acme"

    init(services: [String: any PaymentService], maximumConcurrentCalls: Int, retired: Set<String> = []) {
        let information = ModuleInformation(displayName: "Scripted", version: "1.0.0")
        providers = services.sorted { $0.key < $1.key }.map {
            Provider(
                name: $0.key, information: information, digest: "", service: $0.value,
                acceptsNewPayments: !retired.contains($0.key),
                maximumConcurrentCalls: maximumConcurrentCalls)
        }
    }

    func provider(named name: String) -> Provider? { providers.first { $0.name == name } }
}

/// Runs `body` with an open store in a folder of its own, and removes both afterwards.
func withStore(_ body: (FaultyStore) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gateway-core-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let store = try SQLiteStore.open(path: folder + "/gateway.db", installation: { "test" })
    do {
        try await body(FaultyStore(store))
        // Everything is checked before the first write: a unit that fails behind one has its whole batch run again.
        #expect(store.statistics.repeatedBatches == 0, "a unit failed after it had written")
        await store.close()
    } catch {
        await store.close()
        throw error
    }
}

/// Runs `body` with a gateway whose flows are served.
func withGateway(
    service: ScriptedService = ScriptedService(), maximumConcurrentCalls: Int = ProviderCalls.defaultLimit,
    lifecycle: Lifecycle = Lifecycle(), _ body: (TestGateway) async throws -> Void
) async throws {
    try await withStore { store throws in
        let gateway = TestGateway(
            store: store, service: service, maximumConcurrentCalls: maximumConcurrentCalls, lifecycle: lifecycle)
        try await withThrowingTaskGroup { group in
            group.addTask { try await gateway.supervisor.run() }
            try await body(gateway)
            group.cancelAll()
        }
    }
}

/// An amount in cents.
func usd(_ cents: Int64) -> Money {
    guard let currency = Currency("USD") else { preconditionFailure("ISO 4217 has USD") }
    return Money(minorUnits: cents, currency: currency)
}
