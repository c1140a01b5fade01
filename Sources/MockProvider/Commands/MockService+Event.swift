import ProviderAPI

extension MockService {
    /// `event TYPE --intent ID ...`: changes the mock's own object, and has the event of it posted like all others.
    func runEvent(_ arguments: [String]) throws(ProviderError) -> String {
        let order = try EventOrder(arguments)
        let pagesURL = host.pagesURL
        let entry = try ledger.change { books, now throws(ProviderError) in
            try order.change(in: books, pagesURL: pagesURL, at: now)
        }
        return entry.events.map { "\($0.id)  \($0.type.rawValue)  \(entry.object)" }.joined(separator: "\n")
    }
}
