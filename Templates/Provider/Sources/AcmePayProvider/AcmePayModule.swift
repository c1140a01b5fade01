public import ProviderAPI

/// Acme Pay as the gateway loads it. Its API is described in docs/acme-pay-api.md.
public struct AcmePayModule: ProviderModule {
    /// The module's version, by https://semver.org.
    static let version = "0.1.0"

    /// The module, before any settings are known.
    public init() {}

    /// Acme Pay, for real money.
    public var information: ModuleInformation {
        ModuleInformation(displayName: "Acme Pay", version: Self.version)
    }

    /// See ``AcmePaySettings/schema``.
    public var settingsSchema: SettingsSchema { AcmePaySettings.schema }

    /// Makes the service for one account, that is for one name in providers.yaml. It calls nothing.
    ///
    /// - Throws: `rejected(invalidRequest)` with the key of a setting whose value cannot work.
    public func makeService(host: ProviderHost) async throws(ProviderError) -> any PaymentService {
        AcmePayService(settings: try AcmePaySettings(host.settings), host: host)
    }
}
