/// What a module is, before any settings are known: its name and version, what it accepts as settings,
/// and how to make a ``PaymentService`` from them.
///
/// One module may serve several names of providers.yaml (several accounts): ``makeService(host:)`` is called for each.
public protocol ProviderModule: Sendable {
    /// Name, version and nature of the module.
    var information: ModuleInformation { get }

    /// The settings that the module understands. The host reports every mistake in them before ``makeService(host:)``.
    var settingsSchema: SettingsSchema { get }

    /// Makes the service for one name of providers.yaml.
    ///
    /// Settings have passed ``settingsSchema`` by now. It must not call the network: a provider that is down must not
    /// keep the gateway from starting.
    ///
    /// - Throws: ``ProviderError/rejected(_:)`` with reason ``Rejection/Reason/invalidRequest`` and a field where two settings
    ///   contradict each other or one has a value that the schema could not exclude.
    func makeService(host: ProviderHost) async throws(ProviderError) -> any PaymentService
}

/// A module's description of itself.
public struct ModuleInformation: Sendable, Codable, Hashable {
    /// The provider's name for people, such as `Stripe`.
    public var displayName: String
    /// The module's own version, such as `1.2.0`.
    public var version: String
    /// Whether the module moves no real money. A gateway with `environment: production` refuses to load it.
    public var isForTests: Bool = false
    /// The field `stripe_payment_intent_id` of a transaction repeats the intent's id when this is true:
    /// clients of the gateway's ancestor, which knew Stripe only, read it.
    public var isStripe: Bool = false

    /// Describes a module that moves real money.
    public init(displayName: String, version: String) {
        self.displayName = displayName
        self.version = version
    }
}
