import Foundation
import GatewayHarness
import Testing

extension OneAtATime {
    @Suite("The example of a test suite", .timeLimit(.minutes(10)))
    struct TestingExampleTests {
        private static func run(gateway executable: String) async throws -> CommandResult {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            var environment = ["PATH": "/usr/bin:/bin", "HOME": folder.url.path, "LANG": "C.UTF-8", "GATEWAY": executable]
            environment["TMPDIR"] = folder.url.path
            if let path = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] { environment["LD_LIBRARY_PATH"] = path }
            let suite = TestPaths.repository.appending(path: "Examples/Testing")
            return try await GatewayHarness.run(
                TestPaths.python, ["-B", "-m", "pytest", "-p", "no:cacheprovider", "-v", suite.path],
                environment: environment, in: folder.url, within: .seconds(540))
        }

        @Test("Its tests pass against a gateway that it starts, and every one of them runs")
        func passes() async throws {
            let result = try await Self.run(gateway: TestPaths.gateway.path)
            #expect(result.end == .exited(0), "\(result.everything)")
            let suite = TestPaths.repository.appending(path: "Examples/Testing/test_payments.py")
            let tests = try String(contentsOf: suite, encoding: .utf8).matches(of: /\ndef test_/).count
            #expect(tests >= 8 && result.output.contains(" \(tests) passed"), "\(tests): \(result.output)")
        }

        @Test("Without a gateway that starts it fails, and says so")
        func fails() async throws {
            let result = try await Self.run(gateway: "/bin/false")
            #expect(result.end == .exited(1), "\(result.everything)")
            #expect(result.output.contains("the gateway did not start"), "\(result.output)")
        }
    }
}
