import ProviderAPI
import ProviderTestKit
import Testing

@Suite("The mock's clock, put forward")
struct ClockTests {
    private let folder: TemporaryFolder
    private let wall = ManualClock()
    private let mock: any PaymentService

    init() async throws {
        folder = try TemporaryFolder()
        mock = try await makeMock(in: folder, clock: wall)
    }

    @discardableResult
    private func run(_ mock: any PaymentService, _ words: String...) async throws -> String {
        try await mock.runCommand(words[0], arguments: Array(words.dropFirst()), in: call)
    }

    private func events() async throws -> [String] {
        try await mock.listEvents(since: Timestamp(unixSeconds: 0), in: call).map(\.type)
    }

    @Test("tells a story of 45 days at once: authorised, captured on day 6, disputed on day 30, lost on day 45")
    func story() async throws {
        let intent = try await mock.create(capture: .manual)
        _ = try await mock.confirm(intent.id)
        #expect(try await run(mock, "advance", "6d") == "The mock's clock shows 2026-01-14T01:00:00.000Z.")
        #expect(try await mock.capture(intent, 5000).status == .succeeded)
        try await run(mock, "advance", "24d")
        try await run(mock, "event", "charge.dispute.created", "--intent", intent.id)
        let told = try await run(mock, "advance", "15d")
        #expect(told.contains("2026-02-22T01:00:00.000Z  dispute_closure"), "\(told)")
        #expect(
            try await events() == [
                "payment_intent.amount_capturable_updated", "payment_intent.succeeded", "charge.dispute.created",
                "charge.dispute.closed",
            ])
        let last = try #require(try await mock.listEvents(since: Timestamp(unixSeconds: 0), in: call).last)
        guard case .dispute(let dispute) = last.subject else {
            Issue.record("\(last)")
            return
        }
        #expect(dispute.status == "lost")
        #expect(last.createdAt == wall.now(), "events keep wall time")
    }

    @Test("lets an authorisation lapse after seven days, and not a moment sooner")
    func lapse() async throws {
        let intent = try await mock.create(capture: .manual)
        _ = try await mock.confirm(intent.id)
        try await run(mock, "advance", "167h")
        #expect(try await mock.retrieve(intent.id).status == .requiresCapture)
        try await run(mock, "advance", "1h")
        #expect(try await mock.retrieve(intent.id).status == .canceled)
        #expect(try await rejection { try await mock.capture(intent, 1) }.reason == .invalidState)
        #expect(try await events().suffix(2) == ["payment_intent.canceled", "charge.expired"])
    }

    @Test("leaves a captured authorisation and an answered dispute alone")
    func overtaken() async throws {
        let intent = try await mock.create(capture: .manual)
        _ = try await mock.confirm(intent.id)
        _ = try await mock.capture(intent, 5000)
        try await run(mock, "event", "charge.dispute.created", "--intent", intent.id)
        try await run(mock, "event", "charge.dispute.closed", "--intent", intent.id, "--status", "won")
        let before = try folder.journal().count
        try await run(mock, "advance", "365d")
        #expect(try await mock.retrieve(intent.id).status == .succeeded)
        #expect(try folder.journal().count == before)
    }

    @Test("lets several things happen on the way, each at its own time and in its order")
    func order() async throws {
        let disputed = try await mock.pay(with: "pm_card_createDispute", as: "a")
        let refunded = try await mock.pay(with: "pm_card_pendingRefund", as: "b")
        #expect(try await mock.refund(refunded, 100).status == .pending)
        let told = try await run(mock, "advance", "16d")
        #expect(
            try folder.journal().suffix(3).map { "\($0["clock"] ?? "") \($0["operation"] ?? "")" } == [
                "2026-01-08T01:00:01.000Z dispute", "2026-01-08T01:00:01.000Z refund_success",
                "2026-01-23T01:00:01.000Z dispute_closure",
            ])
        #expect(told.split(separator: "\n").count == 5, "\(told)")
        #expect(try await mock.retrieve(disputed.id).status == .succeeded)
    }

    @Test("is the same after a restart and in another process")
    func shared() async throws {
        let intent = try await mock.create(capture: .manual)
        _ = try await mock.confirm(intent.id)
        let other = try await makeMock(in: folder, clock: wall)
        try await run(mock, "advance", "6d")
        #expect(try await run(other, "advance", "1ms") == "The mock's clock shows 2026-01-14T01:00:00.001Z.")
        let restarted = try await makeMock(in: folder, clock: wall)
        try await run(restarted, "advance", "1d")
        #expect(try await mock.retrieve(intent.id).status == .canceled)
        #expect(try await other.retrieve(intent.id).status == .canceled)
        let account = try await makeMock(in: folder, name: "other", clock: wall)
        #expect(try await run(account, "advance", "1d") == "The mock's clock shows 2026-01-09T01:00:00.000Z.")
    }

    @Test("moves neither idempotency keys nor the journal's times, which keep wall time")
    func keys() async throws {
        let intent = try await mock.create(as: "same")
        try await run(mock, "advance", "30d")
        #expect(try await mock.create(as: "same").id == intent.id)
        _ = try await mock.create(as: "later")
        let line = try #require(try folder.journal().last)
        #expect(line["time"] as? String == "2026-01-08T01:00:00.000Z")
        #expect(line["clock"] as? String == "2026-02-07T01:00:00.000Z")
        wall.advance(by: .seconds(24 * 60 * 60))
        #expect(try await mock.create(as: "same").id != intent.id)
    }

    @Test("wakes up for what is due sooner than what it waits for already")
    func sooner() async throws {
        // Who waits for the lapse in seven days sleeps until the test ends; the refund a second later has to be noticed.
        let mock = try await makeMock(at: folder.path, name: "sleeper", clock: ObservedClock.withoutLongWaits())
        try await whileRunning(mock) {
            let authorised = try await mock.create(capture: .manual, as: "1")
            _ = try await mock.confirm(authorised.id, as: "2")
            let paid = try await mock.pay(with: "pm_card_refundFail", as: "3")
            _ = try await mock.refund(paid, 100)
            try await eventually("the refund has failed by itself") {
                try folder.journal().contains { $0["operation"] as? String == "refund_failure" }
            }
            #expect(try await mock.retrieve(authorised.id).status == .requiresCapture)
        }
    }

    @Test(
        "takes a length of time with its unit and nothing else",
        arguments: [[], ["30"], ["0d"], ["-1d"], ["1y"], ["1d", "2d"], ["3651d"], ["d"]])
    func usage(words: [String]) async throws {
        let refusal = try await rejection { try await mock.runCommand("advance", arguments: words, in: call) }
        #expect(refusal.message.contains("advance DURATION, such as 30d"), "\(refusal.message)")
    }

    @Test("goes ten years ahead and no further in all")
    func limit() async throws {
        try await run(mock, "advance", "3650d")
        #expect(try await rejection { try await run(mock, "advance", "1ms") }.message.contains("3650d in all"))
    }
}
