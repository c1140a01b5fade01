import ProviderAPI

extension MockService {
    static let advanceUsage = "advance DURATION, such as 30d, 12h, 15m or 90s"

    /// `advance DURATION`: the account's clock goes ahead of the wall clock, and what was due on the way has happened, in its
    /// order. The events of it are posted at once. Idempotency keys and signatures go by the wall clock.
    func runAdvance(_ arguments: [String]) throws(ProviderError) -> String {
        guard arguments.count == 1, let duration = Duration(text: arguments[0]), duration > .zero else {
            throw Self.usage(Self.advanceUsage)
        }
        let ahead = try ledger.look { books throws(ProviderError) in books.notes.ahead }
        guard duration + ahead <= .longestAdvance else {
            throw Self.usage("\(Self.advanceUsage), and no more than 3650d in all; `reset` puts the clock back")
        }
        let (now, entries) = try ledger.advance(by: duration)
        let clock = "The mock's clock shows \(now.clock.rfc3339)."
        return entries.isEmpty ? clock : "\(clock) By itself happened:\n\(LedgerLine.table(entries.map(LedgerLine.init)))"
    }

    /// `reset`: the account is as after a first start. The effects stay in the journal, so that no id is given out again.
    func runReset(_ arguments: [String]) throws(ProviderError) -> String {
        guard arguments.isEmpty else { throw Self.usage("reset") }
        let counts = try ledger.reset()
        scenarios.replace(with: settings.scenarios)
        return "Forgotten: payment intents \(counts.intents), refunds \(counts.refunds). The clock shows the wall clock's time."
    }
}
