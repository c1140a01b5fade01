import GatewayCore
import Logging
import ProviderLoading
import Synchronization

/// Reads providers.yaml again and exchanges the providers in use, for `POST /providers/reload`.
///
/// One at a time: the older of two must not have the last word.
final class ProviderReload: Sendable {
    private let services: GatewayServices
    private let configuration: @Sendable () throws -> GatewayConfiguration
    private let isTaken = Atomic(false)

    /// - Parameter configuration: reads the configuration again.
    init(_ services: GatewayServices, configuration: @escaping @Sendable () throws -> GatewayConfiguration) {
        self.services = services
        self.configuration = configuration
    }

    /// - Throws: `GatewayError` with `invalidState` while another reload is at work, with `invalidRequest` where the configuration
    ///   cannot be used; then nothing was changed.
    func run() async throws {
        guard isTaken.exchange(true, ordering: .acquiring) == false else {
            throw GatewayError(.invalidState, "Another reload is at work.").retry(afterSeconds: 1)
        }
        defer { isTaken.store(false, ordering: .releasing) }
        let logger = services.logger
        do {
            let report = await services.hosting.load(try configuration())
            guard report.problems.isEmpty else { throw ConfigurationError(report.problems) }
            services.registry.use(try report.registry(logger: logger))
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
