import GatewayLifecycle
import ProviderAPI
import ProviderTestKit
import Testing

@testable import GatewayCore

@Suite("A provider's limit of calls at once", .timeLimit(.minutes(10)))
struct ProviderLimitTests {
    /// A gateway whose provider `acme` has as many calls under way as it may, until the gate is opened.
    private func whileFull(
        limit: Int, _ body: (TestGateway, Gate) async throws -> Void
    ) async throws {
        try await withGateway(maximumConcurrentCalls: limit) { gateway in
            let gate = Gate()
            try await withThrowingTaskGroup { group in
                for _ in 0..<limit {
                    gateway.service.script(.create, .wait(gate, then: .act()))
                    let order = try await gateway.order()
                    group.addTask {
                        let answer = try await gateway.create(order)
                        #expect(answer.status == 201)
                    }
                }
                await gate.reached(by: limit)
                try await body(gateway, gate)
                gate.open()
                try await group.waitForAll()
            }
        }
    }

    @Test("What comes beyond is refused with a hint when to try again, and nothing of it stays")
    func refusal() async throws {
        try await whileFull(limit: 3) { gateway, _ in
            let order = try await gateway.order()
            let error = await #expect(throws: GatewayError.self) { _ = try await gateway.create(order, request(key: "key")) }
            #expect(error?.code == .providerUnavailable)
            #expect(error?.retryAfterSeconds == 1)
            #expect(gateway.service.calls.count == 3)
            let left = try await gateway.store.read { try $0.transactions(orderID: order.id) }
            #expect(left.isEmpty)
        }
    }

    @Test("The same key may run again once there is room")
    func again() async throws {
        try await whileFull(limit: 1) { gateway, gate in
            let order = try await gateway.order()
            await expectRefusal(.providerUnavailable) { try await gateway.create(order, request(key: "key")) }
            gate.open()
            try await eventually("the answer has room") { (try? await gateway.create(order, request(key: "key")))?.status == 201 }
            #expect(gateway.service.calls.count == 2)
        }
    }

    @Test("Every mutating call counts, and an amount that a refused refund had reserved is free again")
    func refund() async throws {
        try await withGateway(maximumConcurrentCalls: 1) { gateway in
            let paid = try await gateway.paid()
            let order = try await gateway.order()
            let gate = Gate()
            gateway.service.script(.create, .wait(gate, then: .act()))
            async let held = gateway.create(order)
            await gate.reached()
            await expectRefusal(.providerUnavailable) { try await gateway.refund(paid.intent, amount: "10.00") }
            #expect(try await gateway.books(of: paid.order).reserved == 0)
            gate.open()
            #expect(try await held.status == 201)
        }
    }

    @Test("Another provider takes calls meanwhile")
    func others() async throws {
        try await whileFull(limit: 2) { gateway, _ in
            for _ in 0..<5 {
                let answer = try await gateway.create(try await gateway.order(), provider: "other")
                #expect(answer.status == 201)
            }
        }
    }

    @Test("A call that finds no room any more when it begins was not sent: its operation fails, and its key is free")
    func lateRefusal() async throws {
        try await withGateway(maximumConcurrentCalls: 1) { gateway in
            let provider = try #require(gateway.flow.registry.provider(named: "acme"))
            let order = try await gateway.order()
            // Between the look at the room and the call: the last place is taken while the operation is written down.
            let started = try await gateway.flow.store.write { writer in
                let ledger = PaymentLedger(
                    writer: writer, lifecycle: Lifecycle(), installation: "test", now: gateway.clock.now(), actor: .user("42"))
                let command = CreatePaymentCommand(orderID: order.id, amount: order.amount)
                return try gateway.flow.planCreate(command, request(key: "key"), ledger)
            }
            guard case .call(let operation, let transaction, _) = started else { throw GatewayError(.internal, "no operation") }
            provider.calls.begin()
            let answer = await gateway.flow.runner.run(operation, on: transaction, at: provider)
            #expect(answer.status == 503)
            #expect(answer.retryAfterSeconds == 1)
            #expect(gateway.service.calls.isEmpty)
            provider.calls.end()
            #expect(try await gateway.create(order, request(key: "key")).status == 201)
        }
    }

    @Test("What the gateway asks on its own account has room beyond: an operation is settled although the provider is full")
    func recovery() async throws {
        try await withGateway(maximumConcurrentCalls: 1) { gateway in
            let subject = try await gateway.created()
            gateway.service.script(.confirm, .actThenFail(.unknown(SettlementCase.failure)))
            #expect(try await gateway.confirm(subject.intent).status == 202)
            let order = try await gateway.order()
            let gate = Gate()
            gateway.service.script(.create, .wait(gate, then: .act()))
            async let held = gateway.create(order)
            await gate.reached()
            try await gateway.recover(subject.order)
            #expect(try await gateway.books(of: subject.order).status == .succeeded)
            gate.open()
            #expect(try await held.status == 201)
        }
    }
}
