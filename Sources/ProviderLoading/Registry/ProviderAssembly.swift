import GatewayCore
package import ProviderAPI

/// Takes a module's lines and writes none.
private struct SilentLog: ProviderLog {
    func write(_ level: ProviderLogLevel, _ message: String, fields: [String: String]) {}
}

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
        let modules = await loadModules()
        var providers: [Provider] = []
        var descriptions: [ProviderDescription] = []
        var problems: [ConfigurationProblem] = []
        var warnings: [ConfigurationProblem] = []
        for configured in configuration.providers {
            var description = ProviderDescription(
                name: configured.name, module: configured.module, isEnabled: configured.isEnabled,
                acceptsNewPayments: configured.acceptsNewPayments,
                isDefault: configured.name.isIdentical(to: configuration.routing.defaultProvider))
            if configured.isEnabled {
                var found: [ConfigurationProblem] = []
                do {
                    let module = try modules[ModuleKey(configured)]?.get()
                    guard let module else { throw ModuleLoadingError(configured.module, .noModule) }
                    switch module {
                    case .probed(let probed):
                        // That the digest is missing has been found by reading the configuration.
                        if probed.isForTests { throw ModuleLoadingError(configured.module, .forTestsOnly) }
                        if let certificate = probed.certificate {
                            let objections = certificateObjections(to: certificate, in: configured)
                            if configuration.requiresCertificates { found += objections } else { warnings += objections }
                        }
                    case .loaded(let loaded):
                        // Found besides what is wrong with the settings, so that all is reported at once.
                        let objections = certificateObjections(to: loaded.certificate, in: configured)
                        if configuration.requiresCertificates { found += objections } else { warnings += objections }
                        if let exposure = loaded.exposure {
                            warnings.append(
                                problem(
                                    in: configured, under: "module", "\(configured.module): \(exposure); production refuses it"))
                        }
                        let made = try await provider(configured, loaded, describing: &description, warnings: &warnings)
                        if found.isEmpty {
                            providers.append(made)
                            description.isLoaded = true
                        }
                    }
                } catch {
                    found += self.problems(of: error, in: configured)
                }
                description.problems = found.map(\.description)
                problems += found
            }
            descriptions.append(description)
        }
        return LoadingReport(
            configuration: configuration, providers: providers, descriptions: descriptions,
            problems: ConfigurationProblem.inReadingOrder(problems), warnings: ConfigurationProblem.inReadingOrder(warnings))
    }

    /// What tells modules apart: several names may share one.
    private struct ModuleKey: Hashable {
        let module: String
        let sha256: String?

        init(_ configured: ProviderConfiguration) {
            module = configured.module
            sha256 = configured.sha256
        }
    }

    /// What is known of a module.
    private enum Module {
        case loaded(LoadedModule)
        /// Production loads nothing without its digest, and can still tell what is wrong with the module besides.
        case probed(ProbedModule)
    }

    /// Loads all modules at once: one that hangs holds up no other.
    private func loadModules() async -> [ModuleKey: Result<Module, any Error>] {
        await withTaskGroup(of: (ModuleKey, Result<Module, any Error>).self) { group in
            for key in Set(configuration.enabledProviders.map(ModuleKey.init)) {
                group.addTask {
                    do {
                        if configuration.environment == .production, key.sha256 == nil {
                            return (key, .success(.probed(try await loader.tryOut(key.module))))
                        }
                        return (key, .success(.loaded(try await loader.load(key.module, sha256: key.sha256))))
                    } catch {
                        return (key, .failure(error))
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    /// In production a module should be certified, and has to be where the configuration says so.
    private func certificateObjections(
        to certificate: ModuleCertificate.Standing, in configured: ProviderConfiguration
    ) -> [ConfigurationProblem] {
        guard configuration.requiresCertificates || configuration.environment == .production,
            let objection = certificate.objection
        else { return [] }
        return [problem(in: configured, under: "module", "\(configured.module) \(objection)")]
    }

    private func provider(
        _ configured: ProviderConfiguration, _ loaded: LoadedModule, describing description: inout ProviderDescription,
        warnings: inout [ConfigurationProblem]
    ) async throws -> Provider {
        let information = loaded.module.information
        description.path = loaded.path
        description.digest = loaded.digest
        description.information = information
        description.isCertified = loaded.certificate.objection == nil

        let isProduction = configuration.environment == .production
        if isProduction, information.isForTests { throw ModuleLoadingError(configured.module, .forTestsOnly) }
        let madeUpSecrets = !isProduction && information.isForTests ? secrets : nil
        let validator = SettingsValidator(
            configured, schema: loaded.module.settingsSchema, environment: configuration.environment,
            baseDirectory: configuration.baseDirectory, madeUpSecrets: madeUpSecrets)
        let validated = try validator.validate()
        warnings += validated.warnings
        var host = makeHost(configured, validated.settings, validated.allowedOrigins)
        // A module warns of what does not fit the environment, which is not known where the file's is wrong.
        if configuration.isRest { host.log = SilentLog() }
        let service = try await loaded.module.makeService(host: host)
        description.capabilities = service.capabilities
        return Provider(
            name: configured.name, information: information, digest: loaded.digest, service: service,
            acceptsNewPayments: configured.acceptsNewPayments,
            maximumConcurrentCalls: configured.maximumConcurrentCalls)
    }

    private func problem(
        in provider: ProviderConfiguration, under key: String, _ message: String
    ) -> ConfigurationProblem {
        ConfigurationProblem(
            at: (provider.node[key] ?? provider.node).origin, keyPath: "\(provider.node.keyPath).\(key)", message: message)
    }

    /// What an error means, at the place in the file that it is about.
    private func problems(of error: any Error, in provider: ProviderConfiguration) -> [ConfigurationProblem] {
        func problem(under key: String, _ message: String) -> ConfigurationProblem {
            self.problem(in: provider, under: key, message)
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
