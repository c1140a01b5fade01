import Logging
import ProviderAPI
import ProviderLoading

/// Makes what the host hands to each provider, and loads them with it.
struct ProviderHosting: Sendable {
    let client: OutboundClient
    let loader: ModuleLoader
    let logger: Logger
    /// Whether secrets that are made up for development are written down.
    var keepsSecrets = true

    /// Loads the providers of a configuration.
    func load(_ configuration: GatewayConfiguration) async -> LoadingReport {
        let secrets = DevelopmentSecrets(
            environment: configuration.environment, baseDirectory: configuration.baseDirectory, logger: logger,
            keepsNew: keepsSecrets
        )
        return await ProviderAssembly(configuration, loader: loader, secrets: secrets) { provider, settings, origins in
            host(for: provider, settings, origins, in: configuration)
        }.load()
    }

    /// Removes the copies of modules that an earlier gateway has used and this one does not.
    func removeOldCopies(of configuration: GatewayConfiguration) {
        ModuleCopies(directory: ModuleLoader.copiesDirectory(of: configuration)).remove(allBut: loader.digests)
    }

    /// Loads the providers for a command that only looks at them.
    static func load(_ configuration: GatewayConfiguration, logger: Logger) async -> LoadingReport {
        let client = OutboundClient()
        let hosting = ProviderHosting(
            client: client, loader: .forProviders(of: configuration), logger: logger, keepsSecrets: false)
        let report = await hosting.load(configuration)
        do {
            try await client.shutdown()
        } catch {
            logger.warning("The HTTP client did not end cleanly.", metadata: ["error": "\(type(of: error))"])
        }
        return report
    }

    /// How many requests a provider may have under way besides one for each call: for its background work, and for what the gateway asks
    /// on its own account.
    private static let requestsBesideCalls = 512

    private func host(
        for provider: ProviderConfiguration, _ settings: ProviderSettings, _ origins: [AllowedOrigin],
        in configuration: GatewayConfiguration
    ) -> ProviderHost {
        let name = provider.name
        let base = configuration.server.reachableURL
        let webhookURL = "\(base)/api/v1/payments/webhooks/\(name)"
        let allowed = Set(origins + [AllowedOrigin(url: webhookURL)].compactMap { $0 })
        return ProviderHost(
            name: name, settings: settings,
            http: OutboundTransport(
                provider: name, client: client, origins: allowed, userAgent: "payment-gateway/\(Version.current)",
                maximumConcurrentRequests: provider.maximumConcurrentCalls + Self.requestsBesideCalls, logger: logger
            ),
            log: HostLog(logger, provider: name), clock: HostClock(), random: HostRandom(),
            environment: configuration.environment,
            webhookURL: webhookURL, pagesURL: "\(base)/api/v1/providers/\(name)/pages", baseDirectory: configuration.baseDirectory
        )
    }
}
