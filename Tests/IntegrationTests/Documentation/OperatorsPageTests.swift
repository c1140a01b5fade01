import Foundation
import GatewayHarness
import Testing

@Suite("docs/operators.md", .timeLimit(.minutes(10)))
struct OperatorsPageTests {
    private static let page = TestPaths.repository.appending(path: "docs/operators.md")

    @Test("It explains every metric that a gateway has, and no other")
    func metrics() async throws {
        let documented = Set(
            try String(contentsOf: Self.page, encoding: .utf8).matches(of: /(?m)^\| `([a-z_]+)` \| \S.* \|.*\|$/)
                .map { String($0.1) }.filter { $0.hasPrefix("gateway_") || $0.hasPrefix("provider_") || $0.hasPrefix("process_") }
        )
        try await withGateway { gateway in
            let user = gateway.newUser()
            let payment = try await user.pay()
            #expect(try await user.refund(payment).status == 200)
            try await eventually("the mock's webhooks arrived") {
                try await Self.exposed(by: gateway).contains("gateway_webhooks_total")
            }
            let exposed = try await Self.exposed(by: gateway)
            #expect(exposed.subtracting(documented) == [], "not explained")
            // Those that count what seldom happens are there once it does: they are in the sources.
            let counted = try Self.inSources()
            #expect(documented.subtracting(exposed).subtracting(counted) == [], "there are no such metrics")
            #expect(counted.subtracting(documented) == [], "not explained")
        }
    }

    private static func exposed(by gateway: GatewayProcess) async throws -> Set<String> {
        let answer = try await HTTPRequest(path: "/metrics").send(toPort: gateway.port)
        return Set(answer.text.matches(of: #/(?m)^# TYPE ([a-z_]+) /#).map { String($0.1) })
    }

    /// The labels of instruments in the sources of the host.
    private static func inSources() throws -> Set<String> {
        let sources = TestPaths.repository.appending(path: "Sources")
        var labels: Set<String> = []
        for folder in ["GatewayCore", "GatewayHTTP", "GatewayHost", "GatewayStorage", "ProviderLoading"] {
            let folder = sources.appending(path: folder)
            for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where path.hasSuffix(".swift") {
                let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
                labels.formUnion(text.matches(of: /label: "((?:gateway|provider)_[a-z_]+)"/).map { String($0.1) })
            }
        }
        return labels
    }

    @Test("The units of deploy/ are sound and closed to others", arguments: ["service", "backup.service", "backup.timer"])
    func units(_ name: String) async throws {
        let analyze = URL(filePath: "/usr/bin/systemd-analyze")
        guard FileManager.default.isExecutableFile(atPath: analyze.path) else {
            throw HarnessError("there is no systemd-analyze; run `make test`, which installs it")
        }
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        // The program is not installed here.
        let deploy = TestPaths.repository.appending(path: "deploy")
        for unit in ["payment-gateway.service", "payment-gateway-backup.service", "payment-gateway-backup.timer"] {
            let text = try String(contentsOf: deploy.appending(path: unit), encoding: .utf8)
            try folder.write(text.replacing("/opt/payment-gateway/gateway", with: "/bin/true"), to: unit)
        }
        let unit = folder.path("payment-gateway" + (name == "service" ? "." : "-") + name)
        let result = try await run(analyze, ["verify", unit], environment: ["PATH": "/usr/bin:/bin"])
        #expect(result.end == .exited(0) && result.errors.isEmpty, "\(result.everything)")
        guard name == "service" else { return }
        let exposure = try await run(
            analyze, ["security", "--offline=true", "--threshold=20", unit], environment: ["PATH": "/usr/bin:/bin"])
        #expect(exposure.end == .exited(0), "\(exposure.everything)")
    }
}
