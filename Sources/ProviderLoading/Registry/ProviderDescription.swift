package import ProviderAPI

/// What is known of one provider of providers.yaml, for `gateway providers` and `gateway check`. It holds no settings.
package struct ProviderDescription: Sendable, Hashable, Codable {
    /// The name in URLs and rows.
    package var name: String
    /// The module's file name.
    package var module: String
    /// Whether the provider is on. Of one that is off nothing more is known.
    package var isEnabled: Bool
    /// Whether new payments may be made at it.
    package var acceptsNewPayments: Bool
    /// Whether it is the one under `routing.default`.
    package var isDefault: Bool
    /// Whether it was loaded and can take payments.
    package var isLoaded: Bool = false
    /// Where the module's file is, links followed; nil where it was not loaded.
    package var path: String?
    /// The SHA-256 of the module's file, in lower-case hexadecimal.
    package var digest: String?
    /// What the module says of itself: display name, version, whether it is for tests.
    package var information: ModuleInformation?
    /// Whether a certificate beside the module holds for it; nil where it was not loaded.
    package var isCertified: Bool?
    /// What the provider can do.
    package var capabilities: ProviderCapabilities?
    /// What keeps it from being used, one line each.
    package var problems: [String] = []
}
