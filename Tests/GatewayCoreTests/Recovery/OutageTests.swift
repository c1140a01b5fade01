import GatewayCore
import GatewayLifecycle
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("After an outage of the provider", .timeLimit(.minutes(10)))
struct OutageTests {
    /// A confirmation that the provider has done, and an outage of so many looks.
    private func outage(_ gateway: TestGateway) async throws -> TestGateway.Subject {
        let subject = try await gateway.created()
        gateway.service.script(.confirm, .actThenFail(.unknown(SettlementCase.failure)))
        #expect(try await gateway.confirm(subject.intent).status == 202)
        gateway.service.failLookups(.notSent(SettlementCase.failure))
        for _ in 0..<6 { try await gateway.recover(subject.order) }
        #expect(await gateway.recovery.recoverDue() == 0, "the next look is an hour away")
        return subject
    }

    @Test("What is open is settled with the first answer to a probe, however far away the next look is")
    func probe() async throws {
        try await withGateway { gateway in
            let subject = try await outage(gateway)
            gateway.clock.advance(by: .seconds(5))
            await gateway.probe.probeDue()
            #expect(await gateway.recovery.recoverDue() == 0, "the provider is still out")
            gateway.service.failLookups(nil)
            gateway.clock.advance(by: .seconds(5))
            await gateway.probe.probeDue()
            #expect(await gateway.recovery.recoverDue() == 1)
            #expect(try await gateway.books(of: subject.order).status == .succeeded)
        }
    }

    @Test("A provider is probed with one question at a time, every five seconds, and not once it has answered")
    func sparingly() async throws {
        try await withGateway { gateway in
            _ = try await outage(gateway)
            let before = gateway.service.lookups
            for _ in 0..<10 {
                gateway.clock.advance(by: .seconds(1))
                await gateway.probe.probeDue()
            }
            #expect(gateway.service.lookups == before + 2)
            gateway.service.failLookups(nil)
            gateway.clock.advance(by: .seconds(60))
            for _ in 0..<3 { await gateway.probe.probeDue() }
            #expect(gateway.service.lookups == before + 3)
        }
    }

    @Test("A refusal of the gateway's credentials is an outage, not an answer")
    func credentials() async throws {
        try await withGateway { gateway in
            _ = try await outage(gateway)
            gateway.service.failLookups(.rejected(Rejection(.authentication, message: "no such key")))
            gateway.clock.advance(by: .seconds(5))
            await gateway.probe.probeDue()
            #expect(await gateway.recovery.recoverDue() == 0)
        }
    }

    @Test("Webhooks that could not be looked into are due with the first answer too")
    func webhooks() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.failLookups(.notSent(SettlementCase.failure))
            let intent = try #require(gateway.service.intent(subject.intent))
            try await gateway.deliver(event("evt_1", .paymentIntent(intent.declined())))
            for _ in 0..<6 {
                try await gateway.inbox.applyDue()
                gateway.clock.advance(by: .seconds(700))
            }
            gateway.service.show(intent.declined())
            gateway.service.failLookups(nil)
            await gateway.probe.probeDue()
            try await gateway.inbox.applyDue()
            #expect(try await gateway.waitingWebhooks().isEmpty)
            #expect(try await gateway.books(of: subject.order).status == .failed)
        }
    }

    @Test("One pass by hand looks at everything that is open, and says what became of it")
    func reconcile() async throws {
        try await withGateway { gateway in
            let subject = try await outage(gateway)
            let stuck = try await gateway.created()
            gateway.service.script(
                .confirm, .fail(.unknown(SettlementCase.failure)), .fail(.unknown(SettlementCase.failure)))
            #expect(try await gateway.confirm(stuck.intent).status == 202)
            gateway.service.failLookups(nil)
            let report = try await gateway.recovery.reconcile()
            #expect(report.lines.map(\.after) == ["unknown", "succeeded"])
            #expect(report.lines.map(\.before) == ["unknown", "unknown"])
            #expect(report.stillOpen == 1)
            #expect(report.leased == 0)
            #expect(try await gateway.books(of: subject.order).status == .succeeded)
        }
    }

    @Test("One pass by hand leaves an operation to whoever is at work on it")
    func reconcileLeased() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let gate = Gate()
            gateway.service.script(.confirm, .wait(gate, then: .act()))
            async let answer = gateway.confirm(subject.intent)
            await gate.reached()
            let report = try await gateway.recovery.reconcile()
            #expect(report.lines.isEmpty && report.leased == 1)
            gate.open()
            #expect(try await answer.status == 200)
        }
    }
}
