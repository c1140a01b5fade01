import Foundation
import GatewayCore
import GatewayHTTP
import GatewayStorage
import Hummingbird
import Logging
import NIOCore
import ProviderAPI
import ProviderLoading
import ServiceLifecycle
import UnixSignals

/// The gateway, put together: from here on it only runs.
struct GatewayApplication: Sendable {
    private let services: [any Service]
    private let logger: Logger

    /// How long a shutdown may take before the process ends regardless.
    private static let shutdownLimit = Duration.seconds(30)

    /// Opens the books, loads the providers and wires everything.
    ///
    /// - Parameters:
    ///   - isForced: whether to start without providers that payments need, too.
    ///   - reloading: reads the configuration again, for `POST /providers/reload`.
    ///   - announce: gets the address once the gateway listens on it.
    /// - Throws: `ConfigurationError`, `DatabaseOpenError`, `DevelopmentSecretError`, or what a key set's file or URL is refused with.
    static func build(
        _ configuration: GatewayConfiguration, isForced: Bool, reloading: @escaping @Sendable () throws -> GatewayConfiguration,
        metrics: PrometheusMetrics, logger: Logger, announce: @escaping @Sendable (ListenAddress) -> Void
    ) async throws -> GatewayApplication {
        Allocator.returnLargeBlocks()
        let limit = connectionLimit(for: configuration, logger: logger)
        for warning in configuration.warnings {
            logger.warning("The configuration is allowed, and worth a look.", metadata: ["warning": "\(warning)"])
        }
        let client = OutboundClient()
        do {
            let tokens = try await TokenVerification.make(
                for: configuration, client: client, clock: HostClock(), logger: logger)
            let services = try await GatewayServices.open(configuration, client: client, keepsSecrets: true, logger: logger)
            do {
                try await services.checkDroppedProviders(by: configuration, isForced: isForced)
            } catch {
                await services.store.close()
                throw error
            }
            let reload = ProviderReload(services, started: configuration, keys: tokens.refresh, configuration: reloading)
            let readiness = Readiness()
            let memory = BodyMemory(limit: configuration.server.bodyMemory)
            let operations = operations(services, readiness, metrics, memory, limit)
            let server = server(
                configuration,
                api: services.api(
                    verifier: tokens.verifier, offersCommands: configuration.environment == .development, memory: memory,
                    authorization: configuration.authorization, rateLimit: configuration.rateLimit,
                    requiresIdempotencyKey: configuration.payments.requiresIdempotencyKey, reload: reload.run),
                operations: operations, limit: limit, readiness: readiness, logger: logger, announce: announce
            )
            let management = configuration.server.management.map {
                [ManagementListener(address: $0, operations: operations, logger: logger)]
            }
            let admin = AdminSocket(
                database: configuration.database.path, routes: services.adminRoutes(reload: reload.run), logger: logger)
            return GatewayApplication(
                // What is needed longest comes first: services end in reverse order, the server before all others.
                services: services.background + [tokens.refresh].compactMap { $0 }
                    + [
                        MemoryTrim(clock: services.clock, unused: { ProcessMetrics().unusedBytes }, trim: Allocator.trim),
                        ReloadSignal(reload: reload), admin,
                    ] + (management ?? []) + [server, readiness],
                logger: logger
            )
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    /// Runs until SIGTERM or SIGINT, and then until what was accepted is done.
    func run() async throws {
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
        )
        configuration.maximumGracefulShutdownDuration = Self.shutdownLimit
        try await ServiceGroup(configuration: configuration).run()
        logger.notice("The gateway has stopped.")
    }

    /// Before the first module is loaded: what it opens may be many.
    ///
    /// - Returns: the limit of connections that goes with it.
    private static func connectionLimit(for configuration: GatewayConfiguration, logger: Logger) -> ConnectionLimit {
        let limit = OpenFileLimit.raise()
        let calls = configuration.enabledProviders.map(\.maximumConcurrentCalls)
        let needed = OpenFileLimit.needed(forCalls: calls)
        if limit.soft < needed {
            logger.warning(
                "The limit of open files is lower than the providers' max_concurrent_calls need. Raise the hard limit, or lower those.",
                metadata: ["limit": .stringConvertible(limit.soft), "needed": .stringConvertible(needed)])
        }
        let wanted = configuration.server.maximumConnections
        let connections = limit.connections(forCalls: calls, wanted: wanted)
        if let wanted, connections < wanted {
            logger.warning(
                "The limit of open files leaves no room for server.max_connections. Raise the hard limit, or lower that.",
                metadata: [
                    "limit": .stringConvertible(limit.soft), "max_connections": .stringConvertible(wanted),
                    "in_force": .stringConvertible(connections),
                ])
        }
        return ConnectionLimit(connections, logger: logger)
    }

    private static func operations(
        _ services: GatewayServices, _ readiness: Readiness, _ metrics: PrometheusMetrics, _ memory: BodyMemory,
        _ limit: ConnectionLimit
    ) -> OperationsRoutes {
        let store = StoreMetrics(store: services.store, clock: services.clock)
        let providers = ProviderMetrics(registry: services.registry)
        let bodies = BodyMetrics(memory: memory)
        return OperationsRoutes(
            isReady: {
                guard readiness.isReady else { return false }
                return (try? await services.store.ping()) != nil
            },
            metrics: {
                MetricCatalog.register(providers: services.registry.providers.map(\.name), in: metrics)
                return metrics.render() + providers.render() + bodies.render() + ConnectionMetrics(limit: limit).render()
                    + (await store.render())
            }
        )
    }

    private static func server(
        _ configuration: GatewayConfiguration, api: RouteTable, operations: OperationsRoutes, limit: ConnectionLimit,
        readiness: Readiness, logger: Logger, announce: @escaping @Sendable (ListenAddress) -> Void
    ) -> some Service {
        let documentation = DocumentationRoutes(webRoot: webRoot)
        if !documentation.missing.isEmpty {
            logger.warning("Some pages of the documentation have no files.", metadata: ["missing": "\(documentation.missing)"])
        }
        let refusals = RefusalLog(logger: logger)
        return Application(
            router: GatewayRouter.make(
                api: api, operations: operations, documentation: documentation,
                answersMetrics: configuration.server.management == nil, refusals: refusals, logger: logger),
            server: GatewayServer.builder(limit: limit, refusals: refusals),
            configuration: .init(
                address: .hostname(configuration.server.host, port: configuration.server.port), serverName: GatewayServer.name,
                // As many as may come at the same moment; the kernel cuts it to net.core.somaxconn.
                backlog: 4096, reuseAddress: true, availableConnectionsDelegate: ConnectionAdmission(limit)
            ),
            onServerRunning: { channel in
                try? await GatewayServer.watchDescriptors(of: channel, limit: limit)
                readiness.set(true)
                let server = configuration.server
                announce(ListenAddress(host: server.host, port: channel.localAddress?.port ?? server.port))
                logger.notice("Listening.", metadata: ["address": "\(channel.localAddress?.description ?? "-")"])
            },
            logger: logger
        )
    }

    /// The folder with the documentation's assets: `web` beside the executable, unless GATEWAY_WEB_ROOT names another.
    private static var webRoot: String {
        GatewayVariable.webRoot.value(in: ProcessInfo.processInfo.environment) ?? Executable.directory + "/web"
    }
}
