package import GatewayCore
package import Logging
import ProviderAPI

/// What came of loading the providers of a configuration.
package struct LoadingReport: Sendable {
    /// The configuration they come from.
    package let configuration: GatewayConfiguration
    /// The providers that can be used.
    package let providers: [Provider]
    /// Every provider of the file, in its order, with what is known of it.
    package let descriptions: [ProviderDescription]
    /// Everything that is wrong, in the order of the file.
    package let problems: [ConfigurationProblem]
    /// What is allowed and yet worth a look, likewise.
    package let warnings: [ConfigurationProblem]

    /// The providers to use.
    ///
    /// In production every mistake keeps the gateway from starting. In development a broken provider is left out, which the log
    /// says, as long as one is left.
    ///
    /// - Throws: ``ConfigurationError`` with every mistake.
    package func registry(logger: Logger) throws -> LoadedProviders {
        if !problems.isEmpty, configuration.environment == .production || providers.isEmpty {
            throw ConfigurationError(problems)
        }
        for warning in warnings {
            logger.warning("A provider is allowed, and worth a look.", metadata: ["warning": "\(warning)"])
        }
        for problem in problems {
            logger.error("a provider is left out because of a mistake", metadata: ["problem": "\(problem)"])
        }
        let defaultName = configuration.routing.defaultProvider
        if !providers.contains(where: { $0.name.isIdentical(to: defaultName) }) {
            logger.critical(
                "the default provider is left out: payments that name no provider will be refused",
                metadata: ["provider": "\(defaultName)"])
        }
        return LoadedProviders(providers, defaultProviderName: defaultName)
    }
}
