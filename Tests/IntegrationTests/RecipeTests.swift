import Foundation
import GatewayHarness
import Testing

// One after the other: each starts programs without end, and other suites run at the same time.
@Suite("The recipes of docs/testing.md and docs/mock-provider.md", .serialized, .timeLimit(.minutes(10)))
struct RecipeTests {
    private static let document = TestPaths.repository.appending(path: "docs/testing.md")
    private static let mockDocument = TestPaths.repository.appending(path: "docs/mock-provider.md")

    private static func all() throws -> [Recipe] {
        try Recipe.all(in: document) + Recipe.all(in: mockDocument)
    }

    @Test("Each command prints what the page says", arguments: try all())
    func recipe(_ recipe: Recipe) async throws {
        try await run([recipe])
    }

    @Test("All pasted from top to bottom into one session on one gateway, they print what the pages say")
    func session() async throws {
        try await run(try Self.all())
    }

    private func run(_ recipes: [Recipe]) async throws {
        var configuration = GatewayConfiguration()
        configuration.providers = [GatewayConfiguration.mock()]
        try await withGateway(configuration) { gateway in
            let folder = gateway.folder
            try FileManager.default.createSymbolicLink(
                atPath: folder.path("gateway.log"), withDestinationPath: folder.path("gateway.err"))
            try folder.write(try Recipe.script(of: recipes, afterSetUpIn: Self.document), to: "recipe.sh")
            let variables = [
                "MOCK_WEBHOOK_SECRET": GatewayConfiguration.webhookSecret(of: "mock"),
                "GATEWAY": gateway.executable.path, "GATEWAY_CONFIG": folder.path("providers.yaml"), "PORT": "\(gateway.port)",
            ]
            let result = try await GatewayHarness.run(
                URL(fileURLWithPath: "/bin/bash"), [folder.path("recipe.sh")],
                environment: gateway.environment.merging(variables) { $1 }, in: folder.url, within: hangLimit * 2)
            #expect(result.end == .exited(0), "\(result.everything)\n\(gateway.recentLog)")
        }
    }

    @Test("There are recipes for all that testers ask for")
    func titles() throws {
        let titles = Set(try Self.all().map(\.title))
        for title in [
            "A decline", "3-D Secure", "A webhook twice", "Webhooks out of order", "A forged webhook", "A dispute",
            "A webhook by hand",
        ] {
            #expect(titles.contains(title))
        }
    }
}
