import GatewayCore
import GatewayLifecycle
import Logging
import ProviderAPI
import ProviderTestKit
import ServiceLifecycle
import Testing

@Suite("Open payments and refunds on their way are asked for, ever more seldom", .timeLimit(.minutes(10)))
struct OpenPaymentCheckTests {
    /// A gateway whose provider lists events or does not, and one payment.
    private func withOpenPayment(
        listsEvents: Bool = false, _ body: (TestGateway, TestGateway.Subject) async throws -> Void
    ) async throws {
        var capabilities = ScriptedService.everything
        capabilities.listsEvents = listsEvents
        try await withGateway(service: ScriptedService(capabilities: capabilities)) { gateway in
            try await body(gateway, try await gateway.created())
        }
    }

    @Test(
        "A payment whose webhook never came is booked as the provider says, and told in the log, whether or not it lists events",
        arguments: [true, false])
    func missed(listsEvents: Bool) async throws {
        try await withOpenPayment(listsEvents: listsEvents) { gateway, subject throws in
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

    /// A paid payment with a refund of 40.00 that is on its way, at a provider that lists events or does not.
    private func withPendingRefund(
        listsEvents: Bool = true, _ body: (TestGateway, TestGateway.Subject, Refund) async throws -> Void
    ) async throws {
        try await withOpenPayment(listsEvents: listsEvents) { gateway, subject throws in
            _ = try await gateway.confirm(subject.intent)
            gateway.service.script(.refund, .refund(.pending))
            #expect(try await gateway.refund(subject.intent, amount: "40.00").status == 200)
            await gateway.openPayments.check()
            try await body(gateway, subject, try #require(gateway.service.refunds.first))
        }
    }

    @Test(
        "A refund on its way is asked for, and booked as the provider says",
        arguments: [Refund.Status.succeeded, .failed, .canceled], [true, false])
    func refund(status: Refund.Status, listsEvents: Bool) async throws {
        try await withPendingRefund(listsEvents: listsEvents) { gateway, subject, refund throws in
            var settled = refund
            settled.status = status
            gateway.service.show(settled)
            gateway.clock.advance(by: .seconds(119))
            await gateway.openPayments.check()
            #expect(try await gateway.transaction(of: subject.order).reserved == 4_000, "not due yet")
            gateway.clock.advance(by: .seconds(2))
            await gateway.openPayments.check()
            let transaction = try await gateway.transaction(of: subject.order)
            #expect(transaction.reserved == 0 && transaction.refunded == (status == .succeeded ? 4_000 : 0))
            #expect(transaction.status == (status == .succeeded ? .partiallyRefunded : .succeeded))
            #expect(gateway.log.lines.contains { $0.message == "A refund had changed without a webhook." })
            // The event that comes after all changes nothing.
            try await gateway.deliver(event("evt_late", .refund(settled)))
            #expect(try await gateway.transaction(of: subject.order) == transaction)
        }
    }

    @Test("It is asked for once each time its age has doubled, and no more once it is at its end")
    func seldomRefund() async throws {
        try await withPendingRefund { gateway, _, refund throws in
            var ages: [Int] = []
            for age in 1...48 {
                gateway.clock.advance(by: .seconds(3600))
                let before = gateway.service.lookups
                await gateway.openPayments.check()
                if gateway.service.lookups > before { ages.append(age) }
            }
            #expect(ages == [1, 2, 3, 5, 9, 18, 35])
            var settled = refund
            settled.status = .succeeded
            gateway.service.show(settled)
            for _ in 0..<100 {
                gateway.clock.advance(by: .seconds(3600))
                await gateway.openPayments.check()
            }
            let before = gateway.service.lookups
            gateway.clock.advance(by: .seconds(20 * 86_400))
            await gateway.openPayments.check()
            #expect(gateway.service.lookups == before)
        }
    }

    @Test("A refund that the provider shows with another amount is left to a person")
    func otherAmount() async throws {
        try await withPendingRefund { gateway, subject, refund throws in
            var other = refund
            other.amount = usd(3_000)
            gateway.service.show(other)
            gateway.clock.advance(by: .seconds(130))
            await gateway.openPayments.check()
            #expect(try await gateway.transaction(of: subject.order).review?.discrepancy == Discrepancy(.amountDiffers, 3_000))
            #expect(gateway.log.lines.contains { $0.level == .critical })
        }
    }

    @Test("Where more is due than a round takes, the next rounds ask for the rest, each once")
    func rounds() async throws {
        try await withGateway { gateway throws in
            await gateway.openPayments.check()
            for _ in 0..<5 {
                _ = try await gateway.created()
                gateway.clock.advance(by: .seconds(10))
            }
            gateway.clock.advance(by: .seconds(120))
            let check = check(of: gateway, maximumPerRound: 2)
            var counts: [Int] = []
            for _ in 0..<6 {
                let before = gateway.service.lookups
                await check.check()
                counts.append(gateway.service.lookups - before)
            }
            #expect(counts.allSatisfy { $0 <= 2 } && counts.reduce(0, +) == 5, "\(counts)")
        }
    }

    /// The check of another process.
    private func check(of gateway: TestGateway, maximumPerRound: Int = 1000) -> OpenPaymentCheck {
        OpenPaymentCheck(
            store: gateway.store, registry: TestRegistry(services: ["acme": gateway.service], maximumConcurrentCalls: 10),
            supervisor: gateway.supervisor, lifecycle: Lifecycle(), clock: gateway.clock, logger: gateway.log.logger,
            maximumPerRound: maximumPerRound)
    }

    @Test("However many payments the provider never answers for, those that become due later are asked for", arguments: [3, 7])
    func manyInTrouble(_ count: Int) async throws {
        try await withGateway { gateway throws in
            await gateway.openPayments.check()
            for _ in 0..<count {
                let troubled = try await gateway.created()
                gateway.service.failLookup(of: troubled.intent, .unknown(SettlementCase.failure))
            }
            gateway.clock.advance(by: .seconds(130))
            await gateway.openPayments.check()
            for _ in 0..<3 {
                let other = try await gateway.created()
                gateway.service.show(try #require(gateway.service.intent(other.intent)).now(.succeeded))
                gateway.clock.advance(by: .seconds(70))
                // What was due in a round that three questions in vain have ended goes first in the next one.
                for _ in 0..<2 {
                    gateway.clock.advance(by: .seconds(60))
                    await gateway.openPayments.check()
                }
                #expect(try await gateway.books(of: other.order).status == .succeeded)
            }
        }
    }

    @Test("An outage in the middle of a round forgets nothing, however long it is")
    func outageInTheMiddle() async throws {
        try await withGateway { gateway throws in
            await gateway.openPayments.check()
            let subjects = [
                try await gateway.created(), try await gateway.created(), try await gateway.created(),
                try await gateway.created(),
            ]
            for subject in subjects.dropFirst() {
                gateway.service.show(try #require(gateway.service.intent(subject.intent)).now(.succeeded))
                gateway.service.failLookup(of: subject.intent, .notSent(SettlementCase.failure))
            }
            gateway.clock.advance(by: .seconds(130))
            await gateway.openPayments.check()
            gateway.service.failLookups(.notSent(SettlementCase.failure))
            for _ in 0..<10 {
                gateway.clock.advance(by: .seconds(1))
                await gateway.openPayments.check()
            }
            gateway.service.failLookups(nil)
            for subject in subjects { gateway.service.failLookup(of: subject.intent, nil) }
            gateway.clock.advance(by: .seconds(1))
            await gateway.openPayments.check()
            for subject in subjects.dropFirst() { #expect(try await gateway.books(of: subject.order).status == .succeeded) }
        }
    }

    @Test("A payment that the gateway closed by itself is asked for, because a payer may still pay it at the provider")
    func closedHere() async throws {
        try await withOpenPayment { gateway, subject throws in
            await gateway.openPayments.check()
            gateway.service.script(.confirm, .fail(.unknown(SettlementCase.failure)))
            #expect(try await gateway.confirm(subject.intent).status == 202)
            gateway.service.script(.cancel, .fail(SettlementCase.rejection(.unsupported)))
            #expect(try await gateway.cancel(subject.intent).status == 200)
            gateway.service.show(try #require(gateway.service.intent(subject.intent)).now(.succeeded))
            gateway.clock.advance(by: .seconds(130))
            await gateway.openPayments.check()
            let row = try await gateway.transaction(of: subject.order)
            #expect(row.captured == 10_000 && row.review?.discrepancy.code == .paidAfterCancel)
        }
    }

    @Test("A payment that is canceled at the provider is asked for no more")
    func canceledThere() async throws {
        try await withOpenPayment { gateway, subject throws in
            await gateway.openPayments.check()
            #expect(try await gateway.cancel(subject.intent).status == 200)
            let lookups = gateway.service.lookups
            gateway.clock.advance(by: .seconds(130))
            await gateway.openPayments.check()
            #expect(gateway.service.lookups == lookups)
        }
    }

    @Test("Each start asks for the payments with an open discrepancy, however old they are")
    func reviewed() async throws {
        try await withOpenPayment { gateway, subject throws in
            let intent = try #require(gateway.service.intent(subject.intent))
            gateway.service.show(PaymentIntent(id: intent.id, status: .processing, amount: usd(1)))
            try await gateway.deliver(event("evt_1", .paymentIntentReference(id: intent.id)))
            try await gateway.workOffInbox()
            gateway.service.show(intent.now(.succeeded))
            gateway.clock.advance(by: .seconds(60 * 24 * 3600))
            await check(of: gateway).check()
            let row = try await gateway.transaction(of: subject.order)
            #expect(row.review == nil && row.captured == 10_000)
        }
    }

    @Test("A payment whose news the books refuse keeps no other waiting")
    func unwritable() async throws {
        try await withOpenPayment { gateway, first throws in
            let second = try await gateway.created()
            await gateway.openPayments.check()
            for subject in [first, second] {
                gateway.service.show(try #require(gateway.service.intent(subject.intent)).now(.succeeded))
            }
            gateway.clock.advance(by: .seconds(130))
            gateway.store.script(.constraint("refused"))
            await check(of: gateway).check()
            let paid = [try await gateway.books(of: first.order), try await gateway.books(of: second.order)].filter {
                $0.captured > 0
            }
            #expect(paid.count == 1)
        }
    }

    /// One round as a service, so that a shutdown can reach it.
    private struct Round: Service {
        let check: OpenPaymentCheck

        func run() async throws { await check.check() }
    }

    @Test("A stop does not wait for a round: the question under way ends it, and the rest is due again")
    func stop() async throws {
        try await withGateway { gateway throws in
            await gateway.openPayments.check()
            for _ in 0..<3 { _ = try await gateway.created() }
            gateway.clock.advance(by: .seconds(130))
            let gate = Gate()
            gateway.service.holdRetrievals(at: gate)
            let before = gateway.service.lookups
            let round = ServiceGroupConfiguration.ServiceConfiguration(
                service: Round(check: gateway.openPayments), successTerminationBehavior: .gracefullyShutdownGroup)
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(services: [round], logger: gateway.log.logger))
            async let ended: Void = group.run()
            await gate.reached()
            await group.triggerGracefulShutdown()
            gateway.service.holdRetrievals(at: nil)
            gate.open()
            try await ended
            #expect(gateway.service.lookups == before + 1)
            await check(of: gateway).check()
            #expect(gateway.service.lookups == before + 4, "the next process asks for all three")
        }
    }
}
