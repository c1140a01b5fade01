import Foundation
import MockProvider
import ProviderAPI
import ProviderTestKit
import Testing

/// A row of a page's table of test tokens.
private struct Row: Sendable, CustomTestStringConvertible {
    let page: String
    let tokens: [String]
    /// The last column.
    let promise: String

    var testDescription: String { "\(page): \(tokens.joined(separator: ", "))" }

    /// The words of the promise between backticks.
    var words: [String] { promise.matches(of: /`([a-z0-9_]+)`/).map { String($0.1) } }

    static let all: [Row] = ["stripe.md", "testing.md"].flatMap(rows)

    private static func rows(of page: String) -> [Row] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = (try? String(contentsOf: folder.appending(path: "docs/\(page)"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").filter { $0.hasPrefix("| `pm_card_") }.map { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            return Row(
                page: page, tokens: (cells.first ?? "").matches(of: /`(\w+)`/).map { String($0.1) }, promise: cells.last ?? "")
        }
    }
}

@Suite("The pages' tables of test tokens")
struct DocumentedTokenTests {
    @Test("say of each token what the mock answers to its confirmation, and what follows", arguments: Row.all)
    fileprivate func promise(_ row: Row) async throws {
        for token in row.tokens {
            let folder = try TemporaryFolder()
            let clock = ManualClock()
            let start = clock.now()
            let mock = try await makeMock(in: folder, clock: clock)
            let intent = try await mock.create()
            if row.promise.hasPrefix("402") {
                let decline = try await decline { try await mock.confirm(intent.id, with: token) }
                #expect([decline.code] + (decline.declineCode.map { [$0] } ?? []) == row.words)
                continue
            }
            let confirmed = try await mock.confirm(intent.id, with: token)
            let status = try #require(row.words.first)
            #expect(row.promise.hasPrefix("200 `\(status)`") && confirmed.status.rawValue == status)

            if row.promise.contains("declined ") {
                let page = try #require(confirmed.nextAction?.redirectURL).split(separator: "/pages", maxSplits: 1)[1]
                let answer = PageRequest(
                    method: "POST", path: String(page), query: "", headers: [], body: Array("outcome=approve".utf8))
                #expect(String(decoding: try await mock.servePage(answer, in: call).body, as: UTF8.self).contains("declined"))
                let failed = try await mock.retrieve(intent.id)
                #expect(failed.status == .requiresPaymentMethod && failed.lastError?.code == row.words.last { $0 != "failed" })
            }
            if row.promise.contains("`dispute` is set") {
                clock.advance(by: .seconds(1))
                let events = try await mock.listEvents(since: start, in: call)
                guard case .dispute(let dispute)? = events.last?.subject else { throw ProviderError.unsupported("\(events)") }
                let told = try #require(row.words.last)
                #expect(row.promise.contains("reason") ? dispute.reason == told : dispute.status == told)
            }
            if row.promise.contains("its refund is") {
                let refund = try await mock.refund(confirmed, 500)
                let before = refund.status.rawValue
                clock.advance(by: .seconds(1))
                let after = try await mock.retrieveRefund(refund.id, in: call).status.rawValue
                #expect([status, before, after] == row.words)
            }
        }
    }

    @Test("have every token that the mock knows")
    func complete() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let intent = try await mock.create()
        let refusal = try await rejection { try await mock.confirm(intent.id, with: "none") }
        let known = Set(refusal.message.matches(of: /pm_card_\w+/).map { String($0.0) })
        #expect(known.count > 15)
        let testing = Set(Row.all.filter { $0.page == "testing.md" }.flatMap(\.tokens))
        #expect(known.subtracting(testing).isEmpty && testing.subtracting(known).isEmpty)
        #expect(Row.all.filter { $0.page == "stripe.md" }.count > 15)
    }

    @Test(
        "of an inquiry that nobody answers end in its closure, and of a dispute in its loss",
        arguments: [
            ("pm_card_createDisputeInquiry", "warning_closed"), ("pm_card_createDispute", "lost"),
        ])
    func unanswered(token: String, end: String) async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let start = clock.now()
        let mock = try await makeMock(in: folder, clock: clock)
        _ = try await mock.pay(with: token)
        clock.advance(by: .seconds(16 * 86_400))
        let events = try await mock.listEvents(since: start, in: call)
        guard case .dispute(let dispute)? = events.last?.subject else { throw ProviderError.unsupported("\(events)") }
        #expect(events.last?.type == "charge.dispute.closed" && dispute.status == end)
    }
}
