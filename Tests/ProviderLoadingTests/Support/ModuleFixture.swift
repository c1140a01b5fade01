import Foundation
import GatewayHarness
import Testing

/// Builds shared libraries out of the sources in Tests/Fixtures/modules, with the compilers of the toolchain that runs the tests.
enum ModuleFixture {
    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fixtures/modules")

    /// Builds a C source.
    ///
    /// - Parameter definitions: macros and their values.
    static func buildC(_ source: String, definitions: [String: String] = [:], to output: String) async throws {
        try await compile(
            ["cc", "-shared", "-fPIC", "-o", output, sources.appendingPathComponent(source).path]
                + definitions.map { "-D\($0.key)=\($0.value)" })
    }

    /// Builds a Swift source against the SDK that this process runs with.
    static func buildSwift(_ source: String, module: String, to output: String) async throws {
        let sdk = try #require(sdkDirectory(), "libProviderAPI.so is loaded into the tests")
        try await compile([
            "swiftc", "-swift-version", "6", "-parse-as-library", "-emit-library", "-module-name", module, "-I", "\(sdk)/Modules",
            "-L", sdk,
            "-lProviderAPI", "-o", output, sources.appendingPathComponent(source).path,
        ])
    }

    /// Whether a library is part of this process.
    static func isLinked(_ path: String) -> Bool {
        linkedLibraries().contains(path)
    }

    /// The folder of the SDK's library.
    private static func sdkDirectory() -> String? {
        linkedLibraries().first { $0.hasSuffix("/libProviderAPI.so") }
            .map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
    }

    /// The files that this process maps. The kernel hands the list out in pieces, whatever size is asked for.
    private static func linkedLibraries() -> Set<String> {
        guard let handle = FileHandle(forReadingAtPath: "/proc/self/maps") else { return [] }
        var bytes = Data()
        while let piece = try? handle.read(upToCount: 4096), !piece.isEmpty { bytes += piece }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        return Set(lines.compactMap { line in line.firstIndex(of: "/").map { String(line[$0...]) } })
    }

    private static func compile(_ command: [String]) async throws {
        // The compilers find each other and their caches by these; nothing else of the tests' environment is theirs.
        let environment = ProcessInfo.processInfo.environment.filter { ["PATH", "HOME", "TMPDIR"].contains($0.key) }
        let result = try await run(
            URL(filePath: "/usr/bin/env"), command, environment: environment, within: .seconds(100))
        try #require(result.end == .exited(0), "\(command.joined(separator: " ")): \(result.everything)")
    }
}
