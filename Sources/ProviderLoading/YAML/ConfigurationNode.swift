package import ProviderAPI

/// A value of providers.yaml that knows where it stands.
package struct ConfigurationNode: Sendable, Hashable {
    /// What a node holds.
    package enum Content: Sendable, Hashable {
        /// One value.
        case scalar(ConfigurationScalar)
        /// Values in order.
        case list([ConfigurationNode])
        /// Values by key, in the order of the file. Keys are unique.
        case map([Entry])
    }

    /// One key of a map and its value.
    package struct Entry: Sendable, Hashable {
        /// The key.
        package var key: String
        /// Where the key stands.
        package var keyOrigin: ConfigurationProblem.Origin
        /// The value.
        package var value: ConfigurationNode
    }

    /// The value.
    package var content: Content
    /// Where it stands.
    package var origin: ConfigurationProblem.Origin
    /// The keys that lead to it.
    package var keyPath: String

    /// A problem with this value.
    package func problem(_ message: String) -> ConfigurationProblem {
        ConfigurationProblem(at: origin, keyPath: keyPath, message: message)
    }

    /// The scalar, where it is one.
    package var scalar: ConfigurationScalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// The elements, where it is a list.
    package var list: [ConfigurationNode]? {
        if case .list(let elements) = content { elements } else { nil }
    }

    /// The entries, where it is a map.
    package var entries: [Entry]? {
        if case .map(let entries) = content { entries } else { nil }
    }

    /// The value under a key of a map.
    package subscript(key: String) -> ConfigurationNode? {
        entries?.first { $0.key == key }?.value
    }

    /// Whether there is nothing here: null, an empty text, or a reference that came to nothing.
    package var isAbsent: Bool {
        scalar?.isAbsent ?? false
    }

    /// Returns a warning about a secret that stands in the file itself; nil where a variable holds it, or where there is none.
    ///
    /// - Parameter variable: a name for the variable, as an example.
    func warningOfSecretInFile(example variable: String) -> ConfigurationProblem? {
        guard let scalar, scalar.substitution == .none, !scalar.isAbsent else { return nil }
        let fix = "write \"${\(variable)}\" in its place, and set the variable in the environment or in .env"
        return problem("the secret itself stands in this file, where backups and version control copy it; \(fix)")
    }

    /// The value in the terms of the SDK, typed as YAML types it.
    package var settingValue: SettingValue {
        switch content {
        case .scalar(let scalar): scalar.settingValue
        case .list(let elements): .list(elements.map(\.settingValue))
        case .map(let entries):
            .map(Dictionary(entries.map { ($0.key, $0.value.settingValue) }, uniquingKeysWith: { _, last in last }))
        }
    }

    /// What kind of value it is, for messages.
    package var kindName: String {
        switch content {
        case .list: "a list"
        case .map: "a map"
        case .scalar(let scalar): scalar.kindName
        }
    }
}
