// A whole module, small: it says who it is and keeps the number of times its entry point was called in its version.

import ProviderAPI
import Synchronization

private let entries = Mutex(0)

#if NAMED_FIRST
private let displayName = "First"
#elseif NAMED_SECOND
private let displayName = "Second"
#else
private let displayName = "Example"
#endif

private struct ExampleModule: ProviderModule {
    let information: ModuleInformation
    let settingsSchema = SettingsSchema([
        Setting("greeting", .string, help: "What to say.").defaulting(to: .string("hello"))
    ])

    func makeService(host: ProviderHost) async throws(ProviderError) -> any PaymentService {
        throw .rejected(Rejection(.unsupported, message: "the example for \(host.name) makes no service"))
    }
}

/// The contract's version, compiled into this module.
@c(gateway_provider_abi)
public func gatewayProviderABI() -> UInt32 { ProviderABI.version }

/// The compiler's version, compiled into this module.
@c(gateway_provider_compiler)
public func gatewayProviderCompiler() -> UnsafePointer<UInt8> { ProviderABI.compiler.utf8Start }

/// The module, with a reference that the host takes over.
@c(gateway_provider_module)
public func gatewayProviderModule() -> UnsafeMutableRawPointer {
    let count = entries.withLock { entries in
        entries += 1
        return entries
    }
    return ModuleEntry.export(ExampleModule(information: ModuleInformation(displayName: displayName, version: "\(count)")))
}
