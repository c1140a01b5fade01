import AcmePayProvider
import ProviderAPI

// All that the gateway looks for in the module. It calls the first two, compares them with its own, and only then the third.

/// The SDK's major version that this module was compiled against.
@c(gateway_provider_abi)
public func gatewayProviderABI() -> UInt32 { ProviderABI.version }

/// The compiler that built this module.
@c(gateway_provider_compiler)
public func gatewayProviderCompiler() -> UnsafePointer<UInt8> { ProviderABI.compiler.utf8Start }

/// The module. The host owns one reference to it.
@c(gateway_provider_module)
public func gatewayProviderModule() -> UnsafeMutableRawPointer { ModuleEntry.export(AcmePayModule()) }
