import ProviderAPI
import Testing

@Suite("Events that a tester asks for")
struct EventCommandTests {
    private let folder: TemporaryFolder
    private let mock: any PaymentService

    init() async throws {
        folder = try TemporaryFolder()
        mock = try await makeMock(in: folder)
    }

    @discardableResult
    private func event(_ type: String, _ intent: String, _ more: String...) async throws -> String {
        try await mock.runCommand("event", arguments: [type, "--intent", intent] + more, in: call)
    }

    /// The events so far, by their types.
    private func events() async throws -> [String] {
        try await mock.listEvents(since: Timestamp(unixSeconds: 0), in: call).map(\.type)
    }

    @Test(
        "An unpaid intent comes into the state that the event tells of",
        arguments: [
            ("payment_intent.succeeded", PaymentIntent.Status.succeeded),
            ("payment_intent.payment_failed", .requiresPaymentMethod),
            ("payment_intent.requires_action", .requiresAction), ("payment_intent.canceled", .canceled),
        ])
    func unpaid(type: String, status: PaymentIntent.Status) async throws {
        let intent = try await mock.create()
        let told = try await event(type, intent.id)
        #expect(told.hasPrefix("evt_mock_") && told.contains(type) && told.hasSuffix(intent.id))
        let now = try await mock.retrieve(intent.id)
        #expect(now.status == status)
        #expect((now.lastError != nil) == (type == "payment_intent.payment_failed"))
        #expect((now.nextAction != nil) == (status == .requiresAction))
        #expect(try await events() == [type])
    }

    @Test("A manual capture is authorised first, and succeeds by its capture")
    func manual() async throws {
        let intent = try await mock.create(capture: .manual)
        #expect(try await rejection { try await event("payment_intent.succeeded", intent.id) }.reason == .invalidState)
        try await event("payment_intent.amount_capturable_updated", intent.id)
        #expect(try await mock.retrieve(intent.id).status == .requiresCapture)
        try await event("payment_intent.succeeded", intent.id)
        let paid = try await mock.retrieve(intent.id)
        #expect(paid.status == .succeeded && paid.amountCaptured == paid.amount.minorUnits)
    }

    @Test("A refund made elsewhere has no operation, and takes what is left where no amount is given")
    func refunds() async throws {
        let paid = try await mock.confirm(try await mock.create().id)
        try await event("charge.refunded", paid.id, "--amount", "100")
        try await event("charge.refunded", paid.id)
        let refunds = try await mock.listRefunds(ofPaymentIntent: paid.id, in: call)
        #expect(refunds.map(\.amount.minorUnits) == [100, paid.amount.minorUnits - 100])
        #expect(refunds.allSatisfy { $0.operationID == nil && $0.status == .succeeded })
        #expect(try await rejection { try await event("charge.refunded", paid.id) }.code == "charge_already_refunded")
    }

    @Test("A pending refund succeeds and a succeeded one fails, each once, and what failed can be refunded again")
    func refundCourse() async throws {
        let paid = try await mock.confirm(try await mock.create().id, with: "pm_card_pendingRefund")
        let refund = try await mock.refund(paid, paid.amount.minorUnits)
        #expect(refund.status == .pending)
        try await event("refund.updated", paid.id, "--refund", refund.id)
        #expect(try await mock.retrieveRefund(refund.id, in: call).status == .succeeded)
        #expect(try await rejection { try await event("refund.updated", paid.id, "--refund", refund.id) }.field == "refund")
        try await event("refund.failed", paid.id, "--refund", refund.id)
        #expect(try await mock.retrieveRefund(refund.id, in: call).status == .failed)
        #expect(try await rejection { try await event("refund.failed", paid.id, "--refund", refund.id) }.field == "refund")
        _ = try await mock.refund(paid, paid.amount.minorUnits, as: "again")
        #expect(try await events().filter { $0 == "refund.failed" }.count == 1)
    }

    @Test("A dispute is opened and closed once", arguments: ["won", "lost"])
    func dispute(status: String) async throws {
        let paid = try await mock.confirm(try await mock.create().id)
        #expect(try await rejection { try await event("charge.dispute.closed", paid.id, "--status", status) }.field == "intent")
        try await event("charge.dispute.created", paid.id)
        try await event("charge.dispute.closed", paid.id, "--status", status)
        #expect(try await rejection { try await event("charge.dispute.created", paid.id) }.reason == .invalidState)
        let last = try #require(try await mock.listEvents(since: Timestamp(unixSeconds: 0), in: call).last)
        guard case .dispute(let dispute) = last.subject else {
            Issue.record("\(last)")
            return
        }
        #expect(last.type == "charge.dispute.closed" && dispute.status == status && dispute.paymentIntentID == paid.id)
    }

    @Test("What a state excludes or nobody knows changes nothing")
    func refused() async throws {
        let paid = try await mock.confirm(try await mock.create().id)
        let before = try folder.journal().count
        for type in ["payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.canceled"] {
            #expect(try await rejection { try await event(type, paid.id) }.reason == .invalidState, "\(type)")
        }
        #expect(try await rejection { try await event("payment_intent.succeeded", "pi_of_nobody") }.reason == .notFound)
        #expect(try await rejection { try await event("refund.failed", paid.id, "--refund", "re_x") }.reason == .notFound)
        #expect(try folder.journal().count == before)
    }

    @Test("Other words are refused with the usage, which names every type")
    func usage() async throws {
        let cases: [[String]] = [
            [], ["payment_intent.succeeded"], ["payment_intent.succeeded", "--intent"],
            ["payment_intent.created", "--intent", "pi_1"], ["payment_intent.succeeded", "--intent", "pi_1", "--amount", "1"],
            ["payment_intent.succeeded", "--intent", "pi_1", "--intent", "pi_1"],
            ["charge.refunded", "--intent", "pi_1", "--amount", "all"],
        ]
        for words in cases {
            let refusal = try await rejection { try await mock.runCommand("event", arguments: words, in: call) }
            #expect(refusal.message.contains("charge.dispute.closed --status won|lost"), "\(words): \(refusal.message)")
        }
    }
}
