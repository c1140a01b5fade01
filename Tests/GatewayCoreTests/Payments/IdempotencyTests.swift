import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@Suite("One idempotency key, one final answer", .timeLimit(.minutes(10)))
struct IdempotencyTests {
    private static let kinds = GatewayCore.Operation.Kind.allCases

    @Test("The same request under the same key gets the same bytes, and the provider is not called again", arguments: kinds)
    func replay(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.subject(for: kind)
            let first = try await gateway.perform(kind, on: subject, request(id: "first", key: "k"))
            let calls = gateway.service.calls.count
            let second = try await gateway.perform(kind, on: subject, request(id: "second", key: "k"))
            #expect(second.stored == first.stored)
            #expect(second.isReplay && !first.isReplay)
            #expect(gateway.service.calls.count == calls)
        }
    }

    @Test("A decline is replayed, and not tried again", arguments: kinds)
    func declineReplay(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.subject(for: kind)
            gateway.service.script(kind, .fail(SettlementCase.decline()))
            let first = try await gateway.perform(kind, on: subject, request(id: "first", key: "k"))
            let second = try await gateway.perform(kind, on: subject, request(id: "second", key: "k"))
            #expect(first.status == 402)
            #expect(second.stored == first.stored)
        }
    }

    @Test("Another request under the same key is refused, whatever became of the first")
    func otherRequest() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let gate = Gate()
            gateway.service.script(.confirm, .wait(gate, then: .act()))
            async let first = gateway.confirm(subject.intent, request(key: "k"))
            await gate.reached()
            let other = request(key: "k", fingerprint: "other")
            await expectRefusal(.idempotencyKeyReused) { try await gateway.confirm(subject.intent, other) }
            gate.open()
            #expect(try await first.status == 200)
            await expectRefusal(.idempotencyKeyReused) { try await gateway.cancel(subject.intent, other) }
        }
    }

    @Test("While the first request is at work the same key is in flight")
    func inFlight() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let gate = Gate()
            gateway.service.script(.confirm, .actThenWait(gate))
            async let first = gateway.confirm(subject.intent, request(key: "k"))
            await gate.reached()
            let error = await #expect(throws: GatewayError.self) { try await gateway.confirm(subject.intent, request(key: "k")) }
            #expect(error?.code == .idempotencyInFlight)
            #expect(error?.retryAfterSeconds == 1)
            gate.open()
            let answer = try await first
            #expect(try await gateway.confirm(subject.intent, request(key: "k")).stored == answer.stored)
        }
    }

    @Test(
        "While the outcome is not known a replay shows the state as it is, and the final answer once it is known",
        arguments: kinds)
    func unknownThenFinal(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.subject(for: kind)
            gateway.service.script(kind, .actThenFail(.unknown(SettlementCase.failure)))
            #expect(try await gateway.perform(kind, on: subject, request(key: "k")).status == 202)
            let open = try await gateway.perform(kind, on: subject, request(id: "second", key: "k"))
            #expect(open.status == 202)
            #expect(!open.isReplay)
            #expect(open.text.hasSuffix("(second)"), "it is made anew")
            try await gateway.recover(subject.order)
            let final = try await gateway.perform(kind, on: subject, request(id: "third", key: "k"))
            #expect(final.status == (kind == .create ? 201 : 200))
            #expect(final.isReplay)
            #expect(final.text.hasSuffix("(req-1)"), "it is the answer to the first request")
            #expect(gateway.service.effects(kind) == 1)
        }
    }

    @Test("Where nothing was sent the same key runs again", arguments: kinds)
    func notSentFreesTheKey(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.subject(for: kind)
            gateway.service.script(kind, .fail(.notSent(SettlementCase.failure)))
            #expect(try await gateway.perform(kind, on: subject, request(key: "k")).status == 503)
            let again = try await gateway.perform(kind, on: subject, request(key: "k"))
            #expect(again.status == (kind == .create ? 201 : 200))
            #expect(!again.isReplay)
            #expect(gateway.service.effects(kind) == 1)
        }
    }

    @Test("A refusal that depends on the payment's state is the answer to its key for good")
    func refusalIsStored() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let refused = try await gateway.refund(subject.intent, request(key: "k"))
            #expect(refused.status == 409 && !refused.isReplay)
            #expect(try await gateway.confirm(subject.intent).status == 200)
            let again = try await gateway.refund(subject.intent, request(id: "later", key: "k"))
            #expect(again.status == 409 && again.isReplay && again.text == refused.text)
            #expect(try await gateway.refund(subject.intent, request(key: "other")).status == 200)
        }
    }

    @Test("A refusal that passes, or that is about the request's form, leaves its key free")
    func otherRefusalsAreNotStored() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            await expectRefusal(.invalidRequest) { try await gateway.refund(subject.intent, amount: "1.234", request(key: "k")) }
            #expect(try await gateway.remembered("k") == nil)
            let other = try await gateway.created()
            gateway.service.script(.confirm, .fail(.unknown(SettlementCase.failure)))
            #expect(try await gateway.confirm(other.intent).status == 202)
            await expectRefusal(.invalidState) { try await gateway.confirm(other.intent, request(key: "k")) }
            #expect(try await gateway.remembered("k") == nil)
        }
    }

    @Test("The same key of two callers is two keys")
    func twoCallers() async throws {
        try await withGateway { gateway in
            let order = try await gateway.order()
            let first = try await gateway.create(order, request(owner, id: "a", key: "k"))
            let second = try await gateway.create(order, request(admin, id: "b", key: "k", fingerprint: "other"))
            #expect(first.status == 201)
            #expect(second.status == 200, "the live intent is handed out again")
            #expect(!second.isReplay)
        }
    }

    @Test("An order is made once under a key")
    func orders() async throws {
        try await withGateway { gateway in
            let new = NewOrder(userID: "42", amount: usd(100))
            let first = try await gateway.orders.create(new, request(id: "first", key: "k"))
            let second = try await gateway.orders.create(new, request(id: "second", key: "k"))
            #expect(second.stored == first.stored && second.isReplay)
            await expectRefusal(.idempotencyKeyReused) {
                try await gateway.orders.create(new, request(key: "k", fingerprint: "other"))
            }
            #expect(try await gateway.orders.orders(OrderQuery(userID: nil, limit: 10), for: admin).count == 1)
        }
    }

    @Test("The same key many times at once calls the provider once, and later all get the same bytes")
    func manyAtOnce() async throws {
        try await withGateway { gateway in
            let order = try await gateway.order()
            let statuses = try await withThrowingTaskGroup { group in
                for number in 0..<20 {
                    group.addTask { try await status { try await gateway.create(order, request(id: "req-\(number)", key: "k")) } }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(statuses).isSubset(of: [201, 409]))
            #expect(statuses.contains(201))
            #expect(gateway.service.calls.count == 1)
            let replays = [
                try await gateway.create(order, request(key: "k")), try await gateway.create(order, request(key: "k")),
            ]
            #expect(replays[0].stored == replays[1].stored)
            #expect(replays[0].status == 201)
        }
    }
}
