/// A value in a provider's settings, as providers.yaml has it.
public enum SettingValue: Sendable, Codable, Hashable {
    /// No value.
    case null
    /// Yes or no.
    case bool(Bool)
    /// A whole number.
    case integer(Int64)
    /// Text; numbers with a fraction come as their literal text.
    case string(String)
    /// Several values.
    case list([SettingValue])
    /// Values by name.
    case map([String: SettingValue])
}

extension SettingValue {
    /// The text, where it is text.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The number, where it is a whole number.
    public var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// Yes or no, where it is that.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The values, where it is a list.
    public var list: [SettingValue]? {
        if case .list(let value) = self { value } else { nil }
    }

    /// The values by name, where it is a map.
    public var map: [String: SettingValue]? {
        if case .map(let value) = self { value } else { nil }
    }
}

/// The settings of one provider: keys of the top level and their values.
public struct ProviderSettings: Sendable, Hashable {
    /// Values by key.
    public var values: [String: SettingValue]

    /// Settings with these values.
    public init(_ values: [String: SettingValue]) {
        self.values = values
    }

    /// The value under a key; nil where there is none or it is null.
    public subscript(_ key: String) -> SettingValue? {
        guard let value = values[key], value != .null else { return nil }
        return value
    }

    /// The text under a key; nil where there is none, it is not text, or it is empty.
    public func string(_ key: String) -> String? {
        guard let text = self[key]?.string, !text.isEmpty else { return nil }
        return text
    }

    /// The texts of a list under a key, empty ones left out; empty where there is no such list.
    public func strings(_ key: String) -> [String] {
        self[key]?.list?.compactMap(\.string).filter { !$0.isEmpty } ?? []
    }

    /// The whole number under a key.
    public func integer(_ key: String) -> Int64? {
        self[key]?.integer
    }

    /// Yes or no under a key.
    public func bool(_ key: String) -> Bool? {
        self[key]?.bool
    }
}
