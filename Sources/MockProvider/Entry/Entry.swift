import MockProvider
import ProviderAPI

/// The version of the contract that this module was built for.
@c(gateway_provider_abi)
public func gatewayProviderABI() -> UInt32 { ProviderABI.version }

/// The compiler that built this module.
@c(gateway_provider_compiler)
public func gatewayProviderCompiler() -> UnsafePointer<UInt8> { ProviderABI.compiler.utf8Start }

/// The module. The host owns one reference to what it points to.
@c(gateway_provider_module)
public func gatewayProviderModule() -> UnsafeMutableRawPointer { ModuleEntry.export(MockModule()) }
