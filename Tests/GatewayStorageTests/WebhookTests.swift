import GatewayCore
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("The inbox of webhooks")
struct WebhookTests {
    private func webhook(_ id: String, provider: String = "mock", at received: Timestamp = time()) -> NewWebhook {
        NewWebhook(
            provider: provider,
            event: WebhookEvent(
                id: id, type: "payment_intent.succeeded", createdAt: time(-5), subject: .paymentIntentReference(id: "pi_1")
            ),
            rawBody: [0x7B, 0x7D, 0xFF], receivedAt: received
        )
    }

    @Test("An event is stored once for each provider, with its body's bytes")
    func once() async throws {
        try await withStore { store throws in
            let record = try #require(try await store.write { try $0.insertWebhook(webhook("evt_1")) })
            #expect(record.event == webhook("evt_1").event)
            #expect(record.state == .pending)
            #expect(record.attempts == 0)
            #expect(try await store.write { try $0.insertWebhook(webhook("evt_1")) } == nil)
            let other = try #require(try await store.write { try $0.insertWebhook(webhook("evt_1", provider: "stripe")) })
            #expect(other.id == record.id + 1)
            #expect(try await store.read { try $0.webhooksDue(at: time(), limit: 10, exceptAt: []) } == [record, other])
            #expect(try await store.value("SELECT hex(raw_body) = '7B7DFF' FROM webhook_events WHERE id = 1") == 1)
        }
    }

    @Test("Of fifty deliveries at once one is stored", .timeLimit(.minutes(10)))
    func race() async throws {
        try await withStore { store throws in
            let stored = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 { group.addTask { try await store.write { try $0.insertWebhook(webhook("evt_1")) != nil } } }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(stored == 1)
        }
    }

    @Test("What is postponed is due at its time, with its tries counted, oldest first")
    func postpone() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                for id in ["evt_1", "evt_2", "evt_3"] { _ = try writer.insertWebhook(webhook(id)) }
                try writer.postponeWebhook(1, until: time(100), result: "no such intent yet")
                #expect(try writer.webhooksDue(at: time(99), limit: 10, exceptAt: []).map(\.id) == [2, 3])
                #expect(try writer.webhooksDue(at: time(99), limit: 1, exceptAt: []).map(\.id) == [2])
                #expect(try writer.webhooksDue(at: time(-1), limit: 10, exceptAt: []) == [])
                let due = try writer.webhooksDue(at: time(100), limit: 10, exceptAt: [])
                #expect(due.map(\.id) == [1, 2, 3])
                #expect(due.map(\.attempts) == [1, 0, 0])
            }
        }
    }

    @Test("What is due can be asked for without some providers, and one by one")
    func some() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let mock = try #require(try writer.insertWebhook(webhook("evt_1")))
                let stripe = try #require(try writer.insertWebhook(webhook("evt_1", provider: "stripe")))
                #expect(try writer.webhooksDue(at: time(), limit: 10, exceptAt: ["mock", "x"]) == [stripe])
                #expect(try writer.webhooksDue(at: time(), limit: 10, exceptAt: ["mock", "stripe"]) == [])
                #expect(try writer.webhookDue(mock.id, at: time()) == mock)
                #expect(try writer.webhookDue(mock.id, at: time(-1)) == nil)
                try writer.endWebhook(mock.id, state: .applied, result: "done", at: time(1))
                #expect(try writer.webhookDue(mock.id, at: time()) == nil)
            }
        }
    }

    @Test("An event that has ended is not due, and ends once", arguments: WebhookRecord.State.allCases.filter(\.isFinal))
    func end(_ state: WebhookRecord.State) async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                _ = try writer.insertWebhook(webhook("evt_1"))
                try writer.endWebhook(1, state: state, result: "done", at: time(1))
                #expect(try writer.webhooksDue(at: time(1_000), limit: 10, exceptAt: []) == [])
                #expect(throws: StoreError.constraint("webhook_events: no such row")) {
                    try writer.endWebhook(1, state: .applied, result: "again", at: time(2))
                }
                #expect(throws: StoreError.self) { try writer.postponeWebhook(1, until: time(3), result: "later") }
            }
        }
    }

    @Test("Pending is no end")
    func pendingIsNoEnd() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                _ = try writer.insertWebhook(webhook("evt_1"))
                #expect(throws: StoreError.self) { try writer.endWebhook(1, state: .pending, result: "", at: time()) }
            }
        }
    }

    @Test("A deleted event is not due, and still counts as seen")
    func softDelete() async throws {
        try await withStore { store throws in
            _ = try await store.write { try $0.insertWebhook(webhook("evt_1")) }
            try await store.sql("UPDATE webhook_events SET deleted_at = 1")
            #expect(try await store.read { try $0.webhooksDue(at: time(9), limit: 10, exceptAt: []) } == [])
            #expect(try await store.write { try $0.insertWebhook(webhook("evt_1")) } == nil)
        }
    }

    @Test("An event that has ended is pending again once it is reopened, and due at once")
    func reopen() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let record = try #require(try writer.insertWebhook(webhook("evt_1")))
                try writer.postponeWebhook(record.id, until: time(100), result: "?")
                try writer.endWebhook(record.id, state: .ignored, result: "unknown", at: time(200))
                let reopened = try #require(try writer.reopenWebhook(record.id, at: time(300)))
                #expect(reopened.state == .pending && reopened.attempts == 0)
                #expect(try writer.webhooksDue(at: time(300), limit: 10, exceptAt: []) == [reopened])
                #expect(try writer.reopenWebhook(99, at: time()) == nil)
            }
        }
    }

    @Test("Stored events are found by provider, id, intent, state and time, in the order of their arrival")
    func query() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                _ = try writer.insertWebhook(webhook("evt_1"))
                _ = try writer.insertWebhook(webhook("evt_2", provider: "stripe", at: time(10)))
                try writer.endWebhook(1, state: .applied, result: "done", at: time(20))
                func found(_ narrow: (inout WebhookQuery) -> Void) throws -> [Int64] {
                    var query = WebhookQuery(limit: 10)
                    narrow(&query)
                    return try writer.webhooks(query).map(\.record.id)
                }
                #expect(try found { _ in } == [1, 2])
                #expect(try found { $0.provider = "stripe" } == [2])
                #expect(try found { $0.eventID = "evt_1" } == [1])
                #expect(try found { $0.paymentIntentID = "pi_1" } == [1, 2])
                #expect(try found { $0.paymentIntentID = "pi_2" } == [])
                #expect(try found { $0.state = .pending } == [2])
                #expect(try found { $0.receivedFrom = time(1) } == [2])
                #expect(try found { $0.afterID = 1 } == [2])
                #expect(try writer.webhooks(WebhookQuery(limit: 1)).map(\.result) == ["done"])
            }
        }
    }
}
