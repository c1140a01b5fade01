import ProviderAPI
import ProviderTestKit
import Testing

@Suite("A payment that settles later")
struct ProcessingTests {
    private let folder: TemporaryFolder
    private let clock = ManualClock()

    init() throws {
        folder = try TemporaryFolder()
    }

    private func makeMock(outcome: String, of operation: String = "confirm", later: String) async throws -> any PaymentService {
        let json = #"[{"match": {"operation": "\#(operation)"}, "outcome": "\#(outcome)", "later": "\#(later)"}]"#
        return try await MockProviderTests.makeMock(in: folder, settings: try scenarios(json), clock: clock)
    }

    @Test("is processing until it succeeds, and can meanwhile be neither paid again, cancelled nor refunded")
    func succeeds() async throws {
        let mock = try await makeMock(outcome: "processing", later: "4d")
        let intent = try await mock.pay()
        #expect(intent.status == .processing && intent.amountCaptured == 0)
        #expect(try await rejection { try await mock.confirm(intent.id, as: "again") }.reason == .invalidState)
        #expect(try await rejection { try await mock.cancel(intent.id) }.reason == .invalidState)
        #expect(try await rejection { try await mock.refund(intent, 1) }.reason == .invalidState)
        clock.advance(by: .seconds(4 * 86_400 - 1))
        #expect(try await mock.retrieve(intent.id).status == .processing)
        clock.advance(by: .seconds(1))
        let paid = try await mock.retrieve(intent.id)
        #expect(paid.status == .succeeded && paid.amountCaptured == 5000 && paid.chargeID == intent.chargeID)
        #expect(
            try await mock.listEvents(since: Timestamp(unixSeconds: 0), in: call).map(\.type)
                == ["payment_intent.processing", "payment_intent.succeeded"])
        #expect(try folder.journal().map { $0["operation"] as? String } == ["create", "processing", "settlement"])
    }

    @Test("or is declined, and can be paid otherwise")
    func fails() async throws {
        let mock = try await makeMock(outcome: "processing_fails", later: "2s")
        let intent = try await mock.pay()
        clock.advance(by: .seconds(2))
        let failed = try await mock.retrieve(intent.id)
        #expect(failed.status == .requiresPaymentMethod && failed.lastError?.declineCode == "generic_decline")
        #expect(try folder.journal().last?["operation"] as? String == "settlement_failure")
        _ = try await mock.runCommand("scenario", arguments: ["clear"], in: call)
        #expect(try await mock.confirm(intent.id, as: "again").status == .succeeded)
    }

    @Test("is authorised where it is to be captured by hand, and lapses seven days after that")
    func manual() async throws {
        let mock = try await makeMock(outcome: "processing", later: "1d")
        let intent = try await mock.create(capture: .manual)
        #expect(try await mock.confirm(intent.id).status == .processing)
        clock.advance(by: .seconds(86_400))
        #expect(try await mock.retrieve(intent.id).status == .requiresCapture)
        clock.advance(by: .seconds(7 * 86_400))
        #expect(try await mock.retrieve(intent.id).status == .canceled)
    }

    @Test(
        "settles when a tester says so",
        arguments: [("payment_intent.succeeded", true), ("payment_intent.payment_failed", false)])
    func told(type: String, isPaid: Bool) async throws {
        let mock = try await makeMock(outcome: "processing", later: "9d")
        let intent = try await mock.create()
        _ = try await mock.runCommand("event", arguments: ["payment_intent.processing", "--intent", intent.id], in: call)
        #expect(try await mock.retrieve(intent.id).status == .processing)
        _ = try await mock.runCommand("event", arguments: [type, "--intent", intent.id], in: call)
        #expect(try await mock.retrieve(intent.id).status == (isPaid ? .succeeded : .requiresPaymentMethod))
        clock.advance(by: .seconds(30 * 86_400))
        #expect(try await mock.retrieve(intent.id).status == (isPaid ? .succeeded : .requiresPaymentMethod))
    }

    @Test("A capture can be followed by a dispute as late as a scenario says")
    func dispute() async throws {
        let mock = try await makeMock(outcome: "dispute", of: "capture", later: "24d")
        let intent = try await mock.create(capture: .manual)
        _ = try await mock.confirm(intent.id)
        _ = try await mock.capture(intent, 5000)
        let told = try await mock.runCommand("advance", arguments: ["39d"], in: call)
        #expect(told.contains("2026-02-01T01:00:00.000Z  dispute ") && told.contains("2026-02-16T01:00:00.000Z  dispute_closure"))
    }

    @Test("A refund succeeds as late as a scenario says")
    func refund() async throws {
        let mock = try await makeMock(outcome: "succeeds_later", of: "refund", later: "5d")
        let paid = try await mock.pay()
        let refund = try await mock.refund(paid, 100)
        #expect(refund.status == .pending)
        clock.advance(by: .seconds(5 * 86_400))
        #expect(try await mock.retrieveRefund(refund.id, in: call).status == .succeeded)
    }

    @Test("`later` needs an outcome that takes its time, and a unit")
    func mistakes() async throws {
        for (json, told) in [
            (
                #"[{"match": {"operation": "confirm"}, "outcome": "decline", "later": "1d"}]"#,
                "processing, processing_fails, dispute"
            ),
            (#"[{"match": {"operation": "confirm"}, "later": "1d"}]"#, "needs an outcome"),
            (#"[{"match": {"operation": "confirm"}, "outcome": "processing", "later": "1"}]"#, "up to 3650d with its unit"),
        ] {
            let refusal = try await rejection {
                try await MockProviderTests.makeMock(in: folder, settings: try scenarios(json))
            }
            #expect(refusal.field == "scenarios[0].later" && refusal.message.contains(told), "\(refusal)")
        }
    }
}
