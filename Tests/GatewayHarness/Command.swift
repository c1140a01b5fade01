package import Foundation

/// What a command that ran to its end has left.
package struct CommandResult: Sendable {
    /// How it ended.
    package let end: ProcessEnd
    /// Its standard output.
    package let output: String
    /// Its standard error.
    package let errors: String

    /// Both, for messages whose stream does not matter.
    package var everything: String { output + "\n" + errors }
}

/// Runs an executable to its end.
///
/// - Throws: ``HarnessError`` where it cannot be started or runs for more than `limit`.
package func run(
    _ executable: URL, _ arguments: [String], environment: [String: String] = [:], in folder: URL? = nil,
    within limit: Duration = hangLimit
) async throws -> CommandResult {
    let outputs = try TemporaryFolder()
    defer { outputs.remove() }
    let child = try ChildProcess(
        executable, arguments, environment: environment, folder: folder ?? outputs.url,
        output: outputs.path("out"), errors: outputs.path("err")
    )
    guard let end = await child.waitForEnd(within: limit) else {
        await child.stop()
        throw HarnessError(
            "\(executable.lastPathComponent) \(arguments.joined(separator: " ")) did not end within \(limit)\n"
                + outputs.read("out") + outputs.read("err")
        )
    }
    return CommandResult(end: end, output: outputs.read("out"), errors: outputs.read("err"))
}

/// Runs a script of Tests/Fixtures with the tests' Python.
///
/// - Throws: ``HarnessError`` with the script's own message where it fails.
package func runPython(_ script: String, _ arguments: [String], environment: [String: String] = [:]) async throws -> String {
    let python = TestPaths.python
    guard FileManager.default.isExecutableFile(atPath: python.path) else {
        throw HarnessError("there is no \(python.path); run `make test`, which sets it up, or set GATEWAY_TEST_PYTHON")
    }
    let result = try await run(python, [TestPaths.fixtures.appending(path: script).path] + arguments, environment: environment)
    guard result.end == .exited(0) else { throw HarnessError("\(script) failed (\(result.end)):\n\(result.everything)") }
    return result.output
}

/// The SHA-256 of a file, in lower-case hexadecimal, by coreutils.
package func sha256(of file: URL) async throws -> String {
    let result = try await run(URL(filePath: "/usr/bin/sha256sum"), [file.path])
    guard result.end == .exited(0) else { throw HarnessError("no digest of \(file.path): \(result.errors)") }
    return String(result.output.prefix { $0 != " " })
}
