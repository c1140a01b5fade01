package import ProviderAPI

/// Paynow of Zimbabwe (EcoCash, OneMoney, bank cards) as the gateway loads it, by its redirect flow:
/// https://developers.paynow.co.zw/docs/paynow_overview.html.
package struct PaynowModule: ProviderModule {
    /// The module, before any settings are known.
    package init() {}

    /// Paynow, for real money.
    package var information: ModuleInformation { ModuleInformation(displayName: "Paynow", version: "1.0.0") }

    /// See ``PaynowSettings/schema``.
    package var settingsSchema: SettingsSchema { PaynowSettings.schema }

    /// Makes the service for one integration. It calls nothing.
    ///
    /// - Throws: `rejected` with the key of a setting whose value cannot work.
    package func makeService(host: ProviderHost) async throws(ProviderError) -> any PaymentService {
        PaynowService(settings: try PaynowSettings(host.settings, environment: host.environment), host: host)
    }
}
