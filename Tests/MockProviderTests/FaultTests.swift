import Foundation
import MockProvider
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Faults", .timeLimit(.minutes(10)))
struct FaultTests {
    /// A mock whose confirms meet a fault.
    private func makeMock(
        _ fault: String, times: Int? = nil, in folder: TemporaryFolder, clock: any ProviderClock = ManualClock()
    ) async throws -> any PaymentService {
        let limit = times.map { #""times": \#($0), "# } ?? ""
        let json = #"[{"match": {"operation": "confirm"}, \#(limit)"fault": "\#(fault)"}]"#
        return try await MockProviderTests.makeMock(in: folder, settings: try scenarios(json), clock: clock)
    }

    @Test("that keep a call from the provider are told as not sent, and have no effect", arguments: ["refuse", "rate_limit"])
    func notReached(fault: String) async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(fault, times: 1, in: folder)
        let intent = try await mock.create()
        let failure = try await notSent { try await mock.confirm(intent.id) }
        #expect(failure.retryAfter == (fault == "rate_limit" ? .seconds(1) : nil))
        #expect(try await mock.retrieve(intent.id) == intent)
        #expect(try folder.journal().count == 1)
        #expect(try await mock.confirm(intent.id).status == .succeeded)
    }

    @Test("that hang end at the call's deadline, with an unknown outcome", arguments: [true, false])
    func hangs(beforeEffect: Bool) async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let mock = try await makeMock(
            beforeEffect ? "hang_before_effect" : "hang_after_effect", times: 1, in: folder, clock: clock)
        let intent = try await mock.create()
        let start = clock.now()
        #expect(try await unknown { try await mock.confirm(intent.id) }.message.contains("deadline"))
        // As long as the call still had, which is less than its ten minutes by what the test took.
        let waited = clock.now().duration(since: start)
        #expect(waited > .zero && waited <= .seconds(600))
        #expect(try await mock.retrieve(intent.id).status == (beforeEffect ? .requiresPaymentMethod : .succeeded))
        #expect(try folder.journal().count == (beforeEffect ? 1 : 2))
        #expect(try await mock.confirm(intent.id).status == .succeeded)
        #expect(try folder.journal().count == 2)
    }

    @Test("that hang end when the call is cancelled", arguments: ["hang_before_effect", "hang_after_effect"])
    func cancelledHangs(fault: String) async throws {
        let folder = try TemporaryFolder()
        let slept = Tally()
        let clock = ObservedClock { duration in
            slept.add(duration)
            try await Task.sleep(for: duration)
        }
        let mock = try await makeMock(fault, in: folder, clock: clock)
        let intent = try await mock.create()
        let task = Task { try await mock.confirm(intent.id) }
        try await eventually("the call hangs") { !slept.all.isEmpty }
        task.cancel()
        #expect(try await unknown { try await task.value }.message.contains("cancelled"))
    }

    @Test("that answer 500 before the effect are stored: a repeat brings the 500 and never an effect, after a restart too")
    func errorBefore() async throws {
        let folder = try TemporaryFolder()
        let first = try await makeMock("error_500_before_effect", times: 1, in: folder)
        let intent = try await first.create()
        _ = try await unknown { try await first.confirm(intent.id) }
        // No scenario is left, and then none is even known.
        for mock in [first, try await MockProviderTests.makeMock(in: folder)] {
            #expect(try await unknown { try await mock.confirm(intent.id) }.message.contains("500"))
            #expect(try await mock.retrieve(intent.id).status == .requiresPaymentMethod)
            #expect(try await unknown { try await mock.confirm(intent.id, with: "pm_card_mastercard") }.message.contains("Keys"))
        }
        #expect(try folder.journal().count == 1)
        #expect(try await first.confirm(intent.id, as: "another key").status == .succeeded)
    }

    @Test("that answer 500 before the effect are known to a second process at once, and forgotten after a day")
    func errorBeforeShared() async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let other = try await MockProviderTests.makeMock(in: folder, clock: clock)
        let mock = try await makeMock("error_500_before_effect", times: 1, in: folder, clock: clock)
        let intent = try await mock.create()
        _ = try await unknown { try await mock.confirm(intent.id) }
        #expect(try await unknown { try await other.confirm(intent.id) }.message.contains("500"))
        // Another account's keys are others.
        let stranger = try await MockProviderTests.makeMock(in: folder, name: "stranger", clock: clock)
        #expect(try await stranger.create(1, as: "confirm").amount.minorUnits == 1)
        clock.advance(by: .seconds(86_400))
        #expect(try await other.confirm(intent.id).status == .succeeded)
    }

    @Test("that were stored are read though the file's last line is torn; a line that is none is refused")
    func spoiledAnswers() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock("error_500_before_effect", in: folder)
        let intent = try await mock.create()
        _ = try await unknown { try await mock.confirm(intent.id) }
        try folder.append(#"{"time":"2026-"#, to: "journal.jsonl.notes")
        let restarted = try await MockProviderTests.makeMock(in: folder)
        #expect(try await unknown { try await restarted.confirm(intent.id) }.message.contains("500"))
        #expect(try folder.text("journal.jsonl.notes").hasSuffix("}\n"))

        try folder.append("hello\n", to: "journal.jsonl.notes")
        let refusal = try await rejection { try await MockProviderTests.makeMock(in: folder) }
        #expect(refusal.field == "journal" && refusal.message.contains("journal.jsonl.notes"))
    }

    @Test("that answer 500 after the effect are stored: a repeat brings the 500, and looking up the truth, after a restart too")
    func errorAfter() async throws {
        let folder = try TemporaryFolder()
        let first = try await makeMock("error_500_after_effect", times: 1, in: folder)
        let intent = try await first.create()
        _ = try await unknown { try await first.confirm(intent.id) }
        for mock in [first, try await MockProviderTests.makeMock(in: folder)] {
            #expect(try await unknown { try await mock.confirm(intent.id) }.message.contains("500"))
            #expect(try await mock.retrieve(intent.id).status == .succeeded)
            #expect(try await mock.listEvents(since: Timestamp(unixSeconds: 0), in: call).count == 1)
        }
        #expect(try folder.journal().count == 2)
        #expect(try folder.journal().last?["answer"] as? Int == 500)
    }

    @Test("that answer 500 strike every operation, and each effect is found")
    func errorAfterEverywhere() async throws {
        let folder = try TemporaryFolder()
        let mock = try await MockProviderTests.makeMock(
            in: folder, settings: try scenarios(#"[{"fault": "error_500_after_effect"}]"#))
        _ = try await unknown { try await mock.create(capture: .manual) }
        let intent = try #require(try await mock.findPaymentIntent(createdBy: "create", in: call))
        _ = try await unknown { try await mock.confirm(intent.id) }
        _ = try await unknown { try await mock.capture(intent, 4000) }
        #expect(try await mock.retrieve(intent.id).amountCaptured == 4000)
        _ = try await unknown { try await mock.refund(intent, 10) }
        let refund = try #require(try await mock.findRefund(createdBy: "refund", ofPaymentIntent: intent.id, in: call))
        #expect(refund.amount.minorUnits == 10)
        _ = try await unknown { try await mock.create(as: "second") }
        let other = try #require(try await mock.findPaymentIntent(createdBy: "second", in: call))
        _ = try await unknown { try await mock.cancel(other.id) }
        #expect(try await mock.retrieve(other.id).status == .canceled)
    }

    @Test("never turn what is remembered under a key into a 500: the first answer is replayed")
    func errorOnRepeat() async throws {
        let folder = try TemporaryFolder()
        let intent = try await MockProviderTests.makeMock(in: folder).create()
        let paid = try await MockProviderTests.makeMock(in: folder).confirm(intent.id)
        for fault in ["error_500_before_effect", "error_500_after_effect"] {
            #expect(try await makeMock(fault, in: folder).confirm(intent.id) == paid)
        }
    }

    @Test("that garble the answer leave the outcome unknown after the effect; the repeat is answered properly")
    func garbage() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock("garbage", times: 1, in: folder)
        let intent = try await mock.create()
        _ = try await unknown { try await mock.confirm(intent.id) }
        #expect(try folder.journal().count == 2)
        #expect(try await mock.confirm(intent.id).status == .succeeded)
        #expect(try folder.journal().count == 2)
    }

    @Test(
        "that swallow or garble the answer do so to a decline and to a refusal too", arguments: ["garbage", "hang_after_effect"])
    func lostRefusals(fault: String) async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(fault, in: folder)
        let intent = try await mock.create()
        _ = try await unknown { try await mock.confirm(intent.id, with: "pm_card_chargeDeclined", as: "declined") }
        _ = try await unknown { try await mock.confirm(intent.id, with: "pm_nonsense", as: "refused") }
        #expect(try folder.journal().compactMap { $0["operation"] as? String } == ["create", "decline"])
    }

    @Test("that falsify amounts show others than the true ones, and looking up shows those")
    func wrongAmount() async throws {
        let folder = try TemporaryFolder()
        let mock = try await MockProviderTests.makeMock(in: folder, settings: try scenarios(#"[{"fault": "wrong_amount"}]"#))
        let created = try await mock.create(5000)
        #expect(created.amount.minorUnits == 5001 && created.amountCaptured == 0)
        let paid = try await mock.confirm(created.id)
        #expect(paid.amount.minorUnits == 5001 && paid.amountCaptured == 5001)
        let refund = try await mock.refund(paid, 100)
        #expect(refund.amount.minorUnits == 101)
        let truth = try await mock.retrieve(paid.id)
        #expect(truth.amount.minorUnits == 5000 && truth.amountCaptured == 5000)
        #expect(try await mock.retrieveRefund(refund.id, in: call).amount.minorUnits == 100)
    }

    @Test("that falsify ids show one that the mock does not know, the same at each repeat, in declines too")
    func wrongID() async throws {
        let folder = try TemporaryFolder()
        let plain = try await MockProviderTests.makeMock(in: folder)
        let mock = try await MockProviderTests.makeMock(in: folder, settings: try scenarios(#"[{"fault": "wrong_id"}]"#))
        let created = try await mock.create()
        let truth = try await plain.create()
        #expect(created.id.hasPrefix("pi_mock_") && created.id != truth.id && created.operationID == truth.operationID)
        #expect(try await mock.create() == created)
        #expect(try await rejection { try await plain.retrieve(created.id) }.reason == .notFound)
        let decline = try await decline { try await mock.confirm(truth.id, with: "pm_card_chargeDeclined", as: "no") }
        #expect(decline.paymentIntent?.id == created.id)
        let paid = try await plain.confirm(truth.id)
        let refund = try await mock.refund(paid, 1)
        let refunds = try await plain.listRefunds(ofPaymentIntent: truth.id, in: call)
        #expect(refund.id.hasPrefix("re_mock_") && refunds.count == 1 && refunds.first?.id != refund.id)
    }

    @Test(
        "of look-ups strike all of them and nothing else", arguments: ["refuse", "hang_before_effect", "error_500_before_effect"])
    func lookups(fault: String) async throws {
        let folder = try TemporaryFolder()
        let json = #"[{"match": {"operation": "retrieve"}, "fault": "\#(fault)"}]"#
        let mock = try await MockProviderTests.makeMock(in: folder, settings: try scenarios(json))
        let paid = try await mock.pay()
        let refund = try await mock.refund(paid, 1)
        for lookup in [
            { _ = try await mock.retrieve(paid.id) },
            { _ = try await mock.findPaymentIntent(createdBy: "nobody", in: call) },
            { _ = try await mock.retrieveRefund(refund.id, in: call) },
            { _ = try await mock.listRefunds(ofPaymentIntent: paid.id, in: call) },
            { _ = try await mock.findRefund(createdBy: "refund", ofPaymentIntent: paid.id, in: call) },
        ] as [() async throws -> Void] {
            if fault == "refuse" {
                _ = try await notSent(lookup)
            } else {
                _ = try await unknown(lookup)
            }
        }
        #expect(try await mock.listEvents(since: Timestamp(unixSeconds: 0), in: call).count == 3)
        #expect(try await mock.refund(paid, 1) == refund)
        #expect(try folder.text("journal.jsonl.notes").isEmpty)
    }

    @Test("that crash the module do so when the effect is in the journal, and only where there is one")
    func trap() async throws {
        let folder = try TemporaryFolder()
        let intent = try await MockProviderTests.makeMock(in: folder).create()
        await #expect(processExitsWith: .failure) { [path = folder.path as String, id = intent.id as String] in
            let json = #"[{"match": {"operation": "confirm"}, "fault": "trap"}]"#
            let mock = try await MockProviderTests.makeMock(at: path, settings: try scenarios(json))
            _ = try? await mock.confirm(id)
        }
        let restarted = try await makeMock("trap", in: folder)
        #expect(try await restarted.retrieve(intent.id).status == .succeeded)
        #expect(try folder.journal().count == 2)
        #expect(try await rejection { try await restarted.confirm(intent.id, as: "again") }.reason == .invalidState)
    }

    @Test("are written to the log without anything of the payment's")
    func log() async throws {
        let folder = try TemporaryFolder()
        let log = RecordingLog()
        let mock = try await MockProviderTests.makeMock(
            in: folder, settings: try scenarios(#"[{}, {"fault": "refuse"}]"#), log: log)
        _ = try await mock.create()
        #expect(log.lines == ["debug A call matches a scenario of the mock. fault=none operation=create scenario=0"])
    }
}
