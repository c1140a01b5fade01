import Foundation
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("The journal")
struct JournalTests {
    @Test("has a line for each effect, and none for looks, replays and refusals")
    func lines() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let intent = try await mock.create(5000)
        _ = try await mock.retrieve(intent.id)
        _ = try await mock.create(5000)
        _ = try await decline { try await mock.confirm(intent.id, with: "pm_card_chargeDeclined", as: "no") }
        let paid = try await mock.confirm(intent.id)
        _ = try await rejection { try await mock.refund(paid, 5001, as: "much") }
        let refund = try await mock.refund(paid, 1500)

        let lines = try folder.journal()
        #expect(lines.map { $0["operation"] as? String } == ["create", "decline", "confirm", "refund"])
        #expect(lines.map { $0["amount"] as? Int } == [5000, 0, 5000, 1500])
        #expect(lines.map { $0["object"] as? String } == [intent.id, intent.id, intent.id, refund.id])
        #expect(lines.map { $0["idempotency_key"] as? String } == ["create", "no", "confirm", "refund"].map { "gw-test-\($0)" })
        #expect(lines.allSatisfy { $0["currency"] as? String == "USD" })
        #expect(lines.allSatisfy { $0["time"] as? String == "2026-01-08T01:00:00.000Z" })
        #expect(
            try folder.text("journal.jsonl").hasPrefix(
                #"{"time":"2026-01-08T01:00:00.000Z","operation":"create","idempotency_key":"#))
    }

    @Test("is there before the answer, and a second process goes on from it")
    func restart() async throws {
        let folder = try TemporaryFolder()
        let first = try await makeMock(in: folder)
        let paid = try await first.pay(as: "a")
        let refund = try await first.refund(paid, 100, as: "b")
        let open = try await first.create(as: "c")
        // The first mock is neither closed nor told: this is what is left of it after kill -9.
        let second = try await makeMock(in: folder)
        #expect(try await second.retrieve(paid.id) == paid)
        #expect(try await second.retrieveRefund(refund.id, in: call) == refund)
        #expect(try await second.findPaymentIntent(createdBy: "c", in: call) == open)
        let next = try await second.create(as: "d")
        #expect(![paid.id, open.id].contains(next.id))
        #expect(try await second.refund(paid, 4900, as: "e").id != refund.id)
    }

    @Test("may be shared: each mock sees the other's effects at once")
    func shared() async throws {
        let folder = try TemporaryFolder()
        let one = try await makeMock(in: folder)
        let two = try await makeMock(in: folder)
        let intent = try await one.create()
        let paid = try await two.confirm(intent.id)
        #expect(try await one.retrieve(intent.id) == paid)
        let refund = try await one.refund(paid, 5000)
        #expect(try await two.listRefunds(ofPaymentIntent: intent.id, in: call) == [refund])
        #expect(try await rejection { try await two.refund(paid, 1, as: "more") }.code == "charge_already_refunded")
    }

    @Test("written by two mocks at once has whole lines and no id twice", .timeLimit(.minutes(10)))
    func sharedAtOnce() async throws {
        let folder = try TemporaryFolder()
        let mocks = [try await makeMock(in: folder), try await makeMock(in: folder)]
        try await withThrowingTaskGroup { group in
            for index in 0..<600 {
                group.addTask { _ = try await mocks[index % 2].pay(Int64(100 + index), as: "p\(index)") }
            }
            try await group.waitForAll()
        }
        let lines = try folder.journal()
        #expect(lines.count == 1200)
        #expect(Set(lines.compactMap { $0["object"] as? String }).count == 600)
        let third = try await makeMock(in: folder)
        for index in 0..<600 {
            let intent = try #require(try await third.findPaymentIntent(createdBy: "p\(index)-create", in: call))
            #expect(intent.status == .succeeded && intent.amountCaptured == Int64(100 + index))
        }
    }

    @Test("keeps the accounts of two names apart, and their ids different")
    func accounts() async throws {
        let folder = try TemporaryFolder()
        let eu = try await makeMock(in: folder, name: "eu")
        let us = try await makeMock(in: folder, name: "us")
        let intent = try await eu.create()
        #expect(try await rejection { try await us.retrieve(intent.id) }.reason == .notFound)
        // The same key at another account is another key.
        #expect(try await us.create(77).id != intent.id)
        #expect(try await us.listEvents(since: Timestamp(unixSeconds: 0), in: call).isEmpty)
    }

