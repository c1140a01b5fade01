import Foundation
import GatewayCore
import GatewayHTTP
import GatewayStorage
import Hummingbird
import Logging
import NIOCore
import ProviderLoading
import ServiceLifecycle
import Synchronization
import UnixSignals

/// The gateway, put together: from here on it only runs.
struct GatewayApplication: Sendable {
    private let services: [any Service]
    private let logger: Logger

    /// How long a shutdown may take before the process ends regardless.
    private static let shutdownLimit = Duration.seconds(30)

    /// Opens the books, loads the providers and wires everything.
    ///
    /// - Parameter reloading: reads the configuration again, for `POST /providers/reload`.
    /// - Throws: `ConfigurationError`, `DatabaseOpenError`, `DevelopmentSecretError`, or what a key set's file or URL is refused with.
    static func build(
        _ configuration: GatewayConfiguration, reloading: @escaping @Sendable () throws -> GatewayConfiguration,
        metrics: PrometheusMetrics, logger: Logger
    ) async throws -> GatewayApplication {
        for warning in configuration.warnings {
            logger.warning("The configuration is allowed, and worth a look.", metadata: ["warning": "\(warning)"])
        }
        let clock = HostClock()
        let client = OutboundClient()
        let store: SQLiteStore
        let registry: LiveRegistry
        let verifier: TokenVerifier
        let hosting = ProviderHosting(
            client: client, loader: ModuleLoader(directory: configuration.modulesDirectory), logger: logger)
        do {
            verifier = try await TokenVerification.verifier(for: configuration, client: client, clock: clock, logger: logger)
            store = try SQLiteStore.open(
                path: configuration.database.path,
                onCommitInDoubt: {
                    logger.critical(
                        "A commit failed, and whether it is on disk is not known. The gateway ends; its next start finds out.")
                    // Nobody may be answered, and no fsync tried again: at once, without handlers. EX_IOERR of sysexits.h.
                    _exit(74)
                }
            )
            // Under the lock file no other process works on these operations.
            try await store.write { try $0.voidLeases() }
            registry = LiveRegistry(try await hosting.load(configuration).registry(logger: logger), logger: logger)
        } catch {
            try? await client.shutdown()
            throw error
        }

        let encoder = AnswerBytes(registry: registry)
        let supervisor = FlowSupervisor()
        let inbox = WebhookInbox(store: store, registry: registry, supervisor: supervisor, clock: clock, logger: logger)
        let recovery = OperationRecovery(
            store: store, registry: registry, supervisor: supervisor, encoder: encoder, clock: clock, logger: logger
        )
        let reloads = ReloadGate()
        let api = RouteTable(
            orders: OrderBook(store: store, encoder: encoder, clock: clock),
            flow: PaymentFlow(
                store: store, registry: registry, supervisor: supervisor, encoder: encoder, clock: clock, logger: logger
            ),
            queries: PaymentQueries(store: store, registry: registry, supervisor: supervisor, clock: clock, logger: logger),
            webhooks: WebhookFlow(store: store, registry: registry, inbox: inbox, clock: clock, logger: logger),
            registry: registry, encoder: encoder, clock: clock, verifier: verifier,
            reload: { try await reloads.pass { try await reload(registry, hosting, reloading, logger) } }
        )
        let readiness = Readiness()
        let documentation = DocumentationRoutes(webRoot: webRoot)
        let server = Application(
            router: GatewayRouter.make(
                api: api,
                operations: OperationsRoutes(
                    isReady: {
                        guard readiness.isReady else { return false }
                        return (try? await store.ping()) != nil
                    },
                    metrics: { metrics.render() }
                ),
                documentation: documentation, logger: logger
            ),
            server: .http1(
                configuration: .init(
                    idleTimeout: .seconds(60),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 16 * 1024, maxHeaderListSize: 32 * 1024, maxHeaderFieldCount: 100)
                )
            ),
            configuration: .init(
                address: .hostname(configuration.server.host, port: configuration.server.port), serverName: "payment-gateway",
                reuseAddress: true
            ),
            onServerRunning: { channel in
                readiness.set(true)
                logger.notice("Listening.", metadata: ["address": "\(channel.localAddress?.description ?? "-")"])
            },
            logger: logger
        )
        if !documentation.missing.isEmpty {
            logger.warning("Some pages of the documentation have no files.", metadata: ["missing": "\(documentation.missing)"])
        }
        return GatewayApplication(
            // What is needed longest comes first: services end in reverse order, the server before all others.
            services: [
                StoreService(store: store), OutboundService(client: client), supervisor, inbox, recovery, registry, server,
                readiness,
            ],
            logger: logger
        )
    }

    /// Runs until SIGTERM or SIGINT, and then until what was accepted is done.
    func run() async throws {
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
        )
        configuration.maximumGracefulShutdownDuration = Self.shutdownLimit
        try await ServiceGroup(configuration: configuration).run()
    }

    /// The folder with the documentation's assets: `web` beside the executable, unless GATEWAY_WEB_ROOT names another.
    private static var webRoot: String {
        ProcessInfo.processInfo.environment["GATEWAY_WEB_ROOT"] ?? Executable.directory + "/web"
    }

    private static func reload(
        _ registry: LiveRegistry, _ hosting: ProviderHosting, _ reloading: () throws -> GatewayConfiguration, _ logger: Logger
    ) async throws {
        do {
            let report = await hosting.load(try reloading())
            guard report.problems.isEmpty else { throw ConfigurationError(report.problems) }
            registry.use(try report.registry(logger: logger))
            logger.notice(
                "Providers reloaded.", metadata: ["providers": "\(report.providers.map(\.name).joined(separator: " "))"])
        } catch let error as ConfigurationError {
            for problem in error.problems {
                logger.error("providers.yaml cannot be reloaded.", metadata: ["problem": "\(problem)"])
            }
            var refusal = GatewayError(
                .invalidRequest, "providers.yaml cannot be used; nothing was changed. The log has every mistake, with its line."
            )
            refusal.fields = error.problems.filter { !$0.keyPath.isEmpty }.map {
                GatewayError.Field($0.keyPath, "It is wrong in providers.yaml.")
            }
            throw refusal
        }
    }
}

/// Lets one reload through at a time: the older of two must not have the last word.
final class ReloadGate: Sendable {
    private let isTaken = Atomic(false)

    /// - Throws: `GatewayError` with `invalidState` while another reload is at work.
    func pass(_ reload: () async throws -> Void) async throws {
        guard isTaken.exchange(true, ordering: .acquiring) == false else {
            throw GatewayError(.invalidState, "Another reload is at work.").retry(afterSeconds: 1)
        }
        defer { isTaken.store(false, ordering: .releasing) }
        try await reload()
    }
}

/// Whether requests are taken: from the moment the server listens until a shutdown begins.
///
/// The last of the services, so that it is the first to hear of a shutdown.
final class Readiness: Service {
    private let state = Atomic(false)

    var isReady: Bool { state.load(ordering: .relaxed) }

    func set(_ isReady: Bool) {
        state.store(isReady, ordering: .relaxed)
    }

    func run() async throws {
        try? await gracefulShutdown()
        set(false)
    }
}
