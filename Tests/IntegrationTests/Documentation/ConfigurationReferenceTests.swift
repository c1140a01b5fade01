import Foundation
import GatewayHarness
import Testing

@Suite("docs/configuration.md", .timeLimit(.minutes(10)))
struct ConfigurationReferenceTests {
    private static let modules = ["libMockProvider.so", "libStripeProvider.so"]

    @Test("It is what the program prints of itself and of the bundled modules")
    func reference() async throws {
        let printed = try await run(TestPaths.gateway, ["reference"] + Self.modules)
        #expect(printed.end == .exited(0), "\(printed.everything)")
        let page = try String(contentsOf: TestPaths.repository.appending(path: "docs/configuration.md"), encoding: .utf8)
        let (missing, surplus) = (lines(printed.output).subtracting(lines(page)), lines(page).subtracting(lines(printed.output)))
        #expect(
            printed.output == page,
            """
            print it anew: .build/debug/gateway reference \(Self.modules.joined(separator: " ")) >docs/configuration.md
            not on the page: \(missing.sorted())
            no longer so: \(surplus.sorted())
            """)
    }

    private func lines(_ text: String) -> Set<Substring> { Set(text.split(separator: "\n")) }

    @Test("The flags on it are those of the program, and .env.example names the variables on it")
    func flagsAndVariables() async throws {
        let printed = try await run(TestPaths.gateway, ["reference"])
        let help = try await run(TestPaths.gateway, ["serve", "--help"]).output
        let flags = Set(printed.output.matches(of: /`(--[a-z-]+)`/).map(\.1))
        #expect(flags == ["--config", "--database", "--host", "--management", "--port"])
        for flag in flags { #expect(help.contains("\(flag) <"), "\(flag)") }

        let example = try String(contentsOf: TestPaths.repository.appending(path: ".env.example"), encoding: .utf8)
        let named = Set(example.matches(of: /(?m)^#?(GATEWAY_[A-Z_]+)=/).map { String($0.1) })
        let documented = Set(printed.output.matches(of: /`(GATEWAY_[A-Z_]+)`/).map { String($0.1) })
        #expect(named.isSubset(of: documented), "\(named.subtracting(documented))")
        #expect(!named.contains("GATEWAY_CONFIG"), "the gateway looks for .env beside the file that this names")
        // What providers refer to, and what the gateway reads itself: anything else would do nothing.
        let yaml = try String(contentsOf: TestPaths.repository.appending(path: "providers.yaml"), encoding: .utf8)
        let entries = yaml.split(separator: "\n").filter { !$0.hasPrefix("#") }.joined(separator: "\n")
        let references = Set(entries.matches(of: /\$\{([A-Z_]+)/).map { String($0.1) })
        let all = Set(example.matches(of: /(?m)^#?([A-Z][A-Z_]+)=/).map { String($0.1) })
        #expect(all.subtracting(documented) == references.subtracting(documented))
    }

    @Test("A module that is not there is named")
    func missingModule() async throws {
        let result = try await run(TestPaths.gateway, ["reference", "libNoProvider.so"])
        #expect(result.end == .exited(1) && result.errors.contains("libNoProvider.so"), "\(result.everything)")
    }
}
