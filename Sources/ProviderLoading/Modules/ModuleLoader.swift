import ProviderAPI
import Synchronization

/// Loads modules from one folder, the only place of the gateway that calls `dlopen`.
///
/// The rules, in this order; the first that is broken is the error:
/// 1. The name is a file's name, and the file lies in the folder even after links are followed.
/// 2. It is a regular file that not everyone may write, and a whole ELF shared object for this machine.
/// 3. Its SHA-256 is the configured one.
/// 4. A copy of it goes through a probe: a short-lived process of its own in which the next two steps are tried first. What a
///    module's initialisers and entry do (trap, hang, `exit`) cannot be survived in this process.
/// 5. The dynamic linker takes the copy.
/// 6. It exports the entry points of `ModuleEntry`, for this ABI version and from this compiler. Only then a Swift value crosses.
///
/// A module is known by its content. The same content under another name, or under several names of providers.yaml, is linked once;
/// a file that has changed is another module, linked beside the one of before. `$ORIGIN` in a module's run path is that of the copy:
/// libraries that it needs beyond those of the gateway are found through `LD_LIBRARY_PATH`, or linked into it. `libProviderAPI.so`
/// and Swift's runtime libraries are those of the gateway already, which the linker finds by their names.
///
/// Nothing is ever unloaded: Swift's runtime keeps references to a module's metadata.
package final class ModuleLoader: ModuleLoading {
    private let directory: String
    private let copies: ModuleCopies
    private let probe: any ModuleProbing
    private let requiresTrust: Bool
    private let modules = Mutex<[String: any ProviderModule]>([:])

    /// A loader of the modules in `directory`.
    ///
    /// - Parameters:
    ///   - copies: where the copies are kept that are linked.
    ///   - probe: tries a module before this process links it.
    ///   - requiresTrust: whether a file that somebody else can change is refused, as in production, or only reported.
    package init(directory: String, copies: ModuleCopies, probe: any ModuleProbing, requiresTrust: Bool = false) {
        self.directory = directory
        self.copies = copies
        self.probe = probe
        self.requiresTrust = requiresTrust
    }

    /// Brings a module into this process, or returns the one of the same content that is there.
    package func load(_ name: String, sha256: String?) async throws -> LoadedModule {
        let candidate = try copied(name, sha256: sha256)
        let module: any ProviderModule
        if let linked = modules.withLock({ $0[candidate.digest] }) {
            module = linked
        } else {
            try await probe.probe(candidate)
            module = try link(candidate)
        }
        return LoadedModule(
            module: module, path: candidate.origin, digest: candidate.digest, certificate: certificate(of: candidate),
            exposure: candidate.exposure)
    }

    /// Reads whether a module is certified. The answer is not kept: a certificate may come later than the module.
    private func certificate(of candidate: ModuleCandidate) -> ModuleCertificate.Standing {
        ModuleCertificate.standing(ofModule: candidate.origin, digest: candidate.digest, abi: ProviderABI.version)
    }

    /// Checks and probes a module without bringing it into this process.
    ///
    /// - Throws: ``ModuleLoadingError``.
    @discardableResult
    package func tryOut(_ name: String) async throws -> ProbedModule {
        let candidate = try copied(name, sha256: nil)
        var probed = try await probe.probe(candidate)
        probed.certificate = certificate(of: candidate)
        return probed
    }

    /// The digests of the modules that this process has linked.
    package var digests: Set<String> { modules.withLock { Set($0.keys) } }

    private func copied(_ name: String, sha256: String?) throws -> ModuleCandidate {
        let file = try ModuleFile(named: name, in: directory)
        if let sha256, sha256 != file.digest {
            throw ModuleLoadingError(name, .digestDiffers(expected: sha256, actual: file.digest))
        }
        // The name, with the links that it leads over, and the file that was opened: they are the same unless somebody exchanges them.
        let exposure = FileTrust.fault(of: "\(directory)/\(name)") ?? FileTrust.fault(of: file.path)
        if requiresTrust, let exposure { throw ModuleLoadingError(name, .changeableByOthers(exposure)) }
        return ModuleCandidate(
            name: name, origin: file.path, digest: file.digest, copy: try copies.copy(file), exposure: exposure)
    }

    private func link(_ candidate: ModuleCandidate) throws -> any ProviderModule {
        let module = try SharedLibrary(candidate.copy, named: candidate.name).providerModule()
        return modules.withLock { modules in
            // Two tasks may have come here at once; the linker gave both the same library, and the first one's module stays.
            if let first = modules[candidate.digest] { return first }
            modules[candidate.digest] = module
            return module
        }
    }
}
