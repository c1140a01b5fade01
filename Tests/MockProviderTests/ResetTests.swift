import ProviderAPI
import ProviderTestKit
import Testing

@Suite("A reset of the mock")
struct ResetTests {
    private let folder: TemporaryFolder
    private let wall = ManualClock()
    private let mock: any PaymentService

    init() async throws {
        folder = try TemporaryFolder()
        mock = try await makeMock(in: folder, clock: wall)
    }

    @discardableResult
    private func reset(_ mock: any PaymentService) async throws -> String {
        try await mock.runCommand("reset", arguments: [], in: call)
    }

    private func ledger(_ mock: any PaymentService) async throws -> String {
        try await mock.runCommand("ledger", arguments: [], in: call)
    }

    @Test("forgets payments, refunds, events, keys and what was to happen, for the other process and after a restart too")
    func forgets() async throws {
        let other = try await makeMock(in: folder, clock: wall)
        let paid = try await mock.pay(with: "pm_card_createDispute")
        let refund = try await mock.refund(paid, 100)
        #expect(try await other.retrieve(paid.id).id == paid.id)
        #expect(
            try await reset(mock) == "Forgotten: payment intents 1, refunds 1. The clock shows the wall clock's time.")
        wall.advance(by: .seconds(5))
        let restarted = try await makeMock(in: folder, clock: wall)
        for service in [mock, other, restarted] {
            #expect(try await rejection { try await service.retrieve(paid.id) }.reason == .notFound)
            #expect(try await rejection { try await service.retrieveRefund(refund.id, in: call) }.reason == .notFound)
            #expect(try await service.findPaymentIntent(createdBy: "pay-create", in: call) == nil)
            #expect(try await service.listEvents(since: Timestamp(unixSeconds: 0), in: call).isEmpty)
            #expect(try await ledger(service) == "The journal is empty.")
        }
        #expect(try folder.journal().count == 3, "what happened stays written")
    }

    @Test("never lets an id come again, not after a restart and not in another process")
    func ids() async throws {
        let other = try await makeMock(in: folder, clock: wall)
        var ids: Set<String> = []
        for (round, service) in [mock, mock, other].enumerated() {
            let paid = try await service.pay(as: "\(round)")
            let refund = try await service.refund(paid, 1, as: "\(round)")
            ids.formUnion([paid.id, refund.id])
            try await reset(service)
        }
        let last = try await makeMock(in: folder, clock: wall).pay(as: "last")
        #expect(ids.count == 6 && !ids.contains(last.id))
    }

    @Test("keeps what another process does after it")
    func others() async throws {
        let other = try await makeMock(in: folder, clock: wall)
        let forgotten = try await other.pay(as: "before")
        try await reset(mock)
        let kept = try await mock.pay(as: "after")
        #expect(try await other.retrieve(kept.id) == kept)
        #expect(try await rejection { try await other.retrieve(forgotten.id) }.reason == .notFound)
        #expect(try await mock.pay(as: "before").id != forgotten.id, "a forgotten key begins anew")
    }

    @Test("puts the clock back, takes the scenarios of the settings again, and forgets stored errors")
    func rest() async throws {
        let json = #"[{"match": {"operation": "create", "amount": 500}, "times": 1, "fault": "error_500_before_effect"}]"#
        let mock = try await makeMock(in: folder, name: "rest", settings: try scenarios(json), clock: wall)
        _ = try await unknown { try await mock.create(500, as: "stored") }
        _ = try await unknown { try await mock.create(500, as: "stored") }
        _ = try await mock.runCommand("scenario", arguments: ["clear"], in: call)
        _ = try await mock.runCommand("advance", arguments: ["30d"], in: call)
        try await reset(mock)
        let list = try await mock.runCommand("scenario", arguments: ["list"], in: call)
        #expect(list.contains("matched 0 times"), "\(list)")
        _ = try await unknown { try await mock.create(500, as: "anew") }
        #expect(try await mock.create(500, as: "stored").status == .requiresPaymentMethod)
        #expect(
            try await mock.runCommand("advance", arguments: ["1ms"], in: call)
                == "The mock's clock shows 2026-01-08T01:00:00.001Z.")
    }

    @Test("is of one account, though others share its journal")
    func accounts() async throws {
        let account = try await makeMock(in: folder, name: "other", clock: wall)
        let kept = try await account.pay(as: "theirs")
        _ = try await mock.pay(as: "ours")
        try await reset(mock)
        #expect(try await account.retrieve(kept.id) == kept)
        #expect(try await makeMock(in: folder, name: "other", clock: wall).retrieve(kept.id) == kept)
    }

    @Test("drops the events that wait to be posted")
    func waiting() async throws {
        let gateway = GatewayDouble()
        let mock = try await makeMock(in: folder, name: "poster", http: gateway, clock: wall)
        let forgotten = try await mock.pay(as: "before")
        try await reset(mock)
        let kept = try await mock.pay(as: "after")
        try await whileRunning(mock) {
            try await eventually("the event of after the reset was posted") { !gateway.taken.isEmpty }
        }
        let bodies = gateway.requests.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(bodies.count == 1 && bodies[0].contains(kept.id) && !bodies[0].contains(forgotten.id))
    }

    @Test("takes no words")
    func usage() async throws {
        #expect(
            try await rejection { try await mock.runCommand("reset", arguments: ["all"], in: call) }.message
                == "the usage is: reset [--test-id ID] [--json]")
    }
}
