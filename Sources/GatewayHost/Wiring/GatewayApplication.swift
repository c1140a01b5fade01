import Foundation
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
    /// - Parameter reloading: reads the configuration again, for `POST /providers/reload`.
    /// - Throws: `ConfigurationError`, `DatabaseOpenError`, `DevelopmentSecretError`, or what a key set's file or URL is refused with.
    static func build(
        _ configuration: GatewayConfiguration, reloading: @escaping @Sendable () throws -> GatewayConfiguration,
        metrics: PrometheusMetrics, logger: Logger
    ) async throws -> GatewayApplication {
        raiseOpenFileLimit(for: configuration, logger: logger)
        for warning in configuration.warnings {
            logger.warning("The configuration is allowed, and worth a look.", metadata: ["warning": "\(warning)"])
        }
        let client = OutboundClient()
        do {
            let verifier = try await TokenVerification.verifier(
                for: configuration, client: client, clock: HostClock(), logger: logger)
            let services = try await GatewayServices.open(configuration, client: client, keepsSecrets: true, logger: logger)
            let reload = ProviderReload(services, started: configuration, configuration: reloading)
            let readiness = Readiness()
            let memory = BodyMemory(limit: configuration.server.bodyMemory)
            let server = server(
                configuration,
                api: services.api(
                    verifier: verifier, offersCommands: configuration.environment == .development, memory: memory,
                    reload: reload.run),
                operations: operations(services, readiness, metrics, memory), readiness: readiness, logger: logger
            )
            let admin = AdminSocket(database: configuration.database.path, routes: services.adminRoutes, logger: logger)
            return GatewayApplication(
                // What is needed longest comes first: services end in reverse order, the server before all others.
                services: services.background + [ReloadSignal(reload: reload), admin, server, readiness], logger: logger
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
    }

    /// Before the first module is loaded: what it opens may be many.
    private static func raiseOpenFileLimit(for configuration: GatewayConfiguration, logger: Logger) {
        let limit = OpenFileLimit.raise()
        let needed = OpenFileLimit.needed(forCalls: configuration.enabledProviders.map(\.maximumConcurrentCalls))
        guard limit.soft < needed else { return }
        logger.warning(
            "The limit of open files is lower than the providers' max_concurrent_calls need. Raise the hard limit, or lower those.",
            metadata: ["limit": "\(limit.soft)", "needed": "\(needed)"])
    }

    private static func operations(
        _ services: GatewayServices, _ readiness: Readiness, _ metrics: PrometheusMetrics,
        _ memory: BodyMemory
    ) -> OperationsRoutes {
        let store = StoreMetrics(store: services.store, clock: services.clock)
        let providers = ProviderMetrics(registry: services.registry)
        let bodies = BodyMetrics(memory: memory)
        return OperationsRoutes(
            isReady: {
                guard readiness.isReady else { return false }
                return (try? await services.store.ping()) != nil
            },
            metrics: { metrics.render() + providers.render() + bodies.render() + (await store.render()) }
        )
    }

    private static func server(
        _ configuration: GatewayConfiguration, api: RouteTable, operations: OperationsRoutes, readiness: Readiness,
        logger: Logger
    ) -> some Service {
        let documentation = DocumentationRoutes(webRoot: webRoot)
        if !documentation.missing.isEmpty {
            logger.warning("Some pages of the documentation have no files.", metadata: ["missing": "\(documentation.missing)"])
        }
        return Application(
            router: GatewayRouter.make(api: api, operations: operations, documentation: documentation, logger: logger),
            server: GatewayServer.builder(),
            configuration: .init(
                address: .hostname(configuration.server.host, port: configuration.server.port), serverName: "payment-gateway",
                // As many as may come at the same moment; the kernel cuts it to net.core.somaxconn.
                backlog: 4096, reuseAddress: true
            ),
            onServerRunning: { channel in
                readiness.set(true)
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
