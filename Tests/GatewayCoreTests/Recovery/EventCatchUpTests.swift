import GatewayCore
import GatewayLifecycle
import Logging
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Webhooks that never arrived are found in the provider's list of events", .timeLimit(.minutes(10)))
struct EventCatchUpTests {
    @Test("A missed event is applied, and told by the list again it is not applied twice")
    func missed() async throws {
        try await withGateway { gateway throws in
            let subject = try await gateway.created()
            let paid = try #require(gateway.service.intent(subject.intent)).now(.succeeded)
            gateway.service.show(paid)
            gateway.service.list(event("evt_1", .paymentIntent(paid)), at: gateway.clock.now())
            #expect(await gateway.catchUp.catchUp() == 1)
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: subject.order) == Books(status: .succeeded, order: .completed, captured: 10_000))
            let lines = try await gateway.history(of: subject.order).count
            #expect(await gateway.catchUp.catchUp() == 0)
            try await gateway.deliver(event("evt_1", .paymentIntent(paid)))
            try await gateway.workOffInbox()
            #expect(try await gateway.history(of: subject.order).count == lines)
        }
    }

    @Test("Each list begins a quarter of an hour before the last one that succeeded")
    func cursor() async throws {
        try await withGateway { gateway throws in
            gateway.service.tellTime(gateway.clock.now())
            #expect(await gateway.catchUp.catchUp() == 0)
            gateway.service.failLookups(.notSent(SettlementCase.failure))
            gateway.service.list(event("evt_old", .other), at: gateway.clock.now().advanced(by: .seconds(-901)))
            gateway.service.list(event("evt_late", .other), at: gateway.clock.now().advanced(by: .seconds(-899)))
            gateway.clock.advance(by: .seconds(600))
            #expect(await gateway.catchUp.catchUp() == 0)
            #expect(gateway.log.lines.contains { $0.level == .warning && $0.metadata["provider"] == "acme" })
            gateway.clock.advance(by: .seconds(6000))
            gateway.service.failLookups(nil)
            #expect(await gateway.catchUp.catchUp() == 1, "a reading that failed does not move on")
            #expect(await gateway.catchUp.catchUp() == 0)
        }
    }

    /// Lists so many events of the last hour at the provider `acme`, a second apart.
    private func list(_ count: Int, at gateway: TestGateway, from first: Int = 0) {
        for index in 0..<count {
            let time = gateway.clock.now().advanced(by: .seconds(-3600 + index))
            gateway.service.list(event("evt_\(first + index)", .other), at: time)
        }
    }

    private func stored(in gateway: TestGateway) async throws -> Int {
        try await gateway.store.read { try $0.webhooks(WebhookQuery(limit: 10_000)) }.count
    }

    @Test("Many events are read page by page, each in a call of its own")
    func pages() async throws {
        try await withGateway { gateway throws in
            gateway.service.setPageSize(100)
            list(450, at: gateway)
            #expect(await gateway.catchUp.catchUp() == 450)
            #expect(gateway.service.listCalls.map(\.cursor) == [nil, "100", "200", "300", "400"])
            #expect(Set(gateway.service.listCalls.map(\.since)).count == 1)
            #expect(try await stored(in: gateway) == 450)
            #expect(gateway.log.lines.filter { $0.message == "Webhooks that never arrived were found." }.count == 1)
        }
    }

    @Test("A page that fails costs no progress, nor does a restart: the next round goes on with that page")
    func failedPage() async throws {
        try await withGateway { gateway throws in
            gateway.service.setPageSize(100)
            list(450, at: gateway)
            gateway.service.failPage(at: "200", .unknown(SettlementCase.failure))
            #expect(await gateway.catchUp.catchUp() == 200)
            #expect(try await stored(in: gateway) == 200)
            gateway.service.failPage(at: "200", nil)
            let restarted = TestGateway(store: gateway.store, service: gateway.service)
            await withTaskGroup { group in
                group.addTask { try? await restarted.supervisor.run() }
                #expect(await restarted.catchUp.catchUp() == 250)
                group.cancelAll()
            }
            #expect(gateway.service.listCalls.map(\.cursor) == [nil, "100", "200", "200", "300", "400"])
            #expect(Set(gateway.service.listCalls.map(\.since)).count == 1)
            #expect(try await stored(in: gateway) == 450)
        }
    }

    @Test("A round reads a bounded number of pages, and the next one goes on")
    func rounds() async throws {
        try await withGateway { gateway throws in
            gateway.service.setPageSize(1)
            list(250, at: gateway)
            #expect(await gateway.catchUp.catchUp() == 200)
            #expect(await gateway.catchUp.catchUp() == 50)
            #expect(gateway.service.listCalls.count == 250)
        }
    }

    @Test("A provider that no longer knows the place is asked for the list from its beginning")
    func unknownCursor() async throws {
        try await withGateway { gateway throws in
            gateway.service.setPageSize(100)
            list(150, at: gateway)
            gateway.service.failPage(at: "100", .rejected(Rejection(.invalidRequest, message: "No such event: evt_99")))
            #expect(await gateway.catchUp.catchUp() == 100)
            gateway.service.failPage(at: "100", nil)
            #expect(await gateway.catchUp.catchUp() == 50)
            #expect(gateway.service.listCalls.map(\.cursor) == [nil, "100", nil, "100"])
        }
    }

    @Test("A place that the provider answers with its own errors for six hours is given up, and the list read from its beginning")
    func deadCursor() async throws {
        try await withGateway { gateway throws in
            gateway.service.setPageSize(100)
            list(150, at: gateway)
            gateway.service.failPage(at: "100", .unknown(SettlementCase.failure))
            for round in 0..<7 {
                #expect(await gateway.catchUp.catchUp() == (round == 0 ? 100 : 0))
                gateway.clock.advance(by: .seconds(3600))
            }
            gateway.service.failPage(at: "100", nil)
            #expect(await gateway.catchUp.catchUp() == 50)
            let cursors = gateway.service.listCalls.map(\.cursor)
            #expect(cursors == [nil] + [String?](repeating: "100", count: 7) + [nil, "100"])
        }
    }

    @Test("A list that comes back to an earlier page is given up with a warning")
    func circle() async throws {
        try await withGateway { gateway throws in
            gateway.service.setPageSize(1)
            list(3, at: gateway)
            gateway.service.lead(from: "2", to: "1")
            #expect(await gateway.catchUp.catchUp() == 3)
            #expect(gateway.service.listCalls.count <= 4)
            #expect(gateway.log.lines.contains { $0.level == .warning && $0.message.contains("could not be listed") })
        }
    }

    @Test("A list that never moves on is given up with a warning")
    func endless() async throws {
        try await withGateway { gateway throws in
            gateway.service.setPageSize(0)
            list(1, at: gateway)
            #expect(await gateway.catchUp.catchUp() == 0)
            #expect(gateway.service.listCalls.count == 2)
            #expect(gateway.log.lines.contains { $0.level == .warning && $0.message.contains("could not be listed") })
        }
    }

    @Test(
        "A clock that is off in either direction leaves out no event, whether or not the provider tells its own",
        arguments: [-86_400, -600, 600, 86_400], [true, false])
    func clocks(offset: Int, tellsTime: Bool) async throws {
        try await withGateway { gateway throws in
            // The provider's clock is right.
            func now() -> Timestamp { gateway.clock.now().advanced(by: .seconds(-offset)) }
            for round in 0..<6 {
                for second in [2, 300, 599] {
                    gateway.service.list(
                        event("evt_\(round)_\(second)", .other), at: now().advanced(by: .seconds(-second)))
                }
                if tellsTime { gateway.service.tellTime(now()) }
                await gateway.catchUp.catchUp()
                #expect(try await stored(in: gateway) == 3 * (round + 1), "\(round)")
                gateway.clock.advance(by: .seconds(600))
            }
        }
    }

    @Test("A mark that is ahead of the provider's clock is not believed: the last day is read again")
    func markAhead() async throws {
        try await withGateway { gateway throws in
            let now = gateway.clock.now()
            let year = EventListing(until: now.advanced(by: .seconds(365 * 86_400)))
            try await gateway.store.write { try $0.setEventListing(year, of: "acme", at: now) }
            gateway.service.list(event("evt_1", .other), at: now.advanced(by: .seconds(-7200)))
            gateway.service.tellTime(now)
            #expect(await gateway.catchUp.catchUp() == 1)
            let listing = try await gateway.store.read { try $0.eventListing(of: "acme") }
            #expect(listing == EventListing(until: now))
        }
    }

    @Test("A mark that is ahead of the gateway's clock is not believed where the provider does not tell its own")
    func markAheadWithoutClock() async throws {
        try await withGateway { gateway throws in
            let now = gateway.clock.now()
            let hour = EventListing(until: now.advanced(by: .seconds(3600)))
            try await gateway.store.write { try $0.setEventListing(hour, of: "acme", at: now) }
            gateway.service.list(event("evt_1", .other), at: now.advanced(by: .seconds(-60)))
            #expect(await gateway.catchUp.catchUp() == 1)
        }
    }

    @Test("A provider that refuses the gateway's credentials is told so in the log, without the provider's words")
    func refusedCredentials() async throws {
        try await withGateway { gateway throws in
            gateway.service.failLookups(.rejected(Rejection(.authentication, message: "Invalid API Key: sk_of_the_shop")))
            #expect(await gateway.catchUp.catchUp() == 0)
            let line = try #require(gateway.log.lines.first { $0.message.contains("could not be listed") })
            #expect(line.metadata == ["provider": "acme", "error": "it refuses the gateway's credentials"])
        }
    }
}
