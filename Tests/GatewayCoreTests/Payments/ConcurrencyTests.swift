import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@Suite("Requests that race", .timeLimit(.minutes(10)))
struct ConcurrencyTests {
    /// The statuses of requests that are made at once.
    private func atOnce(_ count: Int, _ work: @escaping @Sendable (Int) async throws -> GatewayAnswer) async throws -> [Int] {
        try await withThrowingTaskGroup { group in
            for number in 0..<count {
                group.addTask { try await status { try await work(number) } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("Many creations for one order at once make one intent")
    func creations() async throws {
        try await withGateway { gateway in
            let order = try await gateway.order()
            let statuses = try await atOnce(20) { _ in try await gateway.create(order) }
            #expect(statuses.filter { $0 == 201 }.count == 1)
            #expect(Set(statuses).isSubset(of: [200, 201, 409]))
            #expect(gateway.service.calls.count == 1)
            #expect(try await gateway.store.read { try $0.transactions(orderID: order.id).count } == 1)
        }
    }

    @Test("While an intent is being created another creation is told to wait, and gets the intent afterwards")
    func creationInFlight() async throws {
        try await withGateway { gateway in
            let order = try await gateway.order()
            let gate = Gate()
            gateway.service.script(.create, .wait(gate, then: .act()))
            async let first = gateway.create(order)
            await gate.reached()
            #expect(try await atOnce(5) { _ in try await gateway.create(order) } == [409, 409, 409, 409, 409])
            gate.open()
            #expect(try await first.status == 201)
            #expect(try await gateway.create(order).status == 200)
            #expect(gateway.service.calls.count == 1)
        }
    }

    @Test(
        "Refunds at once never exceed what was captured", arguments: [(3000, 3), (2500, 4), (10_000, 1), (10_001, 0), (1700, 5)])
    func refunds(cents: Int64, fitting: Int) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let statuses = try await atOnce(12) { _ in
                try await gateway.refund(subject.intent, amount: usd(cents).majorUnits)
            }
            #expect(statuses.filter { $0 == 200 }.count == fitting)
            #expect(statuses.filter { $0 == 422 }.count == 12 - fitting)
            let books = try await gateway.books(of: subject.order)
            #expect(books.refunded == cents * Int64(fitting))
            #expect(books.reserved == 0)
            #expect(gateway.service.refunds.count == fitting)
        }
    }

    @Test("Refunds whose outcome is not known keep their part reserved")
    func reservedRefunds() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            gateway.service.script(.refund, .actThenFail(.unknown(SettlementCase.failure)), .act(), .act())
            #expect(try await gateway.refund(subject.intent, amount: "60.00").status == 202)
            await expectRefusal(.refundExceedsCaptured) { try await gateway.refund(subject.intent, amount: "40.01") }
            #expect(try await gateway.refund(subject.intent).status == 200, "what is left is refunded")
            #expect(try await gateway.books(of: subject.order).refunded == 4000)
            await expectRefusal(.refundExceedsCaptured) { try await gateway.refund(subject.intent) }
        }
    }

    @Test("A cancellation that meets a confirmation at work is refused, and the confirmation goes on")
    func cancelMeetsConfirm() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let gate = Gate()
            gateway.service.script(.confirm, .wait(gate, then: .act()))
            async let confirmation = gateway.confirm(subject.intent)
            await gate.reached()
            await expectRefusal(.invalidState) { try await gateway.cancel(subject.intent) }
            await expectRefusal(.invalidState) { try await gateway.confirm(subject.intent) }
            gate.open()
            #expect(try await confirmation.status == 200)
            #expect(gateway.service.effects(.cancel) == 0)
        }
    }

    @Test("Of a confirmation and a cancellation at once one is done and one refused", arguments: 0..<8)
    func confirmAgainstCancel(_: Int) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let statuses = try await atOnce(2) {
                try await $0 == 0 ? gateway.confirm(subject.intent) : gateway.cancel(subject.intent)
            }
            #expect(statuses.sorted() == [200, 409])
            #expect(gateway.service.effects(.confirm) + gateway.service.effects(.cancel) == 1)
        }
    }

    @Test("A canceled payment is followed by a new one for the same order")
    func newAttempt() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            #expect(try await gateway.cancel(subject.intent).status == 200)
            #expect(try await gateway.create(subject.order).status == 201)
            #expect(try await gateway.transaction(of: subject.order).paymentIntentID == "pi_2")
            #expect(try await gateway.books(of: subject.order).order == .pending)
            #expect(try await gateway.confirm("pi_2").status == 200)
            #expect(try await gateway.books(of: subject.order).order == .completed)
            await expectRefusal(.orderAlreadyPaid) { try await gateway.create(subject.order) }
        }
    }
}
