import GatewayCore
import ProviderAPI

extension GatewayConfiguration {
    /// Whether this is what ``ConfigurationError/remains`` of a file with mistakes: its environment is `development` where the file's
    /// is wrong. A file without mistakes names a default provider.
    var isRest: Bool { routing.defaultProvider.isEmpty }
}

/// Checks a document key by key and makes a ``GatewayConfiguration`` of it, or an error with every mistake.
struct ConfigurationReader {
    let substitution: Substitution
    let overrides: ConfigurationOverrides
    let file: String
    let baseDirectory: String
    let executableDirectory: String
    /// Files that the configuration was read from, absolute.
    let sources: [String]
    var reader = NodeReader()
    var warnings: [ConfigurationProblem] = []

    init(
        substitution: Substitution, overrides: ConfigurationOverrides, file: String, baseDirectory: String,
        executableDirectory: String, sources: [String] = []
    ) {
        self.substitution = substitution
        self.overrides = overrides
        self.file = file
        self.baseDirectory = baseDirectory
        self.executableDirectory = executableDirectory
        self.sources = sources
    }

    /// Reads the whole document.
    mutating func configuration(_ raw: ConfigurationNode) throws -> GatewayConfiguration {
        let root = resolved(raw)
        warnOfVariablesWithoutUse(in: raw)
        _ = reader.section(root, as: ConfigurationSchema.root)

        let environment = environment(of: root)
        for source in sources { checkTrust(in: source, at: root.origin, keyPath: "", in: environment) }
        for source in sources where source.hasSuffix("/.env") { warnOfReaders(of: source, in: environment) }
        let server = server(root["server"], of: root, in: environment)
        let database = database(root["database"])
        let authentication = authentication(root["auth"], of: root, in: environment)
        let authorization = authorization(root["authorization"], of: root, in: environment)
        let rateLimit = rateLimit(root["rate_limits"], in: environment)
        let payments = payments(root["payments"])
        let modules = reader.section(root["modules"], as: ConfigurationSchema.modules)
        let modulesDirectory = reader.text(modules?["directory"]).map(absolutePath) ?? executableDirectory
        let requiresCertificates = reader.bool(modules?["require_certificates"]) ?? false
        let providers = providers(root["providers"], of: root, in: environment)
        let routing = routing(root["routing"], of: root, providers: providers)
        let log = log(root["log"], in: environment)
        let retention = retention(root["retention"])

        guard reader.problems.isEmpty, let environment, let server, let database, let authentication, let routing else {
            let remains = remains(
                environment: environment, server: server, providers: providers, modulesDirectory: modulesDirectory,
                requiresCertificates: requiresCertificates)
            var servable: GatewayConfiguration?
            if environment == .development, let server, let database, let authentication, let routing {
                servable = GatewayConfiguration(
                    environment: .development, server: server, database: database, authentication: authentication,
                    authorization: authorization, rateLimit: rateLimit, payments: payments, modulesDirectory: modulesDirectory,
                    requiresCertificates: requiresCertificates, providers: providers.filter(isSound), routing: routing, log: log,
                    retention: retention, file: file, baseDirectory: baseDirectory, warnings: warnings)
            }
            throw ConfigurationError(
                reader.problems, remains: remains,
                withoutBrokenProviders: hasOnlyProviderProblems && servable?.enabledProviders.isEmpty == false ? servable : nil)
        }
        return GatewayConfiguration(
            environment: environment, server: server, database: database, authentication: authentication,
            authorization: authorization, rateLimit: rateLimit, payments: payments, modulesDirectory: modulesDirectory,
            requiresCertificates: requiresCertificates, providers: providers, routing: routing, log: log, retention: retention,
            file: file, baseDirectory: baseDirectory,
            warnings: ConfigurationProblem.inReadingOrder(warnings))
    }

    /// Whether every mistake is in the entry of some provider.
    private var hasOnlyProviderProblems: Bool {
        reader.problems.allSatisfy { $0.keyPath.hasPrefix("providers[") }
    }

    /// Whether no mistake is in the provider's entry.
    private func isSound(_ provider: ProviderConfiguration) -> Bool {
        !reader.problems.contains { $0.keyPath == provider.node.keyPath || $0.keyPath.hasPrefix(provider.node.keyPath + ".") }
    }

    /// What can still be checked of a configuration with mistakes: the providers.
    private func remains(
        environment: GatewayEnvironment?, server: GatewayConfiguration.Server?, providers: [ProviderConfiguration],
        modulesDirectory: String, requiresCertificates: Bool
    ) -> GatewayConfiguration {
        let environment = environment ?? .development
        return GatewayConfiguration(
            environment: environment,
            server: server
                ?? .init(host: ConfigurationSchema.defaultHost, port: Int(ConfigurationSchema.defaultPort), publicURL: nil),
            database: .init(path: ""),
            authentication: .init(
                keys: .sharedSecret(nil), issuer: nil, audience: nil, type: nil,
                maximumTokenLifetime: ConfigurationSchema.defaultTokenLifetime),
            authorization: AuthorizationPolicy(), rateLimit: nil, payments: .init(), modulesDirectory: modulesDirectory,
            requiresCertificates: requiresCertificates, providers: providers, routing: .init(defaultProvider: ""),
            log: .init(level: ConfigurationSchema.defaultLogLevel, format: ConfigurationSchema.defaultLogFormat(in: environment)),
            retention: RetentionPolicy(), file: file, baseDirectory: baseDirectory, warnings: [])
    }

