/// Why a module is not used: one line that names the module, the cause and the correction.
package struct ModuleLoadingError: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    /// What can be wrong.
    package enum Reason: Sendable, Hashable, Codable {
        /// The name is no plain file name.
        case invalidName
        /// The modules directory can't be read.
        case directoryUnreadable(directory: String, cause: String)
        /// There is no such file.
        case notFound(directory: String, available: [String])
        /// The file can't be opened or read.
        case unreadable(cause: String)
        /// A symbolic link leads out of the modules directory.
        case outsideDirectory(target: String, directory: String)
        /// It is a folder, a device or the like.
        case notARegularFile
        /// Everyone on the machine may change it.
        case worldWritable(path: String)
        /// Somebody other than root and the gateway's user may change it, or a folder or a link on the way to it.
        case changeableByOthers(FileTrust)
        /// It is no ELF shared object.
        case notASharedObject(found: String)
        /// It ends before its segments do.
        case truncated
        /// It was built for other machines.
        case otherArchitecture(found: String, host: String)
        /// Its digest is not the one in providers.yaml.
        case digestDiffers(expected: String, actual: String)
        /// It was changed between taking its digest and loading it.
        case changedMeanwhile
        /// No copy of it can be made.
        case notCopied(cause: String)
        /// A signal ended the process that tried it, such as `SIGILL` for a trap.
        case crashed(signal: String, words: String)
        /// It ended the process that tried it with this exit code.
        case exited(code: Int32, words: String)
        /// The process that tried it was still not done.
        case hung(afterSeconds: Int)
        /// The process that tries it cannot be started or does not say what came of it.
        case notProbed(cause: String)
        /// The dynamic linker refuses it.
        case notLinkable(cause: String)
        /// An entry point is missing.
        case missingEntryPoint(symbol: String)
        /// It was built for another major version of the SDK's contract.
        case otherABI(module: UInt32, host: UInt32)
        /// It was built by another Swift compiler.
        case otherCompiler(module: String, host: String)
        /// Its entry point returned nothing.
        case noModule
        /// It moves no real money, and this gateway does.
        case forTestsOnly
    }

    /// The module's name in providers.yaml.
    package let module: String
    /// What is wrong.
    package let reason: Reason

    /// A module that is not used.
    package init(_ module: String, _ reason: Reason) {
        self.module = module
        self.reason = reason
    }

    /// One line: the module, the cause and the correction.
    package var description: String { "\(module.debugDescription.dropFirst().dropLast()): \(cause); \(correction)" }

    private var cause: String {
        switch reason {
        case .invalidName: "is no plain file name"
        case .directoryUnreadable(let directory, let cause): "the modules directory \(directory) can't be read (\(cause))"
        case .notFound(let directory, _): "there is no such file in \(directory)"
        case .unreadable(let cause): "can't be read (\(cause))"
        case .outsideDirectory(let target, let directory): "the link leads out of \(directory), to \(target)"
        case .notARegularFile: "is no regular file"
        case .worldWritable(let path): "every user may change \(path)"
        case .changeableByOthers(let fault): fault.reason
        case .notASharedObject(let found): "is no ELF shared object (\(found))"
        case .truncated: "is cut short: the file ends before its segments do"
        case .otherArchitecture(let found, let host): "was built for \(found), and this machine is \(host)"
        case .digestDiffers(let expected, let actual): "its SHA-256 is \(actual), and providers.yaml expects \(expected)"
        case .changedMeanwhile: "was changed while it was being loaded"
        case .notCopied(let cause): "no copy of it can be made to be linked (\(cause))"
        case .crashed(let signal, let words): "crashes when it is loaded (\(signal)\(words.isEmpty ? "" : ": \(words)"))"
        case .exited(let code, let words):
            "ends the process when it is loaded (exit \(code)\(words.isEmpty ? "" : ": \(words)"))"
        case .hung(let seconds): "hangs when it is loaded: it was not done after \(seconds) seconds"
        case .notProbed(let cause): "can't be tried in a process of its own (\(cause))"
        case .notLinkable(let cause): "can't be linked (\(cause))"
        case .missingEntryPoint(let symbol): "has no entry point \(symbol)"
        case .otherABI(let module, let host): "was built for version \(module) of the provider ABI, and this gateway has \(host)"
        case .otherCompiler(let module, let host): "was built by Swift \(module), and this gateway by Swift \(host)"
        case .noModule: "its entry point returned no module"
        case .forTestsOnly: "is for tests and moves no real money"
        }
    }

    private var correction: String {
        switch reason {
        case .invalidName, .outsideDirectory: "put the file itself into modules.directory and name it without a path"
        case .directoryUnreadable: "set modules.directory in providers.yaml"
        case .notFound(_, let available):
            available.isEmpty
                ? "there are no modules (*.so) at all: build them, or set modules.directory"
                : "there are \(available.joined(separator: ", "))"
        case .unreadable: "check its permissions"
        case .notARegularFile: "name a shared library"
        case .worldWritable: "run chmod o-w on it, and make sure that it is what you built"
        case .changeableByOthers(let fault): fault.fix
        case .notASharedObject: "name the .so file that the build made"
        case .truncated: "build or copy it again"
        case .otherArchitecture: "build it for this machine"
        case .digestDiffers: "find out why it changed; if that is as it should be, write the new digest"
        case .changedMeanwhile: "start again once the copying is done"
        case .notCopied: "make room, and let the gateway's user write to the folder var beside providers.yaml"
        case .crashed, .exited, .hung:
            "its initialisers and its function gateway_provider_module run then: they may only make the module"
        case .notProbed: "see that the gateway's executable can start processes of its own"
        case .notLinkable:
            "build it against this gateway's SDK, link what it needs into it statically, or name its folder in LD_LIBRARY_PATH"
        case .missingEntryPoint, .noModule: "export the three functions that the SDK's ModuleEntry describes"
        case .otherABI: "build it against the SDK that came with this gateway"
        case .otherCompiler: "build it again with the gateway's compiler"
        case .forTestsOnly: "remove it, or run with `environment: development`"
        }
    }
}
