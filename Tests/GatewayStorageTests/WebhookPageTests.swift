import GatewayCore
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("Pages of webhooks")
struct WebhookPageTests {
    /// Twenty-four events of two providers about three intents, two of them at each time, in every state.
    private static func fill(_ writer: any StoreWriter) throws {
        for index in 0..<24 {
            let event = WebhookEvent(
                id: "evt_\(index)", type: "t", createdAt: time(), subject: .paymentIntentReference(id: "pi_\(index % 3)"))
            let webhook = NewWebhook(
                provider: index % 2 == 0 ? "mock" : "stripe", event: event, rawBody: [], receivedAt: time(Int64(index / 2)))
            let record = try #require(try writer.insertWebhook(webhook))
            let state = WebhookRecord.State.allCases[index / 2 % WebhookRecord.State.allCases.count]
            if state.isFinal { try writer.endWebhook(record.id, state: state, result: "", at: time(100)) }
        }
    }

    private static let queries: [WebhookQuery] = {
        var queries: [WebhookQuery] = []
        let states: [WebhookRecord.State?] = [nil] + WebhookRecord.State.allCases
        for state in states {
            for provider in [nil, "mock", "other"] {
                for event in [nil, "evt_4"] {
                    for intent in [nil, "pi_1"] {
                        for from in [nil, 5] as [Int64?] {
                            var query = WebhookQuery(limit: 2)
                            query.state = state
                            query.provider = provider
                            query.eventID = event
                            query.paymentIntentID = intent
                            query.receivedFrom = from.map { time($0) }
                            queries.append(query)
                        }
                    }
                }
            }
        }
        return queries
    }()

    @Test("Walking the pages of any combination of filters meets exactly the events that match, in the order of arrival")
    func everyFilter() throws {
        try withConnection { database throws in
            let store = SQLiteTransaction(database: database)
            try Self.fill(store)
            let all = try store.webhooks(WebhookQuery(limit: 100))
            #expect(all.map(\.record.id) == Array(1...24))
            var matches = 0
            for query in Self.queries {
                let expected = all.filter { standing in
                    (query.state.map { $0 == standing.record.state } ?? true)
                        && (query.provider.map { $0 == standing.record.provider } ?? true)
                        && (query.eventID.map { $0 == standing.record.event.id } ?? true)
                        && (query.paymentIntentID.map { $0 == standing.record.event.subject.paymentIntentID } ?? true)
                        && (query.receivedFrom.map { standing.record.receivedAt >= $0 } ?? true)
                }
                var walked: [WebhookStanding] = []
                var page = query
                repeat {
                    let rows = try store.webhooks(page)
                    walked += rows
                    page.afterID = rows.last?.record.id
                    #expect(rows.count <= 2)
                } while page.afterID != nil
                #expect(walked == expected, "\(query)")
                matches += walked.count
            }
            #expect(matches > 100)
        }
    }

    @Test("A page after an event that is not there is empty")
    func unknownPosition() throws {
        try withConnection { database throws in
            let store = SQLiteTransaction(database: database)
            try Self.fill(store)
            var query = WebhookQuery(limit: 10)
            query.afterID = 1_000
            #expect(try store.webhooks(query) == [])
        }
    }
}
