import GatewayCore
import GatewayHTTP
import Logging
import ProviderAPI
import ProviderLoading
import Synchronization

/// Reads providers.yaml and the key set of tokens again and exchanges the providers and keys in use, for `POST /providers/reload` and
/// SIGHUP.
///
/// One at a time: the older of two must not have the last word.
final class ProviderReload: Sendable {
    private let services: GatewayServices
    private let started: GatewayConfiguration
    private let keys: KeySetRefresh?
    private let configuration: @Sendable () throws -> GatewayConfiguration
    private let isTaken = Atomic(false)

    /// - Parameters:
    ///   - started: what the process was started with; parts of it hold until its end.
    ///   - keys: reads the key set of tokens again; nil where there is none.
    ///   - configuration: reads the configuration again.
    init(
        _ services: GatewayServices, started: GatewayConfiguration, keys: KeySetRefresh?,
        configuration: @escaping @Sendable () throws -> GatewayConfiguration
    ) {
        self.services = services
        self.started = started
        self.keys = keys
        self.configuration = configuration
    }

    /// - Parameter isForced: whether providers that payments need may be dropped.
    /// - Throws: `GatewayError` with `invalidState` while another reload is at work, with `invalidRequest` where the configuration
    ///   cannot be used; then the providers were not changed.
    func run(isForced: Bool) async throws {
        guard isTaken.exchange(true, ordering: .acquiring) == false else {
            throw GatewayError(.invalidState, "Another reload is at work.").retry(afterSeconds: 1)
        }
        defer { isTaken.store(false, ordering: .releasing) }
        // The key set of tokens is read whatever becomes of providers.yaml; the log has its result.
        async let refreshed: Void? = keys?.refresh()
        let providers: Result<Void, any Error>
        do {
            providers = .success(try await exchangeProviders(isForced: isForced))
        } catch {
            providers = .failure(error)
        }
        await refreshed
        try providers.get()
    }

    private func exchangeProviders(isForced: Bool) async throws {
        let logger = services.logger
        do {
            let configuration = try configuration()
            try checkEnvironment(of: configuration)
            warnOfFixedParts(of: configuration)
            let before = services.registry.providers.map(\.name)
            let report = await services.hosting.load(configuration)
            guard report.problems.isEmpty else { throw ConfigurationError(report.problems) }
            let registry = try report.registry(logger: logger)
            // Last of all: modules take a while to load, and a provider can get its first payment meanwhile.
            try await services.checkDroppedProviders(by: configuration, before: before, isForced: isForced)
            services.registry.use(registry)
            logger.notice(
                "Providers reloaded.", metadata: ["providers": "\(report.providers.map(\.name).joined(separator: " "))"])
        } catch let error as DroppedProviders {
            throw GatewayError(
                .invalidRequest,
                "providers.yaml \(error.summary); the providers were not changed. \(error.remedy), or force the reload.")
        } catch let error as ConfigurationError {
            for problem in error.problems {
                logger.error("providers.yaml cannot be reloaded.", metadata: ["problem": "\(problem)"])
            }
            var refusal = GatewayError(
                .invalidRequest,
                "providers.yaml cannot be used; the providers were not changed. The log has every mistake, with its line."
            )
            refusal.fields = error.problems.filter { !$0.keyPath.isEmpty }.map {
                GatewayError.Field($0.keyPath, "It is wrong in providers.yaml.")
            }
            throw refusal
        }
    }

    /// The same for a signal, which has nobody to answer: what is refused is in the log. One that comes during another reload is not
    /// lost: the file may have changed since that one read it.
    func runForSignal() async {
        while !Task.isCancelled {
            do {
                return try await run(isForced: false)
            } catch let error as GatewayError where error.code == .invalidState {
                try? await services.clock.sleep(for: .milliseconds(100))
            } catch {
                let cause = (error as? GatewayError)?.detail ?? "\(type(of: error))"
                return services.logger.error(
                    "The reload was refused; the providers were not changed.", metadata: ["cause": "\(cause)"])
            }
        }
    }

    /// The environment decides how strictly the file and the modules are checked. A file of another one could be read by weaker rules than
    /// the gateway runs under.
    private func checkEnvironment(of configuration: GatewayConfiguration) throws {
        guard configuration.environment != started.environment else { return }
        var refusal = GatewayError(
            .invalidRequest,
            "environment: the gateway runs in \(started.environment.rawValue), and providers.yaml says "
                + "\(configuration.environment.rawValue); the providers were not changed. Write it back, or restart the gateway.")
        refusal.fields = [GatewayError.Field("environment", "It cannot change by a reload.")]
        throw refusal
    }

    /// Says which changes of the file have to wait for a restart.
    private func warnOfFixedParts(of configuration: GatewayConfiguration) {
        let parts = [
            ("server", configuration.server == started.server),
            ("database", configuration.database == started.database),
            ("auth", configuration.authentication == started.authentication),
            ("retention", configuration.retention == started.retention), ("log", configuration.log == started.log),
            ("authorization", configuration.authorization == started.authorization),
            ("rate_limits", configuration.rateLimit == started.rateLimit),
            ("payments", configuration.payments == started.payments),
            ("modules.directory", configuration.modulesDirectory == started.modulesDirectory),
        ]
        let changed = parts.filter { !$0.1 }.map(\.0)
        guard !changed.isEmpty else { return }
        services.logger.warning(
            "A reload exchanges providers and routing only; the rest takes effect at the next start.",
            metadata: ["changed": "\(changed.joined(separator: " "))"])
    }
}
