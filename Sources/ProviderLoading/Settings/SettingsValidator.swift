package import ProviderAPI

/// A provider's settings, checked against its module's schema.
package struct ValidatedSettings: Sendable {
    /// The values, defaults filled in, paths absolute.
    package let settings: ProviderSettings
    /// The origins of all URLs among them, which the provider may call; in alphabetical order.
    package let allowedOrigins: [AllowedOrigin]
    /// What is allowed and yet worth a look.
    package let warnings: [ConfigurationProblem]
}

/// Checks the settings of one provider and reports every mistake at once. Values never are in a message.
package struct SettingsValidator {
    private let provider: ProviderConfiguration
    private let schema: SettingsSchema
    private let environment: GatewayEnvironment
    private let baseDirectory: String
    private let madeUpSecrets: DevelopmentSecrets?
    private var reader = NodeReader()
    private var origins: Set<AllowedOrigin> = []
    private var warnings: [ConfigurationProblem] = []

    /// A check of `provider` against `schema`.
    ///
    /// - Parameters:
    ///   - environment: production refuses weak secrets, and URLs without TLS.
    ///   - baseDirectory: the folder that relative paths start at, absolute.
    ///   - madeUpSecrets: makes up empty secrets that allow it; nil where that is not done (production, or a module for real money).
    package init(
        _ provider: ProviderConfiguration, schema: SettingsSchema, environment: GatewayEnvironment, baseDirectory: String,
        madeUpSecrets: DevelopmentSecrets?
    ) {
        self.provider = provider
        self.schema = schema
        self.environment = environment
        self.baseDirectory = baseDirectory
        self.madeUpSecrets = madeUpSecrets
    }

    /// Checks.
    ///
    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    package func validate() throws -> ValidatedSettings {
        var check = self
        return try check.run()
    }

    private mutating func run() throws -> ValidatedSettings {
        let keys = schema.settings.map(\.key)
        for entry in provider.settings?.entries ?? [] where !keys.contains(entry.key) {
            if let settings = provider.settings { reader.report(NodeReader.unknownKey(entry, in: settings, known: keys)) }
        }
        var values: [String: SettingValue] = [:]
        for setting in schema.settings {
            let known = reader.problems.count
            if let value = value(of: setting) ?? fallback(of: setting, isFaulty: reader.problems.count > known) {
                values[setting.key] = value
            }
        }
        guard reader.problems.isEmpty else { throw ConfigurationError(reader.problems) }
        return ValidatedSettings(
            settings: ProviderSettings(values), allowedOrigins: origins.sorted { $0.description < $1.description },
            warnings: warnings)
    }

    /// The value in the file; nil where there is none or it is wrong, which is reported.
    private mutating func value(of setting: Setting) -> SettingValue? {
        guard let node = provider.settings?[setting.key] else { return nil }
        if setting.kind == .secrets, isEmptyByMistake(node, of: setting) { return nil }
        guard !node.isAbsent else { return nil }
        switch setting.kind {
        case .string: return nonEmptyText(node).map(SettingValue.string)
        case .secret: return secret(node, of: setting).map(SettingValue.string)
        case .secrets: return secrets(node, of: setting)
        case .url: return nonEmptyText(node).flatMap { url($0, at: node) }
        case .path: return nonEmptyText(node).map { .string(FilePaths.absolute($0, from: baseDirectory)) }
        case .bool: return reader.bool(node).map(SettingValue.bool)
        case .integer(let range): return reader.integer(node, in: range).map(SettingValue.integer)
        case .oneOf(let words): return reader.word(node, among: words).map(SettingValue.string)
        case .structure:
            guard node.scalar == nil else {
                reader.report(node.problem("must be a list or a map; found \(node.kindName)"))
                return nil
            }
            return node.settingValue
        @unknown default:
            reader.report(node.problem("is of a kind that this gateway is too old for; update the gateway"))
            return nil
        }
    }

    /// What stands in for a value that the file does not give.
    private mutating func fallback(of setting: Setting, isFaulty: Bool) -> SettingValue? {
        if isFaulty { return nil }
        let node = provider.settings?[setting.key]
        if let value = setting.defaultValue, value != .null {
            return defaultValue(value, of: setting)
        }
        if setting.isMadeUpInDevelopment, let madeUpSecrets {
            return madeUpSecret(for: setting, from: madeUpSecrets, at: node)
        }
        if setting.isRequired {
            let isEmpty = node != nil
            let place = node ?? provider.settings ?? provider.node
            let keyPath = "\(provider.node.keyPath).settings.\(setting.key)"
            let message = "\(isEmpty ? "is empty" : "is missing") and required: \(setting.help)"
            reader.report(ConfigurationProblem(at: place.origin, keyPath: keyPath, message: message))
        }
        return nil
    }

    private mutating func defaultValue(_ value: SettingValue, of setting: Setting) -> SettingValue {
        switch (setting.kind, value) {
        case (.path, .string(let path)): return .string(FilePaths.absolute(path, from: baseDirectory))
        case (.url, .string(let url)):
            if let origin = AllowedOrigin(url: url) { origins.insert(origin) }
            return value
        default: return value
        }
    }

    private mutating func madeUpSecret(
        for setting: Setting, from secrets: DevelopmentSecrets, at node: ConfigurationNode?
    ) -> SettingValue? {
        do {
            let text = try secrets.secret(named: "\(provider.name).\(setting.key)").revealed
            return setting.kind == .secrets ? .list([.string(text)]) : .string(text)
        } catch {
            let place = node ?? provider.settings ?? provider.node
            let keyPath = "\(provider.node.keyPath).settings.\(setting.key)"
            reader.report(ConfigurationProblem(at: place.origin, keyPath: keyPath, message: "\(error)"))
            return nil
        }
    }

    /// Text; an empty one is none.
    private mutating func nonEmptyText(_ node: ConfigurationNode) -> String? {
        reader.text(node).flatMap { $0.isEmpty ? nil : $0 }
    }

    private mutating func secret(_ node: ConfigurationNode, of setting: Setting) -> String? {
        guard let text = nonEmptyText(node) else { return nil }
        guard !text.unicodeScalars.contains(where: { $0.properties.isWhitespace || $0.value < 0x20 || $0.value == 0x7F }) else {
            let message = "holds a space, a line break or a control character, which no secret does; copy it again"
            reader.report(node.problem(message))
            return nil
        }
        if environment == .production, let fault = SecretStrength.fault(of: text) {
            reader.report(node.problem(fault))
            return nil
        }
        let variable = "\(provider.name)_\(setting.key)".uppercased().replacing("-", with: "_")
        if environment == .production, let warning = node.warningOfSecretInFile(example: variable) { warnings.append(warning) }
        return text
    }

    /// Whether one of several secrets is empty although the file does not allow it, which is reported. Without a report what the
    /// secrets are for would be off unnoticed.
    private mutating func isEmptyByMistake(_ node: ConfigurationNode, of setting: Setting) -> Bool {
        let isMadeUp = setting.isMadeUpInDevelopment && madeUpSecrets != nil
        guard node.scalar?.isEmptyByMistake == true, !isMadeUp else { return false }
        let fix = "set it, or the variable that it refers to; write ${NAME:-} where the variable may be empty, or remove it"
        reader.report(node.problem("is empty; \(fix)"))
        return true
    }

    private mutating func secrets(_ node: ConfigurationNode, of setting: Setting) -> SettingValue? {
        guard node.entries == nil else {
            reader.report(node.problem("must be a list of texts; found \(node.kindName)"))
            return nil
        }
        let texts = (node.list ?? [node]).compactMap { element in
            isEmptyByMistake(element, of: setting) ? nil : secret(element, of: setting)
        }
        return texts.isEmpty ? nil : .list(texts.map(SettingValue.string))
    }

    private mutating func url(_ text: String, at node: ConfigurationNode) -> SettingValue? {
        guard let origin = AllowedOrigin(url: text) else {
            let correction = "such as https://api.example.com, without a user or password"
            reader.report(node.problem("must be an absolute URL with http or https, \(correction)"))
            return nil
        }
        if environment == .production, origin.scheme == "http", !origin.isLoopback {
            let message = "has no TLS, so that everyone on the way can read and change what is sent; production needs https"
            reader.report(node.problem("\(message), or an address of this machine such as 127.0.0.1"))
            return nil
        }
        origins.insert(origin)
        return .string(text)
    }
}
