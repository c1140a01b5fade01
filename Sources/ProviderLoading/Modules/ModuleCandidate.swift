/// A module that was found, checked and copied, and is not linked yet.
package struct ModuleCandidate: Sendable {
    /// The file's name in the modules directory.
    package let name: String
    /// Where the file is, links followed.
    package let origin: String
    /// The SHA-256 of its content, in lower-case hexadecimal.
    package let digest: String
    /// Where the copy is that will be linked.
    package let copy: String
    /// What lets somebody else change the file; nil where nothing does.
    package var exposure: FileTrust?
}

/// What a probe has found out about a module that can be linked.
package struct ProbedModule: Sendable, Hashable {
    /// Whether the module says of itself that it is for tests.
    package let isForTests: Bool
    /// Whether it is certified; nil where that was not checked.
    package var certificate: ModuleCertificate.Standing?

    package init(isForTests: Bool = false, certificate: ModuleCertificate.Standing? = nil) {
        self.isForTests = isForTests
        self.certificate = certificate
    }
}

/// Tries modules before this process links them.
package protocol ModuleProbing: Sendable {
    /// Returns where the module can be linked and hands over what its entry should.
    ///
    /// - Throws: ``ModuleLoadingError``.
    @discardableResult
    func probe(_ candidate: ModuleCandidate) async throws -> ProbedModule
}
