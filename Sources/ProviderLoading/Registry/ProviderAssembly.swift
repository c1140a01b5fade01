import GatewayCore
package import ProviderAPI

/// Makes providers out of a configuration: loads each module, checks its settings, and lets it make its service.
package struct ProviderAssembly: Sendable {
    /// Makes the host's services for one provider, whose transport may call `allowedOrigins` and its own webhook URL.
    package typealias HostFactory =
        @Sendable (
            _ provider: ProviderConfiguration, _ settings: ProviderSettings, _ allowedOrigins: [AllowedOrigin]
        ) -> ProviderHost

    private let configuration: GatewayConfiguration
    private let loader: any ModuleLoading
    private let secrets: DevelopmentSecrets
    private let makeHost: HostFactory

    /// An assembly of the providers of `configuration`.
    package init(
        _ configuration: GatewayConfiguration, loader: any ModuleLoading, secrets: DevelopmentSecrets,
        makeHost: @escaping HostFactory
    ) {
        self.configuration = configuration
        self.loader = loader
        self.secrets = secrets
        self.makeHost = makeHost
    }

    /// Loads all providers that are on. It never throws: what is wrong with one is in the report and concerns no other.
    package func load() async -> LoadingReport {
        var providers: [Provider] = []
        var descriptions: [ProviderDescription] = []
        var problems: [ConfigurationProblem] = []
        for configured in configuration.providers {
            var description = ProviderDescription(
                name: configured.name, module: configured.module, isEnabled: configured.isEnabled,
                isDefault: configured.name == configuration.routing.defaultProvider)
            if configured.isEnabled {
                do {
                    providers.append(try await provider(configured, describing: &description))
                    description.isLoaded = true
                } catch {
                    let found = self.problems(of: error, in: configured)
                    description.problems = found.map(\.description)
                    problems += found
                }
            }
            descriptions.append(description)
        }
        return LoadingReport(
            configuration: configuration, providers: providers, descriptions: descriptions,
            problems: ConfigurationProblem.inReadingOrder(problems))
    }

    private func provider(
        _ configured: ProviderConfiguration, describing description: inout ProviderDescription
    ) async throws -> Provider {
        let loaded = try loader.load(configured.module, sha256: configured.sha256)
        let information = loaded.module.information
        description.path = loaded.path
        description.digest = loaded.digest
        description.information = information

        let isProduction = configuration.environment == .production
        if isProduction, information.isForTests { throw ModuleLoadingError(configured.module, .forTestsOnly) }
        let madeUpSecrets = !isProduction && information.isForTests ? secrets : nil
        let validator = SettingsValidator(
            configured, schema: loaded.module.settingsSchema, baseDirectory: configuration.baseDirectory,
            madeUpSecrets: madeUpSecrets)
        let validated = try validator.validate()
        let host = makeHost(configured, validated.settings, validated.allowedOrigins)
        let service = try await loaded.module.makeService(host: host)
        description.capabilities = service.capabilities
        return Provider(name: configured.name, information: information, digest: loaded.digest, service: service)
    }

    /// What an error means, at the place in the file that it is about.
    private func problems(of error: any Error, in provider: ProviderConfiguration) -> [ConfigurationProblem] {
        func problem(under key: String, _ message: String) -> ConfigurationProblem {
            ConfigurationProblem(
                at: (provider.node[key] ?? provider.node).origin, keyPath: "\(provider.node.keyPath).\(key)", message: message)
        }
        switch error {
        case let error as ConfigurationError: return error.problems
        case let error as ModuleLoadingError:
            if case .digestDiffers = error.reason { return [problem(under: "sha256", "\(error)")] }
            return [problem(under: "module", "\(error)")]
        case ProviderError.rejected(let rejection):
            guard let field = rejection.field else { return [problem(under: "settings", rejection.message)] }
            let node = provider.settings?[field] ?? provider.settings ?? provider.node
            let keyPath = "\(provider.node.keyPath).settings.\(field)"
            return [ConfigurationProblem(at: node.origin, keyPath: keyPath, message: rejection.message)]
        case ProviderError.notSent(let failure), ProviderError.unknown(let failure):
            return [problem(under: "module", "the module could not make its service: \(failure.message)")]
        default:
            return [problem(under: "module", "the module could not make its service (\(type(of: error)))")]
        }
    }
}
