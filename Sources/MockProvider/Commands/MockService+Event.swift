import ProviderAPI

extension MockService {
    /// What `event --json` prints of each event.
    private struct Event: Encodable {
        let id: String
        let type: String
        let object: String
    }

    /// `event TYPE --intent ID ...`: changes the mock's own object, and has the event of it posted like all others.
    func runEvent(_ arguments: [String]) throws(ProviderError) -> String {
        var words = arguments
        let isJSON = TestScope.takeJSONFlag(from: &words)
        let order = try EventOrder(words)
        let pagesURL = host.pagesURL
        let entry = try ledger.change { books throws(ProviderError) in
            try books.intentIfKnown(order.intent)?.testID
        } decide: { books, now throws(ProviderError) in
            try order.change(in: books, pagesURL: pagesURL, at: now)
        }
        let events = entry.events.map { Event(id: $0.id, type: $0.type.rawValue, object: entry.object) }
        if isJSON { return try Self.json(events) }
        return events.map { "\($0.id)  \($0.type)  \($0.object)" }.joined(separator: "\n")
    }
}