    /// The document with its references replaced. A provider that is off needs no variables.
    private mutating func resolved(_ raw: ConfigurationNode) -> ConfigurationNode {
        var problems: [ConfigurationProblem] = []
        var root = raw
        root.content = .map(
            (raw.entries ?? []).map { entry in
                var entry = entry
                if entry.key == "providers", let elements = entry.value.list {
                    entry.value.content = .list(elements.map { resolvedProvider($0, problems: &problems) })
                } else {
                    entry.value = substitution.resolve(entry.value, problems: &problems)
                }
                return entry
            })
        reader.report(problems)
        return root
    }

    /// A variable that only providers refer to which are off was most likely set for one to be on: without a word, payments would go to
    /// another. One that a provider which is on, or another key, refers to has its use.
    private mutating func warnOfVariablesWithoutUse(in raw: ConfigurationNode) {
        var used: Set<String> = []
        var unused: [(name: String, node: ConfigurationNode, provider: ConfigurationNode)] = []
        for entry in raw.entries ?? [] {
            guard entry.key == "providers", let elements = entry.value.list else {
                used.formUnion(substitution.setReferences(in: entry.value).map(\.name))
                continue
            }
            for provider in elements {
                // What turns it on or off is no setting.
                guard isOff(provider), let settings = provider["settings"] else {
                    used.formUnion(substitution.setReferences(in: provider).map(\.name))
                    continue
                }
                unused += substitution.setReferences(in: settings).map { ($0.name, $0.node, provider) }
            }
        }
        var warned: Set<String> = []
        for (name, node, provider) in unused where !used.contains(name) && warned.insert(name).inserted {
            let title = provider["name"]?.scalar?.text ?? provider.keyPath
            warn(
                node.problem(
                    "\(name) is set, but the provider \(title) is off and takes no payments; \(Self.remedy(of: provider))"))
        }
    }

    /// How a provider is turned on.
    private static func remedy(of provider: ConfigurationNode) -> String {
        let switches = provider["enabled"]?.scalar?.text ?? ""
        guard let name = switches.wholeMatch(of: /\$\{([A-Za-z_][A-Za-z0-9_]*)(:-[^}]*)?\}/)?.1 else {
            return "give it `enabled: true`, or remove the variable"
        }
        return "set \(name)=true, or remove the variable"
    }

    /// Whether a provider says that it is off.
    private func isOff(_ node: ConfigurationNode) -> Bool {
        var ignored: [ConfigurationProblem] = []
        return node["enabled"].map { substitution.resolve($0, problems: &ignored) }?.scalar?.bool == false
    }

    private func resolvedProvider(_ node: ConfigurationNode, problems: inout [ConfigurationProblem]) -> ConfigurationNode {
        // Problems of the switch are found again below, together with those of its neighbours.
        guard isOff(node), let entries = node.entries else { return substitution.resolve(node, problems: &problems) }
        var copy = node
        copy.content = .map(
            entries.map { entry in
                var entry = entry
                entry.value = substitution.resolve(entry.value, reportingUnset: entry.key != "settings", problems: &problems)
                return entry
            })
        return copy
    }

    /// A path of the file, made absolute.
    func absolutePath(_ path: String) -> String {
        FilePaths.absolute(path, from: baseDirectory)
    }

    /// Reports that a key is missing, at the map that should have it.
    mutating func reportMissing(_ keyPath: String, at origin: ConfigurationProblem.Origin, _ correction: String) {
        reader.report(ConfigurationProblem(at: origin, keyPath: keyPath, message: "is missing; \(correction)"))
    }

    /// Reports a file that somebody other than root and this user can change: a mistake in production, and worth a look else.
    mutating func checkTrust(
        in file: String, at origin: ConfigurationProblem.Origin, keyPath: String, in environment: GatewayEnvironment?
    ) {
        guard let fault = FileTrust.fault(of: file) else { return }
        if environment == .production {
            let message = "\(fault) (production trusts \(file) only where nobody else can change it)"
            reader.report(ConfigurationProblem(at: origin, keyPath: keyPath, message: message))
        } else {
            warn(ConfigurationProblem(at: origin, keyPath: keyPath, message: "\(fault); production refuses \(file)"))
        }
    }

    /// Warns of a file with secrets that others than the gateway's user may read, in production.
    mutating func warnOfReaders(of file: String, in environment: GatewayEnvironment?) {
        guard environment == .production, let readers = FileTrust.readers(of: file) else { return }
        let start = ConfigurationProblem.Origin.file(SourceLocation(file: file, line: 1, column: 1))
        warn(ConfigurationProblem(at: start, keyPath: "", message: "\(readers)"))
    }

    /// Notes what is allowed and yet worth a look.
    mutating func warn(_ problem: ConfigurationProblem) {
        warnings.append(problem)
    }
}
