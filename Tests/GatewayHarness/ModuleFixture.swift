import Foundation

/// Builds shared libraries out of the sources in Tests/Fixtures/modules, with the compilers of the toolchain that runs the tests.
package enum ModuleFixture {
    private static let sources = TestPaths.fixtures.appending(path: "modules")

    /// Builds a C source.
    ///
    /// - Parameter definitions: macros and their values.
    /// - Throws: ``HarnessError`` with the compiler's words.
    package static func buildC(_ source: String, definitions: [String: String] = [:], to output: String) async throws {
        try await compile(
            ["cc", "-shared", "-fPIC", "-o", output, sources.appending(path: source).path]
                + definitions.map { "-D\($0.key)=\($0.value)" })
    }

    /// Builds Swift sources against the SDK of this build.
    ///
    /// - Throws: ``HarnessError`` with the compiler's words.
    package static func buildSwift(
        _ names: [String], module: String, definitions: [String] = [], to output: String
    ) async throws {
        let sdk = TestPaths.products.path
        try await compile(
            [
                "swiftc", "-swift-version", "6", "-parse-as-library", "-emit-library", "-module-name", module, "-I",
                "\(sdk)/Modules",
            ]
                + ["-L", sdk, "-lProviderAPI", "-o", output] + definitions.map { "-D\($0)" }
                + names.map { sources.appending(path: $0).path })
    }

    /// Runs a compiler.
    ///
    /// - Throws: ``HarnessError`` with its words.
    private static func compile(_ command: [String]) async throws {
        // The compilers find each other and their caches by these; nothing else of the tests' environment is theirs.
        let environment = ProcessInfo.processInfo.environment.filter { ["PATH", "HOME", "TMPDIR"].contains($0.key) }
        let result = try await run(URL(filePath: "/usr/bin/env"), command, environment: environment, within: hangLimit)
        guard result.end == .exited(0) else {
            throw HarnessError("\(command.joined(separator: " ")): \(result.everything)")
        }
    }
}
