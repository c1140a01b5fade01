package import ProviderAPI

/// The mock: a payment provider for testers and continuous integration that behaves like a real one, on one machine.
///
/// It keeps payments of its own, in a journal that outlives the gateway's process, and moves no money.
package struct MockModule: ProviderModule {
    /// The module; what it needs comes with ``makeService(host:)``.
    package init() {}

    /// A module for tests: a gateway for real money refuses it.
    package var information: ModuleInformation {
        var information = ModuleInformation(displayName: "Mock", version: "1.0.0")
        information.isForTests = true
        return information
    }

    /// The settings of ``MockSettings``.
    package var settingsSchema: SettingsSchema { MockSettings.schema }

    /// Opens the journal and reads it back.
    ///
    /// - Throws: ``ProviderError/rejected(_:)`` that names the setting, where the journal cannot be opened or holds what is
    ///   no entry.
    package func makeService(host: ProviderHost) async throws(ProviderError) -> any PaymentService {
        try MockService(host: host)
    }
}
