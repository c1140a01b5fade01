/// Which settings a module understands. The host checks providers.yaml against it and reports every mistake at once, with file,
/// line and key; a key that is not in it is a mistake too.
public struct SettingsSchema: Sendable, Codable, Hashable {
    /// The settings, in the order in which help shows them.
    public var settings: [Setting]

    /// A schema of these settings.
    public init(_ settings: [Setting]) {
        self.settings = settings
    }
}

/// One setting of a module.
public struct Setting: Sendable, Codable, Hashable {
    /// What a setting's value looks like.
    public enum Kind: Sendable, Codable, Hashable {
        /// Text.
        case string
        /// Text that is never shown.
        case secret
        /// One or more texts that are never shown.
        case secrets
        /// An absolute URL with `http` or `https`. Its host joins the transport's allow-list.
        case url
        /// A path; a relative one starts at the folder of providers.yaml.
        case path
        /// Yes or no.
        case bool
        /// A whole number within bounds.
        case integer(in: ClosedRange<Int64>)
        /// One of these words.
        case oneOf([String])
        /// A list or a map that the module checks itself, in ``ProviderModule/makeService(host:)``.
        case structure
    }

    /// The key in providers.yaml, in snake_case.
    public var key: String
    /// What the value looks like.
    public var kind: Kind
    /// One line that teaches it.
    public var help: String
    /// Whether there must be a value.
    public var isRequired: Bool = false
    /// The value where none is given.
    public var defaultValue: SettingValue?
    /// Whether a development gateway makes up an empty secret, keeps it in `var/` and says so. Only for test modules.
    public var isMadeUpInDevelopment: Bool = false

    /// An optional setting.
    public init(_ key: String, _ kind: Kind, help: String) {
        self.key = key
        self.kind = kind
        self.help = help
    }

    /// The same setting, required.
    public func required() -> Setting {
        var copy = self
        copy.isRequired = true
        return copy
    }

    /// The same setting with a default.
    public func defaulting(to value: SettingValue) -> Setting {
        var copy = self
        copy.defaultValue = value
        return copy
    }

    /// The same secret, made up by a development gateway where it is empty.
    public func madeUpInDevelopment() -> Setting {
        var copy = self
        copy.isMadeUpInDevelopment = true
        return copy
    }
}
