import Foundation
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Payments of one test")
struct TestScopeTests {
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

    private func json(_ text: String) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    }

    /// An authorization of a test, which lapses after seven days.
    private func authorize(_ test: String?, _ mock: any PaymentService, as operation: String) async throws -> String {
        let intent = try await mock.create(capture: .manual, test: test, as: "\(operation)-create")
        return try await mock.confirm(intent.id, as: "\(operation)-confirm").id
    }

    // MARK: - The clock

    @Test("A clock advanced for one test moves the payments of that test only, by as much as it was advanced")
    func clock() async throws {
        let a = try await authorize("a", mock, as: "a")
        let b = try await authorize("b", mock, as: "b")
        let none = try await authorize(nil, mock, as: "none")
        #expect(
            try await run(mock, "advance", "6d", "--test-id", "a") == "The clock of the test a shows 2026-01-14T01:00:00.000Z.")
        for id in [a, b, none] { #expect(try await mock.retrieve(id).status == .requiresCapture) }
        let shown = try await run(mock, "advance", "--test-id", "a", "1d")
        #expect(shown.contains("2026-01-15T01:00:00.000Z  lapse") && shown.contains(a), "\(shown)")
        #expect(try await mock.retrieve(a).status == .canceled)
        for id in [b, none] { #expect(try await mock.retrieve(id).status == .requiresCapture) }

        // The account's clock moves everything, and the clock of a test is ahead of that.
        #expect(try await run(mock, "advance", "1d") == "The mock's clock shows 2026-01-09T01:00:00.000Z.")
        #expect(
            try await run(mock, "advance", "1ms", "--test-id", "a") == "The clock of the test a shows 2026-01-16T01:00:00.001Z.")
        try await run(mock, "advance", "6d")
        for id in [b, none] { #expect(try await mock.retrieve(id).status == .canceled) }
    }

    @Test("What a test's payment does after its clock was advanced is due by that clock, at its own moment")
    func later() async throws {
        try await run(mock, "advance", "30d", "--test-id", "a")
        let a = try await authorize("a", mock, as: "a")
        #expect(try await mock.retrieve(a).status == .requiresCapture)
        let line = try #require(try folder.journal().last)
        #expect(line["time"] as? String == "2026-01-08T01:00:00.000Z", "events keep the wall clock's time")
        #expect(line["clock"] as? String == "2026-02-07T01:00:00.000Z")
        wall.advance(by: .seconds(7 * 24 * 60 * 60 - 1))
        #expect(try await mock.retrieve(a).status == .requiresCapture)
        wall.advance(by: .seconds(1))
        #expect(try await mock.retrieve(a).status == .canceled)
        #expect(try folder.journal().last?["clock"] as? String == "2026-02-14T01:00:00.000Z")
    }

    @Test("Refunds, disputes and events asked for go by the test's clock as well")
    func everything() async throws {
        let disputed = try await mock.pay(with: "pm_card_createDispute", test: "a", as: "1")
        let refunded = try await mock.pay(with: "pm_card_pendingRefund", test: "a", as: "2")
        let other = try await mock.pay(with: "pm_card_createDispute", test: "b", as: "3")
        #expect(try await mock.refund(refunded, 100).status == .pending)
        let paid = try await mock.pay(test: "a", as: "4")
        try await run(mock, "advance", "1d", "--test-id", "a")
        let opened = try await run(mock, "event", "charge.dispute.created", "--intent", paid.id, "--json")
        let event = try #require(try json(opened) as? [[String: String]]).first
        #expect(event?["type"] == "charge.dispute.created" && event?["id"]?.hasPrefix("evt_mock_") == true, "\(opened)")
        let text = try await run(mock, "advance", "16d", "--test-id", "a", "--json")
        let result = try #require(try json(text) as? [String: Any])
        #expect(result["clock"] as? String == "2026-01-25T01:00:00.000Z")
        let effects = try #require(result["effects"] as? [[String: Any]])
        #expect(
            effects.map { "\($0["clock"] ?? "") \($0["operation"] ?? "") \($0["payment_intent"] ?? "")" } == [
                "2026-01-23T01:00:01.000Z dispute_closure \(disputed.id)", "2026-01-24T01:00:00.000Z dispute_closure \(paid.id)",
            ])
        #expect(effects.allSatisfy { $0["test_id"] as? String == "a" })
        #expect(!(try await run(mock, "ledger", "--test-id", "b")).contains("dispute"))
        #expect(try await mock.retrieve(other.id).status == .succeeded)
    }

    @Test("The clock of a test is the same after a restart, in another process and for another account")
    func shared() async throws {
        let a = try await authorize("a", mock, as: "a")
        let other = try await makeMock(in: folder, clock: wall)
        #expect(try await other.retrieve(a).status == .requiresCapture)
        try await run(mock, "advance", "6d", "--test-id", "a")
        try await run(other, "advance", "23h", "--test-id", "a")
        let restarted = try await makeMock(in: folder, clock: wall)
        #expect(try await restarted.retrieve(a).status == .requiresCapture)
        // The other process moves what this one and the restarted one wait for.
        try await run(other, "advance", "1h", "--test-id", "a")
        for service in [mock, other, restarted] { #expect(try await service.retrieve(a).status == .canceled) }
        #expect(try folder.journal().filter { $0["operation"] as? String == "lapse" }.count == 1)
        let account = try await makeMock(in: folder, name: "other", clock: wall)
        #expect(
            try await run(account, "advance", "1d", "--test-id", "a") == "The clock of the test a shows 2026-01-09T01:00:00.000Z."
        )
    }

    @Test("What is due by a test's clock happens by itself, while the mock runs")
    func keeper() async throws {
        // Who waits for the lapse in seven days sleeps until the test ends: the advance has to wake somebody.
        let clock = ObservedClock { duration in
            if duration > .seconds(60) { try await Task.sleep(for: .seconds(3600)) }
        }
        let mock = try await makeMock(at: folder.path, name: "sleeper", clock: clock)
        try await whileRunning(mock) {
            _ = try await authorize("a", mock, as: "a")
            _ = try await authorize("b", mock, as: "b")
            // A second short of it: the rest passes by the clock's own naps.
            _ = try await mock.runCommand("advance", arguments: ["604799s", "--test-id", "a"], in: call)
            try await eventually("the authorization of the test lapsed by itself") {
                try folder.journal().contains { $0["operation"] as? String == "lapse" }
            }
        }
        #expect(try folder.journal().filter { $0["operation"] as? String == "lapse" }.count == 1)
    }

    @Test("The clocks of the account and of a test go ten years ahead together, and no further")
    func limit() async throws {
        try await run(mock, "advance", "650d")
        try await run(mock, "advance", "3000d", "--test-id", "a")
        #expect(try await rejection { try await run(mock, "advance", "1ms", "--test-id", "a") }.message.contains("3650d in all"))
        try await run(mock, "advance", "1d", "--test-id", "b")
    }

    // MARK: - Scenarios

    @Test("A scenario of a test meets that test's calls only, before those for all, and is counted by itself")
    func scenario() async throws {
        let decline = #"[{"match": {"operation": "confirm"}, "outcome": "decline", "times": 1}]"#
        try await run(mock, "scenario", "set", #"[{"match": {"operation": "create"}, "fault": "refuse", "times": 1}]"#)
        try await run(mock, "scenario", "set", decline, "--test-id", "a")
        try await run(mock, "scenario", "set", decline, "--test-id", "b")
        _ = try await notSent { try await mock.create(test: "c", as: "refused") }
        for test in ["a", "b"] {
            let intent = try await mock.create(test: test, as: "\(test)-create")
            _ = try await refusal(intent.id, as: "\(test)-1")
            #expect(try await mock.confirm(intent.id, as: "\(test)-2").status == .succeeded)
        }
        #expect(try await mock.pay(test: "c", as: "c").status == .succeeded)
        #expect(try await mock.pay(as: "none").status == .succeeded)
        #expect(
            try await run(mock, "scenario", "list", "--test-id", "a")
                == #"0  matched once  test a  {"match":{"operation":"confirm"},"outcome":"decline","times":1}"#)
        let all = try await run(mock, "scenario", "list").split(separator: "\n")
        #expect(all.count == 3 && all[0].contains("refuse") && !all[0].contains("test "), "\(all)")
        let listed = try #require(try json(try await run(mock, "scenario", "list", "--json")) as? [[String: Any]])
        #expect(listed.map { $0["test_id"] as? String } == [nil, "a", "b"])
        #expect(listed.map { $0["matched"] as? Int } == [1, 1, 1])
        #expect((listed[1]["scenario"] as? [String: Any])?["outcome"] as? String == "decline")
    }

    private func refusal(_ id: String, as operation: String) async throws -> Decline {
        try await decline { try await mock.confirm(id, as: operation) }
    }

    @Test("The first that matches is the test's own, and one that is used up passes the call on to those for all")
    func order() async throws {
        try await run(mock, "scenario", "set", #"[{"match": {"operation": "confirm"}, "outcome": "lost_card"}]"#)
        try await run(
            mock, "scenario", "set", #"[{"match": {"operation": "confirm"}, "outcome": "stolen_card", "times": 1}]"#,
            "--test-id", "a")
        let intent = try await mock.create(test: "a")
        #expect(try await refusal(intent.id, as: "1").declineCode == "stolen_card")
        #expect(try await refusal(intent.id, as: "2").declineCode == "lost_card")
    }

    @Test("Setting and clearing leave the scenarios of others alone; a reset without a test clears all")
    func clearing() async throws {
        let refuse = #"[{"match": {"operation": "create"}, "fault": "refuse"}]"#
        for test in ["a", "b"] { try await run(mock, "scenario", "set", refuse, "--test-id", test) }
        try await run(mock, "scenario", "set", refuse)
        #expect(
            try await run(mock, "scenario", "clear", "--test-id", "a") == "There are no scenarios of the test a.")
        let after = try await run(mock, "scenario", "clear")
        #expect(after.contains("test b") && !after.contains("test a"), "\(after)")
        #expect(try await mock.create(test: "a", as: "a").status == .requiresPaymentMethod)
        _ = try await notSent { try await mock.create(test: "b", as: "b") }
        try await run(mock, "reset")
        #expect(try await run(mock, "scenario", "list") == "There are no scenarios.")
        #expect(try await mock.create(test: "b", as: "b2").status == .requiresPaymentMethod)
    }

    @Test("Webhooks that change places do so among those of their own test")
    func reordering() async throws {
        let gateway = GatewayDouble()
        let mock = try await makeMock(in: folder, name: "poster", http: gateway, clock: wall)
        let reorder = #"[{"match": {"operation": "confirm"}, "webhooks": {"reorder": true}}]"#
        try await run(mock, "scenario", "set", reorder, "--test-id", "a")
        let held = try await mock.pay(test: "a", as: "a")
        let other = try await mock.pay(test: "b", as: "b")
        let none = try await mock.pay(as: "none")
        _ = try await mock.refund(held, 100)
        try await whileRunning(mock) {
            try await eventually("all were posted") { gateway.taken.count == 5 }
        }
        let bodies = gateway.taken.map { String(decoding: $0.body, as: UTF8.self) }
        let ofTest = bodies.filter { $0.contains(held.id) }
        let refunded = try #require(ofTest.firstIndex { $0.contains("refund.created") })
        let succeeded = try #require(ofTest.firstIndex { $0.contains("payment_intent.succeeded") })
        #expect(ofTest.count == 3 && refunded < succeeded, "\(ofTest)")
        for id in [other.id, none.id] { #expect(bodies.filter { $0.contains(id) }.count == 1) }
    }

    // MARK: - The ledger and a reset

    @Test("The ledger of a test shows its effects only")
    func ledger() async throws {
        let a = try await mock.pay(test: "a", as: "a")
        _ = try await mock.pay(as: "none")
        let lines = try #require(try json(try await run(mock, "ledger", "--json", "--test-id", "a")) as? [[String: Any]])
        #expect(lines.map { $0["operation"] as? String } == ["create", "confirm"])
        #expect(lines.allSatisfy { $0["payment_intent"] as? String == a.id && $0["test_id"] as? String == "a" })
        let all = try #require(try json(try await run(mock, "ledger", "--json")) as? [[String: Any]])
        #expect(all.map { $0["test_id"] as? String } == ["a", "a", nil, nil])
        #expect(try await run(mock, "ledger", "--test-id", "b") == "The journal has nothing of the test b.")
    }

    @Test("A reset of a test forgets its payments, scenarios, stored errors and clock, in every process, and nothing of others")
    func reset() async throws {
        let other = try await makeMock(in: folder, clock: wall)
        try await run(mock, "advance", "1d", "--test-id", "b")
        let kept = try await mock.pay(with: "pm_card_pendingRefund", test: "b", as: "b")
        let unscoped = try await mock.pay(as: "none")
        let gone = try await mock.pay(with: "pm_card_createDispute", test: "a", as: "a")
        let refund = try await mock.refund(gone, 100)
        let stored = #"[{"match": {"operation": "create"}, "fault": "error_500_before_effect"}]"#
        try await run(mock, "scenario", "set", stored, "--test-id", "a")
        _ = try await unknown { try await mock.create(test: "a", as: "stored") }
        try await run(mock, "advance", "30d", "--test-id", "a")
        #expect(try await other.retrieve(gone.id).id == gone.id)

        #expect(
            try await run(mock, "reset", "--test-id", "a")
                == "Forgotten of the test a: payment intents 1, refunds 1. Its clock shows the account's time.")
        wall.advance(by: .seconds(5))
        let restarted = try await makeMock(in: folder, clock: wall)
        for service in [mock, other, restarted] {
            #expect(try await rejection { try await service.retrieve(gone.id) }.reason == .notFound)
            #expect(try await rejection { try await service.retrieveRefund(refund.id, in: call) }.reason == .notFound)
            #expect(try await service.findPaymentIntent(createdBy: "a-create", in: call) == nil)
            let events = try await service.listEvents(since: Timestamp(unixSeconds: 0), in: call)
            #expect(events.count == 2, "those of the others")
            for id in [kept.id, unscoped.id] { #expect(try await service.retrieve(id).status == .succeeded) }
            #expect(try await run(service, "ledger", "--test-id", "a") == "The journal has nothing of the test a.")
        }
        #expect(try await run(mock, "scenario", "list") == "There are no scenarios.")
        #expect(try await mock.create(test: "a", as: "stored").status == .requiresPaymentMethod, "a forgotten key begins again")
        let again = try await mock.pay(test: "a", as: "a")
        #expect(again.id != gone.id && again.status == .succeeded)
        #expect(
            try await run(mock, "advance", "1ms", "--test-id", "a") == "The clock of the test a shows 2026-01-08T01:00:05.001Z.")
        #expect(
            try await run(mock, "advance", "1ms", "--test-id", "b") == "The clock of the test b shows 2026-01-09T01:00:05.001Z.")
        let counts = try await run(mock, "reset", "--test-id", "a", "--json")
        #expect(counts == #"{"payment_intents":2,"refunds":0}"#)
    }

    @Test("A reset of the account forgets the clocks of tests")
    func resetOfAll() async throws {
        try await run(mock, "advance", "1d", "--test-id", "a")
        try await run(mock, "reset")
        for service in [mock, try await makeMock(in: folder, clock: wall)] {
            let shown = try await run(service, "advance", "1ms", "--test-id", "a")
            #expect(shown.hasPrefix("The clock of the test a shows 2026-01-08T01:00:00.00"), "\(shown)")
        }
    }

    @Test("A reset of a test drops its events that wait to be posted")
    func waiting() async throws {
        let gateway = GatewayDouble()
        let mock = try await makeMock(in: folder, name: "poster", http: gateway, clock: wall)
        let gone = try await mock.pay(test: "a", as: "a")
        let kept = try await mock.pay(test: "b", as: "b")
        try await run(mock, "reset", "--test-id", "a")
        try await whileRunning(mock) {
            try await eventually("the event of the other test was posted") { !gateway.taken.isEmpty }
        }
        let bodies = gateway.requests.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(bodies.count == 1 && bodies[0].contains(kept.id) && !bodies[0].contains(gone.id))
    }

    // MARK: - Words

    @Test(
        "The option takes one id, which a payment's metadata can have",
        arguments: [
            ["ledger", "--test-id"], ["ledger", "--test-id", ""], ["ledger", "--test-id", "a", "--test-id", "b"],
            ["advance", "1d", "--test-id"], ["scenario", "list", "--test-id", ""], ["reset", "--test-id"],
            ["ledger", "--test-id", String(repeating: "x", count: 501)],
        ])
    func words(words: [String]) async throws {
        let refusal = try await rejection {
            try await mock.runCommand(words[0], arguments: Array(words.dropFirst()), in: call)
        }
        #expect(refusal.message.contains("--test-id ID"), "\(refusal.message)")
    }
}
