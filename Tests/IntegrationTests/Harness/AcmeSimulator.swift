import Foundation
import GatewayHarness

/// The simulator of the generated package, which speaks the API of docs/acme-api.md.
struct AcmeSimulator: Sendable {
    /// The port it listens on.
    let port: Int

    /// What the package's providers.yaml.fragment takes from the environment, for this simulator.
    var variables: [String: String] {
        [
            "ACME_API_KEY": "simulator-key", "ACME_WEBHOOK_SECRET": "simulator-webhook-secret",
            "ACME_API_BASE": "http://127.0.0.1:\(port)",
        ]
    }

    /// Does what somebody else than the gateway does there.
    func post(_ path: String, _ json: String) async throws -> HTTPAnswer {
        let headers = [("Authorization", "Bearer simulator-key"), ("Idempotency-Key", UUID().uuidString)]
        return try await HTTPRequest(
            method: "POST", path: path, headers: headers.map { (name: $0.0, value: $0.1) }, body: Array(json.utf8)
        ).send(toPort: port)
    }

    /// An object of its own books.
    func get(_ path: String) async throws -> HTTPAnswer {
        try await HTTPRequest(path: path, headers: [("Authorization", "Bearer simulator-key")]).send(toPort: port)
    }
}

/// Runs the built provider in a gateway of its own, against its simulator, for the length of `body`.
func withAcme(_ body: (GatewayProcess, AcmeSimulator) async throws -> Void) async throws {
    try await AcmePackage.shared.build()
    let package = AcmePackage.shared
    var configuration = GatewayConfiguration()
    configuration.modulesDirectory = package.modules.path
    configuration.providers = [try package.fragment()]
    configuration.defaultProvider = "acme"
    try await withGateway(configuration, started: false) { gateway in
        let child = try ChildProcess(
            URL(filePath: "/usr/bin/env"),
            [
                "python3", "simulator/acme.py", "--port", "0", "--webhook-url",
                "http://127.0.0.1:\(gateway.port)/api/v1/payments/webhooks/acme",
            ],
            environment: ["PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"], folder: package.folder,
            output: gateway.folder.path("simulator.out"), errors: gateway.folder.path("simulator.err"))
        do {
            let port = try await eventually("the simulator listens") { () -> Int? in
                if let end = child.ended { throw HarnessError("it ended (\(end)):\n\(gateway.folder.read("simulator.err"))") }
                return gateway.folder.read("simulator.out").firstMatch(of: /127\.0\.0\.1:(\d+)\n/).flatMap { Int($0.1) }
            }
            let simulator = AcmeSimulator(port: port)
            try gateway.reconfigure { $0.variables = simulator.variables }
            try await gateway.start()
            try await body(gateway, simulator)
            await child.stop()
        } catch {
            await child.stop()
            throw error
        }
    }
}
