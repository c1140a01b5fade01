import Synchronization

/// Loads modules from one folder, the only place of the gateway that calls `dlopen`.
///
/// The rules, in this order; the first that is broken is the error:
/// 1. The name is a file's name, and the file lies in the folder even after links are followed.
/// 2. It is a regular file that not everyone may write, and a whole ELF shared object for this machine.
/// 3. Its SHA-256 is the configured one.
/// 4. The dynamic linker takes it. Its own initialisers run here: whatever must stop a module has to come before.
/// 5. It exports the entry points of `ModuleEntry`, for this ABI version and from this compiler. Only then a Swift value crosses.
///
/// The file that was digested is the one that is loaded: it is opened once and linked through its descriptor,
/// `/proc/self/fd/N`, and a write to it in between is noticed by its change time. Two things follow. The descriptor stays open,
/// because the linker knows a library by its path too and would mistake the next one of the same number for it. And `$ORIGIN` in the
/// module's run path is of no use: libraries that it needs beyond those of the gateway are found through `LD_LIBRARY_PATH`, or linked
/// into it. `libProviderAPI.so` and Swift's runtime libraries are those of the gateway already, which the linker finds by their names.
///
/// Nothing is ever unloaded: Swift's runtime keeps references to a module's metadata. A module that serves several names is loaded once.
package final class ModuleLoader: ModuleLoading {
    private let directory: String
    private let modules = Mutex<[String: LoadedModule]>([:])

    /// A loader of the modules in `directory`.
    package init(directory: String) {
        self.directory = directory
    }

    /// Brings a module into this process, or returns the one of the same digest that is there.
    package func load(_ name: String, sha256: String?) throws -> LoadedModule {
        let file = try ModuleFile(named: name, in: directory)
        let digest = file.digest
        if let sha256, sha256 != digest {
            throw ModuleLoadingError(name, .digestDiffers(expected: sha256, actual: digest))
        }
        return try link(file)
    }

    /// Links a checked file, once for each digest.
    private func link(_ file: consuming ModuleFile) throws -> LoadedModule {
        let (path, digest) = (file.path, file.digest)
        if let module = modules.withLock({ $0[digest] }) { return module }
        guard file.isUnchanged else { throw ModuleLoadingError(file.name, .changedMeanwhile) }
        let library = try SharedLibrary(file)
        let loaded = LoadedModule(module: try library.providerModule(), path: path, digest: digest)
        return modules.withLock { modules in
            // Two threads may have come here at once; the linker gave both the same library, and the first one's module stays.
            if let first = modules[digest] { return first }
            modules[digest] = loaded
            return loaded
        }
    }
}
