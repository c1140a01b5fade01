import Glibc
import ProviderAPI

/// A module that the dynamic linker has taken in, and its three C entry points.
struct SharedLibrary {
    /// Longer than any compiler's version.
    private static let versionLimit = 64

    private let name: String
    private let handle: UnsafeMutableRawPointer

    /// Links a file into this process for good.
    ///
    /// - Parameters:
    ///   - path: a copy of ``ModuleCopies``.
    ///   - name: the module's name in providers.yaml, for messages.
    /// - Throws: ``ModuleLoadingError``.
    init(_ path: String, named name: String) throws {
        self.name = name
        // Every symbol is bound at once, so that a missing one is an error here and not a crash later,
        // and none is visible to other modules, which export the same names.
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw ModuleLoadingError(name, .notLinkable(cause: Self.linkerError(of: path)))
        }
        self.handle = handle
    }

    /// Compares what the module was built with, then takes over its `ProviderModule`.
    ///
    /// - Throws: ``ModuleLoadingError``.
    func providerModule() throws -> any ProviderModule {
        typealias ABIFunction = @convention(c) () -> UInt32
        typealias CompilerFunction = @convention(c) () -> UnsafePointer<CChar>?
        typealias ModuleFunction = @convention(c) () -> UnsafeMutableRawPointer?

        let abi = unsafeBitCast(try entryPoint(ModuleEntry.abiSymbol), to: ABIFunction.self)
        let compiler = unsafeBitCast(try entryPoint(ModuleEntry.compilerSymbol), to: CompilerFunction.self)
        let module = unsafeBitCast(try entryPoint(ModuleEntry.moduleSymbol), to: ModuleFunction.self)

        let moduleABI = abi()
        guard moduleABI == ProviderABI.version else {
            throw ModuleLoadingError(name, .otherABI(module: moduleABI, host: ProviderABI.version))
        }
        let moduleCompiler = compiler().map(Self.text) ?? ""
        let hostCompiler = ProviderABI.compiler.description
        guard moduleCompiler == hostCompiler else {
            throw ModuleLoadingError(name, .otherCompiler(module: moduleCompiler, host: hostCompiler))
        }
        guard let pointer = module() else { throw ModuleLoadingError(name, .noModule) }
        return ModuleEntry.receive(pointer)
    }

    private func entryPoint(_ symbol: String) throws -> UnsafeMutableRawPointer {
        guard let address = dlsym(handle, symbol) else {
            throw ModuleLoadingError(name, .missingEntryPoint(symbol: symbol))
        }
        return address
    }

    /// A C string, as far as it is printable: it comes from a file that has not been trusted yet.
    private static func text(_ pointer: UnsafePointer<CChar>) -> String {
        let bytes = UnsafeRawBufferPointer(start: pointer, count: strnlen(pointer, versionLimit))
        return String(decoding: bytes.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }

    /// The linker's words, without the path of the copy: the module is named already.
    private static func linkerError(of path: String) -> String {
        guard let message = dlerror() else { return "the dynamic linker gives no reason" }
        let words = String(cString: message)
        let prefix = path + ": "
        return words.hasPrefix(prefix) ? String(words.dropFirst(prefix.count)) : words
    }
}
