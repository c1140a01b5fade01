import GatewayCore
import GatewayHTTP
import GatewayLifecycle
import GatewayStorage
import Glibc
import Logging
import ProviderLoading
import ServiceLifecycle

/// The core over one open database and the providers in use. `gateway serve` runs all of it; a command that writes while no gateway
/// runs does its work with the same.
struct GatewayServices: Sendable {
    let store: SQLiteStore
    let client: OutboundClient
    let hosting: ProviderHosting
    let registry: LiveRegistry
    let clock: HostClock
    let encoder: AnswerBytes
    let supervisor: FlowSupervisor
    let inbox: WebhookInbox
    let outages: ProviderOutages
    let recovery: OperationRecovery
    let desk: OperationDesk
    let replay: WebhookReplay
    let providers: ProviderDesk
    let erasure: UserErasure
    let audit: PaymentAudit
    let retention: RetentionPolicy
    let lifecycle: Lifecycle
    let logger: Logger

    /// Takes the lock file, loads the providers, opens the database, and frees the operations of processes that are gone.
    ///
    /// In this order: a new version that refuses a module leaves the database as it is, so that the version before can be started again.
    ///
    /// - Parameters:
    ///   - client: under the providers' transports. Whoever made it ends it where this throws.
    ///   - keepsSecrets: whether secrets that are made up for development are written down.
    /// - Throws: `DatabaseOpenError`, `ConfigurationError`, `DevelopmentSecretError`.
    static func open(
        _ configuration: GatewayConfiguration, client: OutboundClient, keepsSecrets: Bool, logger: Logger
    ) async throws -> GatewayServices {
        let lock = try SQLiteStore.takeLock(path: configuration.database.path)
        let hosting = ProviderHosting(
            client: client, loader: .forProviders(of: configuration), logger: logger, keepsSecrets: keepsSecrets)
        let registry = LiveRegistry(try await hosting.load(configuration).registry(logger: logger), logger: logger)
        let store = try SQLiteStore.open(
            path: configuration.database.path, lock: lock,
            onCommitInDoubt: {
                logger.critical(
                    "A commit failed, and whether it is on disk is not known. The process ends; the next start finds out.")
                // Nobody may be answered, and no fsync tried again: at once, without handlers. EX_IOERR of sysexits.h.
                _exit(74)
            }
        )
        do {
            // Under the lock file no other process works on these operations.
            try await store.write { try $0.voidLeases() }
            hosting.removeOldCopies(of: configuration)
            return GatewayServices(
                store: store, client: client, hosting: hosting, registry: registry, retention: configuration.retention,
                lifecycle: Lifecycle(
                    refundsDuplicates: configuration.payments.refundsDuplicates,
                    confirmRetryWindow: configuration.payments.confirmRetryWindow),
                logger: logger)
        } catch {
            await store.close()
            throw error
        }
    }

    private init(
        store: SQLiteStore, client: OutboundClient, hosting: ProviderHosting, registry: LiveRegistry,
        retention: RetentionPolicy, lifecycle: Lifecycle, logger: Logger
    ) {
        self.lifecycle = lifecycle
        self.store = store
        self.client = client
        self.hosting = hosting
        self.registry = registry
        self.retention = retention
        self.logger = logger
        clock = HostClock()
        encoder = AnswerBytes(registry: registry)
        supervisor = FlowSupervisor(ownThreads: FlowThreads())
        outages = ProviderOutages()
        inbox = WebhookInbox(
            store: store, registry: registry, supervisor: supervisor, outages: outages, lifecycle: lifecycle, clock: clock,
            logger: logger)
        recovery = OperationRecovery(
            store: store, registry: registry, supervisor: supervisor, encoder: encoder, inbox: inbox, outages: outages,
            lifecycle: lifecycle, clock: clock, logger: logger
        )
        desk = OperationDesk(
            store: store, registry: registry, supervisor: supervisor, encoder: encoder, lifecycle: lifecycle, clock: clock,
            logger: logger)
        replay = WebhookReplay(store: store, inbox: inbox, clock: clock, logger: logger)
        providers = ProviderDesk(registry: registry, supervisor: supervisor)
        erasure = UserErasure(store: store, clock: clock, logger: logger)
        audit = PaymentAudit(
            store: store, registry: registry, supervisor: supervisor, lifecycle: lifecycle, clock: clock, logger: logger)
    }

    /// What runs in the background while requests are taken. What is needed longest comes first: services end in reverse order.
    var background: [any Service] {
        [
            StoreService(store: store), OutboundService(client: client), supervisor, inbox, recovery,
            OutageProbe(
                store: store, registry: registry, supervisor: supervisor, outages: outages, clock: clock, logger: logger),
            RetentionPurge(store: store, policy: retention, clock: clock, logger: logger),
            HistoryRootService(store: store, clock: clock, logger: logger),
            EventCatchUp(
                store: store, registry: registry, supervisor: supervisor, inbox: inbox, clock: clock, logger: logger),
            OpenPaymentCheck(
                store: store, registry: registry, supervisor: supervisor, lifecycle: lifecycle, clock: clock, logger: logger),
            registry,
        ]
    }

    /// The routes of the REST API.
    ///
    /// - Parameters:
    ///   - offersCommands: whether admins can run the providers' commands over HTTP.
    ///   - memory: what the bytes of requests' bodies are counted in.
    ///   - requiresIdempotencyKey: whether a request that changes a payment needs a key.
    func api(
        verifier: TokenVerifier, offersCommands: Bool, memory: BodyMemory, authorization: AuthorizationPolicy,
        rateLimit: SubjectRateLimit?, requiresIdempotencyKey: Bool,
        reload: @escaping @Sendable (_ isForced: Bool) async throws -> Void
    ) -> RouteTable {
        RouteTable(
            orders: OrderBook(store: store, encoder: encoder, clock: clock),
            flow: PaymentFlow(
                store: store, registry: registry, supervisor: supervisor, encoder: encoder, authorization: authorization,
                lifecycle: lifecycle, clock: clock, logger: logger
            ),
            queries: PaymentQueries(
                store: store, registry: registry, supervisor: supervisor, lifecycle: lifecycle, clock: clock, logger: logger),
            webhooks: WebhookFlow(store: store, registry: registry, inbox: inbox, clock: clock, logger: logger),
            registry: registry, commands: ProviderCommandRoutes(desk: providers, areOffered: offersCommands), encoder: encoder,
            clock: clock, verifier: verifier, memory: memory, authorization: authorization, rateLimit: rateLimit,
            requiresIdempotencyKey: requiresIdempotencyKey, reload: reload
        )
    }

    /// Runs `work` in a process that serves no requests, and closes everything afterwards.
    func perform<Value: Sendable>(_ work: @Sendable (GatewayServices) async throws -> Value) async throws -> Value {
        let result: Result<Value, any Error>
        do {
            result = .success(
                try await withThrowingTaskGroup { group in
                    // Calls to providers are flows of the supervisor.
                    group.addTask { try await supervisor.run() }
                    defer { group.cancelAll() }
                    return try await work(self)
                }
            )
        } catch {
            result = .failure(error)
        }
        await store.close()
        try await client.shutdown()
        return try result.get()
    }
}
