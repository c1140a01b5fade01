// The three entry points, for a build of the folder as a module. Tests that link the provider leave this file out.

import ProviderAPI

/// The contract's version, compiled into this module.
@c(gateway_provider_abi)
public func gatewayProviderABI() -> UInt32 { ProviderABI.version }

/// The compiler's version, compiled into this module.
@c(gateway_provider_compiler)
public func gatewayProviderCompiler() -> UnsafePointer<UInt8> { ProviderABI.compiler.utf8Start }

/// The module, with a reference that the host takes over.
@c(gateway_provider_module)
public func gatewayProviderModule() -> UnsafeMutableRawPointer { ModuleEntry.export(FlawedModule()) }
