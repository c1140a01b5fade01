import GatewayCore
import GatewayLifecycle
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Old data is purged", .timeLimit(.minutes(10)))
struct RetentionPurgeTests {
    /// Stores webhooks that ended.
    private static func store(_ count: Int, in gateway: TestGateway) async throws {
        let now = gateway.clock.now()
        try await gateway.store.write { writer in
            for number in 0..<count {
                let event = WebhookEvent(id: "evt_\(number)", type: "t", createdAt: now, subject: .other)
                let new = NewWebhook(provider: "mock", event: event, rawBody: [1], receivedAt: now)
                guard let record = try writer.insertWebhook(new) else { continue }
                try writer.endWebhook(record.id, state: .ignored, result: "", at: now)
            }
        }
    }

    @Test("Bodies and events go when their time is over, in as many steps as it takes, and not before")
    func webhooks() async throws {
        try await withGateway { gateway in
            try await Self.store(1_001, in: gateway)
            var policy = RetentionPolicy()
            policy.webhookBodies = .days(2)
            policy.webhookEvents = .days(5)
            let purge = RetentionPurge(store: gateway.store, policy: policy, clock: gateway.clock, logger: gateway.log.logger)
            gateway.clock.advance(by: .days(2))
            #expect(try await purge.purge() == .init())
            gateway.clock.advance(by: .milliseconds(1))
            var bodies = RetentionPurge.Report()
            bodies.webhookBodies = 1_001
            #expect(try await purge.purge() == bodies)
            #expect(try await purge.purge() == .init())
            gateway.clock.advance(by: .days(3))
            var events = RetentionPurge.Report()
            events.webhookEvents = 1_001
            #expect(try await purge.purge() == events)
            #expect(try await gateway.store.read { try $0.webhooks(WebhookQuery(limit: 10)) }.isEmpty)
            #expect(gateway.log.lines.filter { $0.message == "Old data was purged." }.count == 2)
        }
    }

    @Test("A client secret that is purged while a call is under way does not come back with its outcome")
    func secretDuringCall() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let gate = Gate()
            gateway.service.script(.refund, .wait(gate, then: .act()))
            async let answer = gateway.refund(subject.intent, amount: "40.00")
            await gate.reached()
            let step = try await gateway.store.write {
                try $0.removeClientSecrets(changedBefore: gateway.clock.now().advanced(by: .seconds(1)), limit: 10)
            }
            #expect(step.changed == 1)
            gate.open()
            #expect(try await answer.status == 200)
            #expect(try await gateway.transaction(of: subject.order).clientSecret == nil)
        }
    }

    @Test("A payment that is paid loses its client secret when its time is over, and one that waits keeps it")
    func secrets() async throws {
        try await withGateway { gateway in
            let paid = try await gateway.created()
            #expect(try await gateway.confirm(paid.intent).status == 200)
            let open = try await gateway.created()
            func secret(_ id: Int64) async throws -> String? {
                try await gateway.store.read { try $0.transactions(orderID: id).first?.clientSecret }
            }
            #expect(try await secret(paid.order.id) != nil)
            let purge = RetentionPurge(
                store: gateway.store, policy: RetentionPolicy(), clock: gateway.clock, logger: gateway.log.logger)
            gateway.clock.advance(by: .days(8))
            #expect(try await purge.purge().clientSecrets == 1)
            #expect(try await secret(paid.order.id) == nil)
            #expect(try await secret(open.order.id) != nil)
        }
    }

    @Test(
        "An idempotency key is forgotten when its time since the answer is over, counted from the completion, and not before",
        arguments: [24, 48])
    func keys(hours: Int64) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.script(.confirm, .actThenFail(.unknown(SettlementCase.failure)))
            #expect(try await gateway.confirm(subject.intent, request(key: "k")).status == 202)
            gateway.clock.advance(by: .seconds(20 * 3600))
            try await gateway.recover(subject.order)
            #expect(try await gateway.remembered("k")?.answer != nil)
            var policy = RetentionPolicy()
            policy.idempotencyKeys = .hours(hours)
            let purge = RetentionPurge(store: gateway.store, policy: policy, clock: gateway.clock, logger: gateway.log.logger)
            gateway.clock.advance(by: .hours(hours))
            #expect(try await purge.purge().idempotencyKeys == 0)
            #expect(try await gateway.remembered("k") != nil)
            gateway.clock.advance(by: .milliseconds(1))
            #expect(try await purge.purge().idempotencyKeys == 1)
            #expect(try await gateway.remembered("k") == nil)
        }
    }

    @Test("The idempotency key of an open operation is kept, however old it is")
    func openKeys() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.script(.confirm, .fail(.unknown(SettlementCase.failure)))
            #expect(try await gateway.confirm(subject.intent, request(key: "k")).status == 202)
            gateway.clock.advance(by: .seconds(400 * 24 * 3600))
            #expect(try await gateway.purge.purge().idempotencyKeys == 0)
            #expect(try await gateway.remembered("k") != nil)
        }
    }

    @Test("More idempotency keys than one transaction takes are all forgotten")
    func manyKeys() async throws {
        try await withGateway { gateway in
            let now = gateway.clock.now()
            try await gateway.store.write { writer in
                for number in 0..<1234 {
                    let reference = IdempotencyReference(owner: "1", key: "k\(number)")
                    try writer.insertIdempotencyKey(
                        IdempotencyClaim(reference: reference, fingerprint: "f"), operationID: nil, at: now)
                    try writer.completeIdempotencyKey(reference, answer: StoredAnswer(status: 200, body: []), at: now)
                }
            }
            gateway.clock.advance(by: .seconds(25 * 3600))
            #expect(try await gateway.purge.purge().idempotencyKeys == 1234)
        }
    }
}
