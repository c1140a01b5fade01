import GatewayCore
import GatewayLifecycle
import ProviderAPI
import ProviderTestKit
import Synchronization
import Testing

@Suite("Webhooks that an operator has applied once more", .timeLimit(.minutes(10)))
struct WebhookReplayTests {
    private func replay(_ gateway: TestGateway) -> WebhookReplay {
        WebhookReplay(store: gateway.store, inbox: gateway.inbox, clock: gateway.clock, logger: gateway.log.logger)
    }

    private func select(_ narrow: (inout WebhookReplay.Selection) -> Void) -> WebhookReplay.Selection {
        var selection = WebhookReplay.Selection()
        narrow(&selection)
        return selection
    }

    @Test("An event that was ignored is applied once its payment is known")
    func ignored() async throws {
        try await withGateway { gateway in
            let stranger = event("evt_1", .paymentIntentReference(id: "pi_1"))
            try await gateway.deliver(stranger)
            gateway.clock.advance(by: .seconds(25 * 3600))
            try await gateway.inbox.applyDue()
            #expect(try await gateway.waitingWebhooks().isEmpty, "given up after a day")
            let subject = try await gateway.created()
            gateway.service.show(try #require(gateway.service.intent(subject.intent)).now(.succeeded))

            let report = try await replay(gateway).replay(select { $0.eventID = "evt_1" })
            #expect(report.lines.map(\.before) == ["ignored"] && report.lines.map(\.after) == ["applied"])
            #expect(try await gateway.books(of: subject.order).status == .succeeded)
        }
    }

    @Test("An event that the provider took for somebody else's is read anew, and applied once its settings are corrected")
    func readAnew() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let paid = try #require(gateway.service.intent(subject.intent)).now(.succeeded)
            gateway.service.show(paid)
            gateway.service.state.withLock { $0.ignoresEvents = true }
            try await gateway.deliver(event("evt_1", .paymentIntent(paid)))
            #expect(try await replay(gateway).replay(select { $0.eventID = "evt_1" }).lines.map(\.after) == ["ignored"])
            gateway.service.state.withLock { $0.ignoresEvents = false }
            #expect(try await replay(gateway).replay(select { $0.eventID = "evt_1" }).lines.map(\.after) == ["applied"])
            #expect(try await gateway.books(of: subject.order).status == .succeeded)
            let explained = try await gateway.store.read { try $0.webhooks(WebhookQuery(limit: 1)).first }
            #expect(explained?.record.event.subject.paymentIntentID == subject.intent)
            // The other way round nothing is forgotten: its payment's story keeps the event.
            gateway.service.state.withLock { $0.ignoresEvents = true }
            #expect(try await replay(gateway).replay(select { $0.eventID = "evt_1" }).lines.map(\.after) == ["applied"])
        }
    }

    @Test("An event that was applied changes nothing a second time")
    func applied() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let intent = try #require(gateway.service.intent(subject.intent))
            try await gateway.deliver(event("evt_1", .paymentIntent(intent)))
            let (books, history) = (try await gateway.books(of: subject.order), try await gateway.history(of: subject.order))
            let report = try await replay(gateway).replay(select { $0.state = .applied })
            #expect(report.lines.map(\.after) == ["applied"])
            #expect(try await gateway.books(of: subject.order) == books)
            #expect(try await gateway.history(of: subject.order) == history)
        }
    }

    @Test("Only what is selected is replayed, and more than one page of it")
    func selection() async throws {
        try await withGateway { gateway in
            for number in 1...130 { try await gateway.deliver(event("evt_\(number)", .other)) }
            gateway.clock.advance(by: .seconds(60))
            let since = gateway.clock.now()
            try await gateway.deliver(event("evt_late", .other))
            let desk = replay(gateway)
            #expect(try await desk.replay(select { $0.state = .ignored }).lines.count == 131)
            #expect(try await desk.replay(select { $0.receivedFrom = since }).lines.map(\.event) == ["evt_late"])
            #expect(try await desk.replay(select { $0.provider = "other" }).lines.isEmpty)
        }
    }

    @Test("Everything at once is refused")
    func everything() async throws {
        try await withGateway { gateway in
            await expectRefusal(.invalidRequest) { _ = try await replay(gateway).replay(WebhookReplay.Selection()) }
        }
    }
}
