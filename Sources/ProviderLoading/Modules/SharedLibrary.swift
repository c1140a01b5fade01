import Glibc
import ProviderAPI

/// A module that the dynamic linker has taken in, and its three C entry points.
struct SharedLibrary {
    /// Longer than any compiler's version.
    private static let versionLimit = 64

    private let name: String
    private let handle: UnsafeMutableRawPointer

    /// Links a checked file into this process for good.
    ///
    /// - Throws: ``ModuleLoadingError``.
    init(_ file: consuming ModuleFile) throws {
        name = file.name
        // Every symbol is bound at once, so that a missing one is an error here and not a crash later,
        // and none is visible to other modules, which export the same names.
        guard let handle = dlopen(file.descriptorPath, RTLD_NOW | RTLD_LOCAL) else {
            throw ModuleLoadingError(name, .notLinkable(cause: Self.linkerError(of: file)))
        }
        self.handle = handle
        let isUnchanged = file.isUnchanged
        file.leaveOpen()
        guard isUnchanged else { throw ModuleLoadingError(name, .changedMeanwhile) }
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

    /// The linker's words, with the file's real path in place of its descriptor's.
    private static func linkerError(of file: borrowing ModuleFile) -> String {
        guard let message = dlerror() else { return "the dynamic linker gives no reason" }
        let words = String(cString: message)
        let prefix = file.descriptorPath + ": "
        return words.hasPrefix(prefix) ? String(words.dropFirst(prefix.count)) : words
    }
}
