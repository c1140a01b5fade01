import GatewayCore
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Open payments at a provider that lists no events are asked for, ever more seldom", .timeLimit(.minutes(10)))
struct OpenPaymentCheckTests {
    /// A gateway whose provider lists no events, and one payment.
    private func withOpenPayment(_ body: (TestGateway, TestGateway.Subject) async throws -> Void) async throws {
        var capabilities = ScriptedService.everything
        capabilities.listsEvents = false
        try await withGateway(service: ScriptedService(capabilities: capabilities)) { gateway in
            try await body(gateway, try await gateway.created())
        }
    }

    @Test("A payment whose webhook never came is booked as the provider says, and told in the log")
    func missed() async throws {
        try await withOpenPayment { gateway, subject in
            await gateway.openPayments.check()
            let paid = try #require(gateway.service.intent(subject.intent)).now(.succeeded)
            gateway.service.show(paid)
            gateway.clock.advance(by: .seconds(119))
            await gateway.openPayments.check()
            #expect(try await gateway.books(of: subject.order).status == .requiresPaymentMethod, "not due yet")
            gateway.clock.advance(by: .seconds(2))
            await gateway.openPayments.check()
            #expect(try await gateway.books(of: subject.order) == Books(status: .succeeded, order: .completed, captured: 10_000))
            #expect(gateway.log.lines.contains { $0.message.contains("changed without a webhook") })
        }
    }

    @Test("It is asked for once each time its age has doubled, and no more once it is at its end or 30 days old")
    func seldom() async throws {
        try await withOpenPayment { gateway, _ in
            var ages: [Int64] = []
            var age: Int64 = 0
            for _ in 0..<(40 * 24) {
                gateway.clock.advance(by: .seconds(3600))
                age += 1
                let before = gateway.service.lookups
                await gateway.openPayments.check()
                if gateway.service.lookups > before { ages.append(age) }
                #expect(gateway.service.lookups - before <= 1)
            }
            #expect(ages == [1, 2, 3, 5, 9, 18, 35, 69, 137, 274, 547])
        }
    }

    @Test("After a pause of the gateway's, what was due meanwhile is asked for once")
    func pause() async throws {
        try await withOpenPayment { gateway, _ in
            await gateway.openPayments.check()
            gateway.clock.advance(by: .seconds(20 * 3600))
            let before = gateway.service.lookups
            await gateway.openPayments.check()
            await gateway.openPayments.check()
            #expect(gateway.service.lookups - before == 1)
        }
    }

    @Test("One payment that the provider cannot answer for keeps no other waiting, and has none asked for again each minute")
    func oneInTrouble() async throws {
        try await withOpenPayment { gateway, troubled in
            let other = try await gateway.created()
            await gateway.openPayments.check()
            gateway.service.failLookup(of: troubled.intent, .unknown(SettlementCase.failure))
            gateway.service.show(try #require(gateway.service.intent(other.intent)).now(.succeeded))
            gateway.clock.advance(by: .seconds(130))
            await gateway.openPayments.check()
            #expect(try await gateway.books(of: other.order).status == .succeeded)
            let lookups = gateway.service.lookups
            gateway.clock.advance(by: .seconds(60))
            await gateway.openPayments.check()
            #expect(gateway.service.lookups == lookups)
        }
    }

    @Test("While the provider does not answer nothing is forgotten")
    func outage() async throws {
        try await withOpenPayment { gateway, subject in
            await gateway.openPayments.check()
            gateway.service.failLookups(.notSent(SettlementCase.failure))
            gateway.clock.advance(by: .seconds(130))
            await gateway.openPayments.check()
            #expect(gateway.log.lines.contains { $0.message.contains("could not be asked for open payments") })
            gateway.service.failLookups(nil)
            gateway.service.show(try #require(gateway.service.intent(subject.intent)).now(.canceled))
            gateway.clock.advance(by: .seconds(60))
            await gateway.openPayments.check()
            #expect(try await gateway.books(of: subject.order).status == .canceled)
        }
    }

    @Test("A provider that lists events is left alone")
    func listing() async throws {
        try await withGateway { gateway in
            _ = try await gateway.created()
            gateway.clock.advance(by: .seconds(3600))
            let before = gateway.service.lookups
            await gateway.openPayments.check()
            #expect(gateway.service.lookups == before)
        }
    }
}
