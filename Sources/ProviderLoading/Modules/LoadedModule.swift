package import ProviderAPI

/// A module in this process.
package struct LoadedModule: Sendable {
    /// What makes services.
    package let module: any ProviderModule
    /// Where the file was, links followed.
    package let path: String
    /// The SHA-256 of the file in lower-case hexadecimal.
    package let digest: String
    /// Whether it is certified.
    package let certificate: ModuleCertificate.Standing
    /// What lets somebody else change its file; nil where nothing does.
    package let exposure: FileTrust?

    /// A module in this process.
    package init(
        module: any ProviderModule, path: String, digest: String, certificate: ModuleCertificate.Standing,
        exposure: FileTrust? = nil
    ) {
        self.module = module
        self.path = path
        self.digest = digest
        self.certificate = certificate
        self.exposure = exposure
    }
}

/// Brings modules into this process by the names of providers.yaml.
package protocol ModuleLoading: Sendable {
    /// Brings a module in, or returns the one that is there.
    ///
    /// - Parameters:
    ///   - name: the file's name in the modules directory.
    ///   - sha256: what its digest must be, in lower-case hexadecimal; nil for anything.
    /// - Throws: ``ModuleLoadingError``.
    func load(_ name: String, sha256: String?) async throws -> LoadedModule

    /// Checks and probes a module without bringing it into this process.
    ///
    /// - Throws: ``ModuleLoadingError``.
    @discardableResult
    func tryOut(_ name: String) async throws -> ProbedModule
}
