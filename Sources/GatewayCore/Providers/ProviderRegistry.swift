package import ProviderAPI

/// A provider in use: a name of providers.yaml, the module behind it, and the service that the module made for that name.
package struct Provider: Sendable {
    /// The name in URLs and rows.
    package let name: String
    /// What the module says of itself.
    package let information: ModuleInformation
    /// The SHA-256 of the module's file, in lower-case hexadecimal.
    package let digest: String
    /// Whether new payments may be made at it. Payments that it has already go on either way.
    package let acceptsNewPayments: Bool
    /// What takes the calls.
    package let service: any PaymentService
    /// The calls that are at work, and how many there may be.
    package let calls: ProviderCalls

    /// A provider in use.
    package init(
        name: String, information: ModuleInformation, digest: String, service: any PaymentService,
        acceptsNewPayments: Bool = true, maximumConcurrentCalls: Int = ProviderCalls.defaultLimit
    ) {
        self.name = name
        self.information = information
        self.digest = digest
        self.service = service
        self.acceptsNewPayments = acceptsNewPayments
        calls = ProviderCalls(limit: maximumConcurrentCalls)
    }
}

/// The providers in use, and which one takes a payment that names none.
package protocol ProviderRegistry: Sendable {
    /// All of them, by name in alphabetical order.
    var providers: [Provider] { get }
    /// The name under `routing.default` in providers.yaml.
    var defaultProviderName: String { get }
    /// The provider with this name, or nil.
    func provider(named name: String) -> Provider?
}
