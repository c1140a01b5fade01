import ProviderAPI
import Testing

@Suite("A module's entry")
struct ModuleEntryTests {
    /// A module that shows whether it is still alive.
    private final class CountedModule: ProviderModule {
        let information = ModuleInformation(displayName: "Counted", version: "1.2.3")
        let settingsSchema = SettingsSchema([])

        func makeService(host: ProviderHost) async throws(ProviderError) -> any PaymentService {
            throw .unsupported("making a service")
        }
    }

    @Test("carries a module over the C boundary as it is, and leaks no reference")
    func roundTrip() {
        weak var module: CountedModule?
        do {
            let original = CountedModule()
            module = original
            let received = ModuleEntry.receive(ModuleEntry.export(original))
            #expect(received as? CountedModule === original)
            #expect(received.information == ModuleInformation(displayName: "Counted", version: "1.2.3"))
        }
        #expect(module == nil)
    }

    @Test("keeps the module alive until the host has received it")
    func ownership() {
        let pointer = ModuleEntry.export(CountedModule())
        #expect(ModuleEntry.receive(pointer).information.version == "1.2.3")
    }

    @Test("has the C names that modules export, and a version and a compiler to compare")
    func facts() throws {
        #expect(ModuleEntry.abiSymbol == "gateway_provider_abi")
        #expect(ModuleEntry.compilerSymbol == "gateway_provider_compiler")
        #expect(ModuleEntry.moduleSymbol == "gateway_provider_module")
        #expect(ProviderABI.version == 1)
        #expect("\(ProviderABI.compiler)".wholeMatch(of: /\d+\.\d+(\.\d+)?( or later)?/) != nil)
    }

    @Test("describes a module that moves real money unless it says otherwise")
    func information() {
        let information = ModuleInformation(displayName: "Acme", version: "1.0.0")
        #expect(!information.isForTests && !information.isStripe)
        #expect(ProviderCapabilities() == ProviderCapabilities())
        #expect(!ProviderCapabilities().webhooks && !ProviderCapabilities().refunds && !ProviderCapabilities().manualCapture)
    }
}
