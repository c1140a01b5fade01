import Foundation
import GatewayHarness

/// The package that `gateway provider new acme` makes, built in `.build-template` of the repository.
///
/// It is made in a folder of its own and then copied over the one of the last run, file by file where they differ: SwiftPM builds
/// anew what has changed, and a run without changes takes seconds.
actor AcmePackage {
    /// One for all tests.
    static let shared = AcmePackage()

    /// Where it is.
    nonisolated let folder = TestPaths.repository.appending(path: ".build-template/acme")
    /// Where its module is.
    nonisolated var modules: URL { folder.appending(path: ".build/debug") }

    private var isBuilt = false

    /// Makes and builds it, once.
    func build() async throws {
        guard !isBuilt else { return }
        let made = try TemporaryFolder()
        defer { made.remove() }
        let result = try await run(TestPaths.gateway, ["provider", "new", "acme"], in: made.url)
        guard result.end == .exited(0) else { throw HarnessError("no package was made: \(result.everything)") }
        try replaceFiles(by: made.url.appending(path: "acme"))
        let built = try await swift("build", "--build-tests")
        guard built.end == .exited(0) else { throw HarnessError("the package does not build:\n\(built.everything)") }
        isBuilt = true
    }

    /// Runs SwiftPM in it. The folder has a build of its own: the one of the repository is locked while tests run.
    nonisolated func swift(_ arguments: String...) async throws -> CommandResult {
        var environment = ProcessInfo.processInfo.environment.filter { ["PATH", "HOME", "TMPDIR"].contains($0.key) }
        environment["LANG"] = "C.UTF-8"
        let swift = ProcessInfo.processInfo.environment["SWIFT"] ?? "swift"
        return try await run(
            URL(filePath: "/usr/bin/env"), [swift] + arguments, environment: environment, in: folder, within: hangLimit * 4)
    }

    /// The provider's item of providers.yaml.fragment, without its indentation.
    nonisolated func fragment() throws -> String {
        let text = try String(contentsOf: folder.appending(path: "providers.yaml.fragment"), encoding: .utf8)
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("  #") }
        return lines.map { $0.dropFirst(4) }.joined(separator: "\n")
    }

    private func replaceFiles(by source: URL) throws {
        let manager = FileManager.default
        try manager.createDirectory(at: folder, withIntermediateDirectories: true)
        let new = try Self.files(in: source)
        for path in try Self.files(in: folder).subtracting(new) where !path.hasPrefix(".build/") && path != "Package.resolved" {
            try manager.removeItem(at: folder.appending(path: path))
        }
        for path in new {
            let target = folder.appending(path: path)
            let data = try Data(contentsOf: source.appending(path: path))
            guard manager.contents(atPath: target.path) != data else { continue }
            try manager.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try data.write(to: target)
        }
    }

    private static func files(in folder: URL) throws -> Set<String> {
        let manager = FileManager.default
        return Set(
            try manager.subpathsOfDirectory(atPath: folder.path).filter { path in
                var isFolder: ObjCBool = false
                return manager.fileExists(atPath: folder.appending(path: path).path, isDirectory: &isFolder)
                    && !isFolder.boolValue
            })
    }
}
