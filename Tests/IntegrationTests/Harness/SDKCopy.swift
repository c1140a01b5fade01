import Foundation
import GatewayHarness
import ProviderAPI

/// A copy of the SDK's package, to change and to build modules with.
struct SDKCopy: Sendable {
    /// Where the copy is, and what is built from it.
    let folder: TemporaryFolder

    /// A copy of the sources and of the recorded interface.
    init() throws {
        folder = try TemporaryFolder()
        let package = TestPaths.repository.appending(path: "Sources/ProviderAPI")
        for part in ["Sources", "Interface"] {
            try FileManager.default.copyItem(at: package.appending(path: part), to: folder.url.appending(path: part))
        }
    }

    /// A change of one place in a source file.
    struct Edit: Sendable {
        /// The file, below the target's folder.
        var file: String
        /// What is there, once.
        var text: String
        /// What is to be there.
        var replacement: String
        /// The line about it in what `scripts/sdk-interface.sh check` prints.
        var verdict: String

        /// An edit that leaves something out.
        static func without(_ text: String, in file: String, _ verdict: String) -> Edit {
            Edit(file: file, text: text, replacement: "", verdict: verdict)
        }

        /// An edit that writes one thing in place of another.
        static func write(_ replacement: String, over text: String, in file: String, _ verdict: String) -> Edit {
            Edit(file: file, text: text, replacement: replacement, verdict: verdict)
        }
    }

    /// Changes the sources.
    ///
    /// - Throws: ``HarnessError`` where a text is not there exactly once: the edit is to be written anew, after the sources.
    func apply(_ edits: [Edit]) throws {
        for edit in edits {
            let file = "Sources/ProviderAPI/\(edit.file)"
            let source = folder.read(file)
            guard source.ranges(of: edit.text).count == 1 else {
                throw HarnessError(
                    "\(edit.file) of the SDK does not have this text exactly once, so the test cannot change it:\n\(edit.text)")
            }
            try folder.write(source.replacing(edit.text, with: edit.replacement), to: file)
        }
    }

    /// Has this interface be the recorded one.
    func recordInterface() async throws {
        try? FileManager.default.removeItem(atPath: folder.path("Interface"))
        let result = try await script("sdk-interface.sh", ["record", folder.url.path])
        guard result.end == .exited(0) else { throw HarnessError("the interface could not be recorded: \(result.everything)") }
    }

    /// Compares the interface with the recorded one.
    func checkInterface() async throws -> CommandResult {
        try await script("sdk-interface.sh", ["check", folder.url.path])
    }

    /// Builds a module of Tests/Fixtures/sdk against this SDK.
    func build(_ source: String, to output: URL) async throws {
        let built = folder.path("built")
        let library = try await script(
            "compile-sdk.sh", [folder.url.path, built, "-emit-library", "-o", "\(built)/libProviderAPI.so", "-lcrypto"])
        guard library.end == .exited(0) else { throw HarnessError("the SDK's copy could not be built: \(library.everything)") }
        let module = try await Self.run([
            "swiftc", "-swift-version", "6", "-parse-as-library", "-emit-library", "-module-name", "Fixture", "-I", built, "-L",
            built,
            "-lProviderAPI", "-o", output.path, TestPaths.fixtures.appending(path: "sdk/\(source)").path,
        ])
        guard module.end == .exited(0) else { throw HarnessError("\(source) could not be built: \(module.everything)") }
    }

    /// Runs a command with the little that compilers want of an environment.
    static func run(_ command: [String]) async throws -> CommandResult {
        let environment = ProcessInfo.processInfo.environment.filter { ["PATH", "HOME", "TMPDIR", "SWIFT"].contains($0.key) }
        return try await GatewayHarness.run(
            URL(filePath: "/usr/bin/env"), command, environment: environment, within: hangLimit)
    }

    private func script(_ name: String, _ arguments: [String]) async throws -> CommandResult {
        try await Self.run([TestPaths.repository.appending(path: "scripts/\(name)").path] + arguments)
    }
}
