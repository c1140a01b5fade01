package import GatewayCore

/// The providers in use: an immutable table, exchanged as a whole when providers.yaml is read again.
package struct LoadedProviders: ProviderRegistry {
    /// All of them, by name in alphabetical order.
    package let providers: [Provider]
    /// The name under `routing.default`. In development it may be that of a provider that was left out.
    package let defaultProviderName: String

    private let byName: [Identifier: Provider]

    /// A table of providers with different names.
    package init(_ providers: [Provider], defaultProviderName: String) {
        self.providers = providers.sorted { $0.name < $1.name }
        self.defaultProviderName = defaultProviderName
        byName = Dictionary(providers.map { (Identifier($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The provider with this name, or nil.
    package func provider(named name: String) -> Provider? {
        byName[Identifier(name)]
    }
}
