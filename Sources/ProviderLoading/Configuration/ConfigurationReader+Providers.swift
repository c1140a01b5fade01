import GatewayCore
import ProviderAPI

extension ConfigurationReader {
    /// `providers`.
    mutating func providers(
        _ node: ConfigurationNode?, of root: ConfigurationNode, in environment: GatewayEnvironment?
    ) -> [ProviderConfiguration] {
        guard let node, !node.isAbsent else {
            reportMissing("providers", at: root.origin, "list at least one, with `name`, `module` and `settings`")
            return []
        }
        guard let elements = node.list else {
            let message = "must be a list of providers, each starting with `- name:`; found \(node.kindName)"
            reader.report(node.problem(message))
            return []
        }
        var firstWithName: [String: ConfigurationNode] = [:]
        let providers = elements.compactMap { element -> ProviderConfiguration? in
            guard let provider = provider(element, in: environment) else { return nil }
            if let first = firstWithName[provider.name] {
                let message =
                    "the name \(provider.name) is taken by \(first.keyPath) (\(first.origin)); give each provider its own"
                reader.report((element["name"] ?? element).problem(message))
            } else {
                firstWithName[provider.name] = element
            }
            return provider
        }
        // Where something else is wrong with the providers, that is the message to read.
        if elements.count == providers.count, !providers.contains(where: \.isEnabled) {
            reader.report(node.problem("no provider is on; give one `enabled: true`"))
        }
        return providers
    }

    private mutating func provider(_ node: ConfigurationNode, in environment: GatewayEnvironment?) -> ProviderConfiguration? {
        guard let section = reader.section(node, as: ConfigurationSchema.providers) else {
            if node.isAbsent { reader.report(node.problem("is empty; remove it, or give it `name` and `module`")) }
            return nil
        }
        let name = providerName(section)
        let module = required("module", of: section, "name the file in modules.directory, such as libMockProvider.so")
        let isEnabled: Bool
        if let enabled = section["enabled"], !enabled.isAbsent {
            // A value that is wrong has been reported; the rest of the provider is checked as if it were on.
            isEnabled = reader.bool(enabled) ?? true
        } else {
            isEnabled = true
        }
        let acceptsNewPayments = reader.bool(section["accepts_new_payments"]) ?? true
        let maximumConcurrentCalls = reader.integer(section["max_concurrent_calls"], in: ConfigurationSchema.concurrentCalls)
        let sha256 = digest(section, module: module, isEnabled: isEnabled, in: environment)
        if let settings = section["settings"], !settings.isAbsent, settings.entries == nil {
            reader.report(settings.problem("must be a map of settings; found \(settings.kindName)"))
        }
        // Without a module it is reported and yet known by its name, so that `routing.default` is not called wrong as well.
        guard let name else { return nil }
        return ProviderConfiguration(
            name: name, module: module ?? "", sha256: sha256,
            maximumConcurrentCalls: maximumConcurrentCalls.map { Int($0) } ?? ProviderCalls.defaultLimit, isEnabled: isEnabled,
            acceptsNewPayments: acceptsNewPayments,
            settings: isEnabled ? section["settings"].flatMap { $0.isAbsent ? nil : $0 } : nil, node: section)
    }

    private mutating func providerName(_ section: ConfigurationNode) -> String? {
        guard let name = required("name", of: section, "it is what URLs and rows call the provider") else { return nil }
        guard name.wholeMatch(of: /[a-z][a-z0-9_-]{0,31}/) != nil else {
            let rule = "must start with a letter a-z and have at most 32 of a-z, 0-9, _ and -: it is part of URLs"
            reader.report((section["name"] ?? section).problem(rule))
            return name
        }
        return name
    }

    private mutating func digest(
        _ section: ConfigurationNode, module: String?, isEnabled: Bool, in environment: GatewayEnvironment?
    ) -> String? {
        guard let node = section["sha256"], !node.isAbsent else {
            if environment == .production, isEnabled {
                let correction = "write the output of `sha256sum \(module ?? "MODULE")`, or of `gateway providers`"
                reportMissing(
                    "\(section.keyPath).sha256", at: section.origin,
                    "production loads no module without its digest: \(correction)")
            }
            return nil
        }
        // Not read as text: YAML takes a digest that happens to have decimal digits only for a number.
        guard let digest = node.scalar?.text.lowercased(), digest.wholeMatch(of: /[0-9a-f]{64}/) != nil else {
            let message = "must be the SHA-256 of the module's file, 64 hexadecimal digits, as `sha256sum` prints it"
            reader.report(node.problem(message))
            return nil
        }
        return digest
    }

    private mutating func required(_ key: String, of section: ConfigurationNode, _ correction: String) -> String? {
        guard let node = section[key], !node.isAbsent else {
            reportMissing("\(section.keyPath).\(key)", at: section.origin, correction)
            return nil
        }
        return reader.text(node)
    }

    /// `routing`.
    mutating func routing(
        _ node: ConfigurationNode?, of root: ConfigurationNode, providers: [ProviderConfiguration]
    ) -> GatewayConfiguration.Routing? {
        let section = reader.section(node, as: ConfigurationSchema.routing)
        if let rules = section?["rules"], !rules.isAbsent, rules.list?.isEmpty != true {
            reader.report(rules.problem("rules are not supported yet; write `rules: []` and name the provider in the request"))
        }
        guard let node = section?["default"], !node.isAbsent else {
            let origin = (section ?? root).origin
            reportMissing("routing.default", at: origin, "name the provider of requests that name none")
            return nil
        }
        guard let name = reader.text(node) else { return nil }
        let enabled = providers.filter(\.isEnabled).map(\.name)
        guard enabled.contains(name) else {
            if providers.contains(where: { $0.name.isIdentical(to: name) }) {
                reader.report(
                    node.problem("the provider \(name) is off; give it `enabled: true`, or name one of those that are on"))
            } else {
                let hint = Suggestion.nearest(to: name, among: enabled).map { "did you mean \($0)?" }
                let correction =
                    hint ?? (enabled.isEmpty ? "list it under `providers`" : "name one of \(enabled.joined(separator: ", "))")
                reader.report(node.problem("there is no provider of this name; \(correction)"))
            }
            return nil
        }
        guard providers.contains(where: { $0.name.isIdentical(to: name) && $0.isEnabled && $0.acceptsNewPayments }) else {
            let correction = "name one that does, or remove its `accepts_new_payments: false`"
            reader.report(node.problem("the provider \(name) takes no new payments; \(correction)"))
            return nil
        }
        return GatewayConfiguration.Routing(defaultProvider: name)
    }
}
