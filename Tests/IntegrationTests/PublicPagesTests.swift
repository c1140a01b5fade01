import Foundation
import GatewayHarness
import Testing

@Suite("Pages and probes", .sharedGateway, .gatewayLogOnFailure, .timeLimit(.minutes(10)))
struct PublicPagesTests {
    @Test("The probes answer without a token", arguments: ["/healthz", "/readyz"])
    func probes(path: String) async throws {
        #expect(try await HTTPRequest(path: path).send(toPort: GatewayProcess.shared.port).status == 200)
    }

    @Test("The metrics are in Prometheus' text format")
    func metrics() async throws {
        let gateway = try GatewayProcess.shared
        _ = try await gateway.newUser().pay()
        let answer = try await HTTPRequest(path: "/metrics").send(toPort: gateway.port)
        #expect(answer.status == 200, "\(answer)")
        #expect(answer.header("content-type")?.hasPrefix("text/plain") == true, "\(answer)")
        let samples = answer.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(!samples.isEmpty)
        for sample in samples {
            #expect(sample.contains(/^[a-zA-Z_:][a-zA-Z0-9_:]*(\{.*\})? [-+0-9.eEinfINFNa]+( \d+)?$/), "\(sample)")
        }
    }

    @Test("openapi.json is openapi.yaml, word for word")
    func openAPI() async throws {
        let answer = try await HTTPRequest(path: "/api/openapi.json").send(toPort: GatewayProcess.shared.port)
        #expect(answer.status == 200, "\(answer)")
        #expect(answer.header("content-type")?.hasPrefix("application/json") == true)
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let repository = TestPaths.repository
        let result = try await run(
            TestPaths.python,
            [
                repository.appending(path: "scripts/openapi_to_json.py").path, repository.appending(path: "openapi.yaml").path,
                folder.path("openapi.json"),
            ])
        try #require(result.end == .exited(0), "\(result.everything)")
        #expect(try answer.json() == JSONText(parsing: folder.read("openapi.json")), "run make web")
    }

    @Test(
        "The documentation pages load with no internet: all they need comes from the gateway",
        arguments: ["/api/docs", "/api/redoc"])
    func documentation(path: String) async throws {
        let port = try GatewayProcess.shared.port
        let page = try await HTTPRequest(path: path).send(toPort: port)
        #expect(page.status == 200, "\(page)")
        #expect(page.header("content-type")?.hasPrefix("text/html") == true)
        let assets = page.text.matches(of: /(?:src|href)=["']([^"'#]+)["']/).map { String($0.output.1) }
        #expect(assets.contains { $0.hasSuffix(".js") }, "\(page)")
        for asset in assets where !asset.hasPrefix("data:") {
            #expect(!asset.contains("//"), "\(asset) is elsewhere")
            let base = try #require(URL(string: "http://127.0.0.1:\(port)\(path)"))
            let url = try #require(URL(string: asset, relativeTo: base))
            let loaded = try await HTTPRequest(path: url.path).send(toPort: port)
            #expect(loaded.status == 200, "\(asset): \(loaded.status)")
            #expect(!loaded.body.isEmpty)
        }
    }

    @Test(
        "No other site may frame a page, learn its address or have its type guessed",
        arguments: ["/api/docs", "/api/redoc", "/api/v1/providers/mock/pages/three-d-secure/none"])
    func framing(path: String) async throws {
        let page = try await HTTPRequest(path: path).send(toPort: GatewayProcess.shared.port)
        let policy = try #require(page.header("content-security-policy"), "\(page)")
        #expect(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"), "\(policy)")
        #expect(page.header("referrer-policy") == "no-referrer")
        #expect(page.header("x-content-type-options") == "nosniff")
    }

    @Test("Swagger UI keeps a token in the page's memory only")
    func tokenInBrowser() async throws {
        let script = try await HTTPRequest(path: "/api/assets/init-swagger.js").send(toPort: GatewayProcess.shared.port)
        #expect(script.status == 200, "\(script)")
        #expect(script.text.contains("persistAuthorization: false"), "\(script)")
    }

    @Test("The providers are listed with the digest of the file that was loaded")
    func providers() async throws {
        let gateway = try GatewayProcess.shared
        let answer = try await gateway.admin.get("/providers")
        #expect(answer.status == 200, "\(answer)")
        #expect(answer["data"].elements.map { $0["name"].string } == ["mock", "mock2"], "\(answer)")
        let digest = try await sha256(of: TestPaths.mockModule)
        for provider in answer["data"].elements {
            #expect(provider["digest"].string == digest)
            #expect(provider["health"]["healthy"] == .bool(true))
            #expect(provider["capabilities"]["refunds"] == .bool(true))
            #expect(provider["for_tests"] == .bool(true))
            #expect(provider["version"].string?.isEmpty == false)
        }
        #expect(!answer.text.contains(GatewayConfiguration.webhookSecret(of: "mock")))
    }
}
