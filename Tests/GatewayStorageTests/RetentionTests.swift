import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("Purges")
struct RetentionTests {
    private static func webhook(
        _ number: Int, at now: Timestamp, ends state: WebhookRecord.State? = .applied, in store: SQLiteTransaction
    ) throws -> Int64 {
        var intent = PaymentIntent(id: "pi_\(number)", status: .succeeded, amount: try money(100))
        intent.clientSecret = "pi_\(number)_secret_x"
        let event = WebhookEvent(id: "evt_\(number)", type: "t", createdAt: now, subject: .paymentIntent(intent))
        let new = NewWebhook(provider: "mock", event: event, rawBody: [1, 2, 3], receivedAt: now)
        let record = try #require(try store.insertWebhook(new))
        if let state { try store.endWebhook(record.id, state: state, result: "done", at: now) }
        return record.id
    }

    @Test(
        "Bodies of webhooks that ended are emptied in steps, each once, and the events in them stay without their client secrets")
    func bodies() throws {
        try withConnection { database throws in
            let store = SQLiteTransaction(database: database)
            let ids = try (0..<7).map { try Self.webhook($0, at: time(Int64($0 / 2)), in: store) }
            #expect(try store.emptyWebhooks(receivedBefore: time(3), limit: 4) == PurgeStep(changed: 4, isLast: false))
            #expect(try ids.map { try store.webhookBody($0)?.count } == [0, 0, 0, 0, 3, 3, 3])
            #expect(try store.emptyWebhooks(receivedBefore: time(3), limit: 4) == PurgeStep(changed: 2, isLast: true))
            #expect(try store.emptyWebhooks(receivedBefore: time(3), limit: 4) == PurgeStep(changed: 0, isLast: true))
            #expect(try ids.map { try store.webhookBody($0)?.count } == [0, 0, 0, 0, 0, 0, 3])
            let events = try store.webhooks(WebhookQuery(limit: 10)).map(\.record.event)
            let secrets = events.map { event -> String? in
                if case .paymentIntent(let intent) = event.subject { intent.clientSecret } else { "no intent" }
            }
            #expect(secrets == Array(repeating: nil, count: 6) + ["pi_6_secret_x"])
            #expect(events.map(\.subject.paymentIntentID) == (0..<7).map { "pi_\($0)" })
        }
    }

    @Test("A webhook that is pending keeps its body, and those behind it are emptied once it has ended")
    func pendingBody() throws {
        try withConnection { database throws in
            let store = SQLiteTransaction(database: database)
            let first = try Self.webhook(0, at: time(0), in: store)
            let pending = try Self.webhook(1, at: time(1), ends: nil, in: store)
            let last = try Self.webhook(2, at: time(2), in: store)
            #expect(try store.emptyWebhooks(receivedBefore: time(10), limit: 10) == PurgeStep(changed: 1, isLast: true))
            #expect(try [first, pending, last].map { try store.webhookBody($0)?.count } == [0, 3, 3])
            try store.endWebhook(pending, state: .ignored, result: "", at: time(3))
            #expect(try store.emptyWebhooks(receivedBefore: time(10), limit: 10) == PurgeStep(changed: 2, isLast: true))
            #expect(try [first, pending, last].map { try store.webhookBody($0)?.count } == [0, 0, 0])
        }
    }

    @Test("Webhooks that ended are deleted, the oldest first, and those that are pending or younger stay")
    func events() throws {
        try withConnection { database throws in
            let store = SQLiteTransaction(database: database)
            let states: [WebhookRecord.State?] = [.applied, nil, .ignored, .contradicted, .applied]
            for (number, state) in states.enumerated() {
                _ = try Self.webhook(number, at: time(Int64(number)), ends: state, in: store)
            }
            func left() throws -> [String] { try store.webhooks(WebhookQuery(limit: 10)).map(\.record.event.id) }
            #expect(try store.deleteWebhooks(receivedBefore: time(4), limit: 2) == 2)
            #expect(try left() == ["evt_1", "evt_3", "evt_4"])
            #expect(try store.deleteWebhooks(receivedBefore: time(4), limit: 2) == 1)
            #expect(try store.deleteWebhooks(receivedBefore: time(4), limit: 2) == 0)
            #expect(try left() == ["evt_1", "evt_4"])
        }
    }

    @Test(
        "Client secrets of terminal payments are removed, in all other statuses they stay", arguments: PaymentStatus.allCases)
    func secrets(status: PaymentStatus) throws {
        try withConnection { database throws in
            let store = SQLiteTransaction(database: database)
            let made = try store.makeTransaction(intent: "pi_1", status: .processing)
            var changed = made
            changed.status = status
            changed.clientSecret = "pi_1_secret"
            changed.captured = status.isPaid ? 100 : 0
            changed.updatedAt = time(5)
            let before = try store.updateTransaction(changed, from: made)
            // Too young.
            #expect(try store.removeClientSecrets(changedBefore: time(5), limit: 10) == PurgeStep(changed: 0, isLast: true))
            #expect(try store.transaction(made.id) == before)
            let count = !status.isOpen ? 1 : 0
            #expect(try store.removeClientSecrets(changedBefore: time(6), limit: 10) == PurgeStep(changed: count, isLast: true))
            var expected = before
            if !status.isOpen { (expected.clientSecret, expected.version) = (nil, before.version + 1) }
            #expect(try store.transaction(made.id) == expected, "nothing else changes, times included")
            #expect(try store.removeClientSecrets(changedBefore: time(6), limit: 10) == PurgeStep(changed: 0, isLast: true))
        }
    }

    @Test("A payment that a purge has passed is looked at again after its next change")
    func laterSecret() throws {
        try withConnection { database throws in
            let store = SQLiteTransaction(database: database)
            var rows: [PaymentTransaction] = []
            for number in 0..<5 {
                let made = try store.makeTransaction(intent: "pi_\(number)", status: .processing)
                var changed = made
                changed.clientSecret = "secret"
                changed.status = number == 1 ? .requiresAction : .canceled
                changed.updatedAt = time(Int64(number))
                rows.append(try store.updateTransaction(changed, from: made))
            }
            #expect(try store.removeClientSecrets(changedBefore: time(9), limit: 2) == PurgeStep(changed: 1, isLast: false))
            #expect(try store.removeClientSecrets(changedBefore: time(9), limit: 4) == PurgeStep(changed: 3, isLast: true))
            var late = rows[1]
            late.status = .canceled
            late.updatedAt = time(20)
            _ = try store.updateTransaction(late, from: rows[1])
            #expect(try store.removeClientSecrets(changedBefore: time(30), limit: 4) == PurgeStep(changed: 1, isLast: true))
            #expect(try rows.allSatisfy { try store.transaction($0.id)?.clientSecret == nil })
        }
    }
}
