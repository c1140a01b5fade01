import Foundation
import GatewayHarness
import Testing

@Suite("Token examples", .timeLimit(.minutes(10)))
struct TokenExampleTests {
    private static let folder = TestPaths.repository.appending(path: "Examples/Clients")

    enum Language: String, Sendable, CaseIterable {
        case sh, python, javascript, swift

        /// The file that docs/clients.md shows, below Examples/Clients.
        var file: String {
            switch self {
            case .sh: "curl/sign-token.sh"
            case .python: "python/sign_token.py"
            case .javascript: "javascript/sign-token.mjs"
            case .swift: "swift/Sources/GatewayExample/SignToken.swift"
            }
        }

        /// What prints a token, before the subject and the scope.
        var command: (program: URL, arguments: [String]) {
            let path = folder.appending(path: file).path
            return switch self {
            case .sh: (URL(filePath: "/bin/bash"), [path])
            case .python: (TestPaths.python, ["-B", path])
            case .javascript: (URL(filePath: "/usr/bin/node"), [path])
            case .swift: (TestPaths.products.appending(path: "GatewayExample"), ["sign-token"])
            }
        }
    }

    @Test("Each signs tokens that the gateway takes, with the scope that is asked for")
    func tokens() async throws {
        var configuration = GatewayConfiguration()
        configuration.appendix = "authorization: { refund: scope }"
        try await withGateway(configuration) { gateway in
            for language in Language.allCases {
                let subject = "K\u{F6}nig \(language)?>"
                let plain = try await Self.token(by: language, ["\(subject)"], for: gateway)
                let payment = try await plain.pay("10.00")
                #expect(try await plain.get("/orders/\(payment.order)")["user_id"].string == subject, "\(language)")
                expectProblem(try await plain.refund(payment, "1"), 403, "forbidden")
                let refunding = try await Self.token(
                    by: language, ["\(subject)", "payments:refund payments:cancel"], for: gateway)
                #expect(try await refunding.refund(payment, "1").status == 200, "\(language)")
            }
        }
    }

    @Test("docs/clients.md shows them as they are", arguments: Language.allCases)
    func page(_ language: Language) throws {
        let page = try String(contentsOf: TestPaths.repository.appending(path: "docs/clients.md"), encoding: .utf8)
        let code = try String(contentsOf: Self.folder.appending(path: language.file), encoding: .utf8)
        #expect(page.contains("\n```\(language)\n\(code)```\n"), "\(language.file) is another on the page")
    }

    private static func token(
        by language: Language, _ arguments: [String], for gateway: GatewayProcess
    ) async throws -> Client {
        let (program, first) = language.command
        let result = try await run(
            program, first + arguments, environment: gateway.environment, in: gateway.folder.url, within: .seconds(30))
        #expect(result.end == .exited(0), "\(result.everything)")
        let token = String(try #require(result.output.split(separator: "\n").first))
        return Client(gateway: gateway, subject: arguments[0], authorization: "Bearer \(token)")
    }
}
