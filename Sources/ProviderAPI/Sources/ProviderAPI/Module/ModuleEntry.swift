/// How a module hands its ``ProviderModule`` to the host through C entry points.
///
/// A module exports three functions, and nothing else is looked up in it:
///
/// ```swift
/// import ProviderAPI
///
/// @c(gateway_provider_abi)
/// public func gatewayProviderABI() -> UInt32 { ProviderABI.version }
///
/// @c(gateway_provider_compiler)
/// public func gatewayProviderCompiler() -> UnsafePointer<UInt8> { ProviderABI.compiler.utf8Start }
///
/// @c(gateway_provider_module)
/// public func gatewayProviderModule() -> UnsafeMutableRawPointer { ModuleEntry.export(AcmeModule()) }
/// ```
///
/// The host calls the first two, compares, and only then the third.
public enum ModuleEntry {
    /// The name of the C function that returns ``ProviderABI/version`` as compiled into the module.
    public static let abiSymbol = "gateway_provider_abi"
    /// The name of the C function that returns ``ProviderABI/compiler`` as compiled into the module.
    public static let compilerSymbol = "gateway_provider_compiler"
    /// The name of the C function that returns what ``export(_:)`` made.
    public static let moduleSymbol = "gateway_provider_module"

    /// Makes a pointer that carries `module` over the C boundary. The host owns one reference to it.
    public static func export(_ module: any ProviderModule) -> UnsafeMutableRawPointer {
        Unmanaged.passRetained(ModuleBox(module)).toOpaque()
    }

    /// Takes over the reference that ``export(_:)`` made. For the host; call it once per pointer.
    public static func receive(_ pointer: UnsafeMutableRawPointer) -> any ProviderModule {
        Unmanaged<ModuleBox>.fromOpaque(pointer).takeRetainedValue().module
    }
}

/// A reference type, because only references fit into one pointer.
private final class ModuleBox: Sendable {
    let module: any ProviderModule

    init(_ module: any ProviderModule) {
        self.module = module
    }
}
