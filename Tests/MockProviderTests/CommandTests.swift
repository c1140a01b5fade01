import Foundation
import ProviderAPI
import Testing

@Suite("Commands of the mock")
struct CommandTests {
    private let folder: TemporaryFolder
    private let mock: any PaymentService

    init() async throws {
        folder = try TemporaryFolder()
        mock = try await makeMock(in: folder)
    }

    private func run(_ words: String...) async throws -> String {
        try await mock.runCommand(words[0], arguments: Array(words.dropFirst()), in: call)
    }

    @Test("Each is listed with its arguments, and one that is none is refused")
    func listed() async throws {
        #expect(mock.commands.map(\.name) == ["ledger", "event", "advance", "scenario", "reset"])
        for command in mock.commands { #expect(command.help.hasPrefix(command.name)) }
        #expect(try await rejection { try await run("dance") }.reason == .unsupported)
    }

    @Test("The ledger shows this account's effects in order, and no client secret")
    func ledger() async throws {
        #expect(try await run("ledger") == "The journal is empty.")
        #expect(try await run("ledger", "--json") == "[\n\n]")
        let created = try await mock.create()
        let paid = try await mock.confirm(created.id)
        let refund = try await mock.refund(paid, 1)
        _ = try await makeMock(in: folder, name: "other").create()

        let lines = try await run("ledger").split(separator: "\n")
        #expect(lines.count == 4 && lines[0].hasPrefix("TIME "))
        #expect(lines[1].contains("create") && lines[1].contains(created.id))
        #expect(lines[2].contains("confirm") && lines[2].hasSuffix("payment_intent.succeeded"))
        #expect(lines[3].contains("refund") && lines[3].contains(refund.id) && lines[3].contains("1 USD"))

        let text = try await run("ledger", "--json")
        let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
        #expect(json.map { $0["operation"] as? String } == ["create", "confirm", "refund"])
        #expect(json.map { $0["payment_intent"] as? String } == [created.id, created.id, created.id])
        let secret = try #require(created.clientSecret)
        #expect(!text.contains(secret) && !lines.joined().contains(secret))
    }

    @Test("A scenario that is set holds from the next call on, and no longer than until it is cleared")
    func scenario() async throws {
        let intent = try await mock.create()
        #expect(try await run("scenario", "list") == "There are no scenarios.")
        let declines = #"[{"match":{"operation":"confirm"},"outcome":"insufficient_funds"}]"#
        let shown = try await run("scenario", "set", declines)
        #expect(shown == #"0  matched 0 times  {"match":{"operation":"confirm"},"outcome":"insufficient_funds"}"#)
        #expect(try await decline { try await mock.confirm(intent.id, as: "first") }.declineCode == "insufficient_funds")
        #expect(try await run("scenario", "list").contains("matched once"))
        #expect(try await run("scenario", "clear") == "There are no scenarios.")
        #expect(try await mock.confirm(intent.id, as: "second").status == .succeeded)
    }

    @Test("A mistake in a scenario is told by its place, and those before stay")
    func mistakes() async throws {
        _ = try await run("scenario", "set", #"[{"match":{"operation":"refund"},"fault":"refuse"}]"#)
        let wrong = try await rejection { try await run("scenario", "set", #"[{"fault":"explode"}]"#) }
        #expect(wrong.field == "scenarios[0].fault" && wrong.message.contains("must be one of"))
        #expect(try await rejection { try await run("scenario", "set", "{") }.message.contains("no JSON"))
        #expect(try await run("scenario", "list").contains("refuse"))
    }

    @Test("Other words than a command's own are refused with its usage")
    func usage() async throws {
        for words in [
            ["ledger", "all"], ["scenario"], ["scenario", "set"], ["scenario", "list", "all"], ["scenario", "drop"],
        ] {
            let refusal = try await rejection {
                try await mock.runCommand(words[0], arguments: Array(words.dropFirst()), in: call)
            }
            #expect(refusal.reason == .invalidRequest && refusal.message.hasPrefix("the usage is: \(words[0])"), "\(words)")
        }
    }
}