    @Test("with a torn last line is read up to it, and says so")
    func torn() async throws {
        let folder = try TemporaryFolder()
        let intent = try await makeMock(in: folder).create(as: "a")
        let whole = try folder.text("journal.jsonl")
        try folder.append(#"{"time":"2026-01-08T01:00:00.000Z","operation":"conf"#, to: "journal.jsonl")

        let log = RecordingLog()
        let mock = try await makeMock(in: folder, log: log)
        #expect(try await mock.retrieve(intent.id) == intent)
        #expect(
            log.lines.contains { $0.hasPrefix("warning") && $0.contains("torn") && $0.contains("offset=\(whole.utf8.count)") })
        _ = try await mock.create(as: "b")
        #expect(try folder.journal().count == 2)
    }

    @Test("that holds something else is refused, with the place", arguments: ["hello\n", "{}\n", "{\"time\":\"yesterday\"}\n"])
    func notAJournal(line: String) async throws {
        let folder = try TemporaryFolder()
        _ = try await makeMock(in: folder).create()
        let size = try folder.text("journal.jsonl").utf8.count
        try folder.append(line, to: "journal.jsonl")
        let refusal = try await rejection { try await makeMock(in: folder) }
        #expect(refusal.field == "journal")
        #expect(refusal.message.contains("byte \(size)"))
    }

    @Test("that somebody else spoils makes the mock unhealthy, and no call has an effect")
    func spoiled() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        _ = try await mock.create()
        try folder.append("hello\n", to: "journal.jsonl")
        #expect(await mock.health().isHealthy == false)
        let error = await #expect(throws: ProviderError.self) { try await mock.create(as: "next") }
        guard case .notSent = error else { throw try #require(error) }
        #expect(try folder.text("journal.jsonl").hasSuffix("hello\n"))
    }

    @Test("that was deleted starts over, without an id it has given out")
    func deleted() async throws {
        let folder = try TemporaryFolder()
        let log = RecordingLog()
        let mock = try await makeMock(in: folder, log: log)
        let intent = try await mock.create()
        try FileManager.default.removeItem(atPath: "\(folder.path)/journal.jsonl")
        #expect(try await rejection { try await mock.retrieve(intent.id) }.reason == .notFound)
        #expect(try await mock.create().id != intent.id)
        #expect(try folder.journal().count == 1)
        #expect(log.lines.contains { $0.contains("starts over") })
    }

    @Test("gives the same ids for the same calls with the same seed, and others for another seed")
    func repeatable() async throws {
        func run(seed: Int64) async throws -> (journal: String, ids: Set<String>) {
            let folder = try TemporaryFolder()
            let mock = try await makeMock(in: folder, settings: ["seed": .integer(seed)])
            let paid = try await mock.pay()
            let refund = try await mock.refund(paid, 10)
            return (
                try folder.text("journal.jsonl"),
                [paid.id, try #require(paid.clientSecret), try #require(paid.chargeID), refund.id]
            )
        }
        let first = try await run(seed: 1)
        let again = try await run(seed: 1)
        let other = try await run(seed: 2)
        #expect(first.journal == again.journal)
        #expect(first.ids.isDisjoint(with: other.ids))
    }

    @Test("of two names without a seed gives different ids")
    func seedsByName() async throws {
        var ids: [String] = []
        for name in ["eu", "us", "eu"] {
            let folder = try TemporaryFolder()
            ids.append(try await makeMock(in: folder, name: name, settings: ["seed": .null]).create().id)
        }
        #expect(ids[0] == ids[2] && ids[0] != ids[1])
    }

    @Test("is read back though memory holds only the newest intents", .timeLimit(.minutes(10)))
    func manyIntents() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let first = try await mock.create(1, as: "0")
        for index in 1..<2500 { _ = try await mock.create(Int64(index + 1), as: "\(index)") }
        #expect(try await mock.retrieve(first.id) == first)
        #expect(try await mock.confirm(first.id).amountCaptured == 1)
        #expect(try await mock.create(1, as: "0") == first)
    }
}
