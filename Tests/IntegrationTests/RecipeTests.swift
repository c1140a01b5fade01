import Foundation
import GatewayHarness
import Testing

// One after the other: each starts programs without end, and other suites run at the same time.
@Suite("The recipes of docs/testing.md", .serialized, .timeLimit(.minutes(10)))
struct RecipeTests {
    private static let document = TestPaths.repository.appending(path: "docs/testing.md")

    @Test("Each command prints what the page says", arguments: try Recipe.all(in: document))
    func recipe(_ recipe: Recipe) async throws {
        var configuration = GatewayConfiguration()
        configuration.providers = [GatewayConfiguration.mock()]
        try await withGateway(configuration) { gateway in
            let folder = gateway.folder
            try FileManager.default.createSymbolicLink(
                atPath: folder.path("gateway.log"), withDestinationPath: folder.path("gateway.err"))
            try folder.write(try recipe.script(in: Self.document), to: "recipe.sh")
            let variables = [
                "GATEWAY": gateway.executable.path, "GATEWAY_CONFIG": folder.path("providers.yaml"), "PORT": "\(gateway.port)",
            ]
            let result = try await run(
                URL(fileURLWithPath: "/bin/bash"), [folder.path("recipe.sh")],
                environment: gateway.environment.merging(variables) { $1 }, in: folder.url, within: hangLimit)
            #expect(result.end == .exited(0), "\(result.everything)\n\(gateway.recentLog)")
        }
    }

    @Test("There are recipes for all that testers ask for")
    func titles() throws {
        let titles = Set(try Recipe.all(in: Self.document).map(\.title))
        for title in ["A decline", "3-D Secure", "A webhook twice", "Webhooks out of order", "A forged webhook", "A dispute"] {
            #expect(titles.contains(title))
        }
    }
}
