package import ProviderAPI

/// The Stripe provider as the gateway loads it: https://docs.stripe.com/api.
package struct StripeModule: ProviderModule {
    /// The module's version, which its `User-Agent` names too.
    static let version = "1.0.0"

    /// The module, before any settings are known.
    package init() {}

    /// Stripe, for real money.
    package var information: ModuleInformation {
        var information = ModuleInformation(displayName: "Stripe", version: Self.version)
        information.isStripe = true
        return information
    }

    /// See ``StripeSettings/schema``.
    package var settingsSchema: SettingsSchema { StripeSettings.schema }

    /// Makes the service for one Stripe account. It calls nothing.
    ///
    /// - Throws: `rejected` with the key of a setting whose value cannot work.
    package func makeService(host: ProviderHost) async throws(ProviderError) -> any PaymentService {
        let settings = try StripeSettings(host.settings)
        switch (settings.isLive, host.environment) {
        case (true, .development):
            host.log.write(.warning, "a live Stripe key in a development gateway: payments move real money", fields: [:])
        case (false, .production):
            host.log.write(.warning, "a Stripe test key in a production gateway: payments move no money", fields: [:])
        default:
            break
        }
        if settings.webhookSecrets.isEmpty {
            host.log.write(.warning, "webhooks are off: events of Stripe will not arrive; set webhook_secrets", fields: [:])
        }
        return StripeService(settings: settings, host: host)
    }
}
