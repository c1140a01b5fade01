import ProviderAPI

extension MockService {
    static let advanceUsage = "advance DURATION, such as 30d, 12h, 15m or 90s, [--test-id ID] [--json]"
    static let resetUsage = "reset [--test-id ID] [--json]"

    /// What `advance --json` prints.
    private struct Advance: Encodable {
        /// What the clock of the account or of the test shows.
        let clock: String
        /// What has happened by itself on the way.
        let effects: [LedgerLine]
    }

    /// What `reset --json` prints.
    private struct Reset: Encodable {
        let paymentIntents: Int
        let refunds: Int

        enum CodingKeys: String, CodingKey {
            case refunds
            case paymentIntents = "payment_intents"
        }
    }

    /// `advance DURATION [--test-id ID] [--json]`: the clock of the account or of a test goes ahead of the wall clock, and what was
    /// due on the way has happened, in its order. The events of it are posted at once. Idempotency keys and signatures go by the
    /// wall clock.
    func runAdvance(_ arguments: [String]) throws(ProviderError) -> String {
        var words = arguments
        let testID = try TestScope.take(from: &words)
        let isJSON = TestScope.takeJSONFlag(from: &words)
        guard words.count == 1, let duration = Duration(text: words[0]), duration > .zero else {
            throw Self.usage(Self.advanceUsage)
        }
        let ahead = try ledger.look { books throws(ProviderError) in books.notes.ahead + books.notes.ahead(of: testID) }
        guard duration + ahead <= .longestAdvance else {
            throw Self.usage("\(Self.advanceUsage), and no more than 3650d in all; `reset` puts the clock back")
        }
        let (now, entries) = try ledger.advance(testID, by: duration)
        let lines = entries.map(LedgerLine.init)
        if isJSON { return try Self.json(Advance(clock: now.clock.rfc3339, effects: lines)) }
        let clock = testID.map { "The clock of the test \($0)" } ?? "The mock's clock"
        let shown = "\(clock) shows \(now.clock.rfc3339)."
        return lines.isEmpty ? shown : "\(shown) By itself happened:\n\(LedgerLine.table(lines))"
    }

    /// `reset [--test-id ID] [--json]`: the account is as after a first start, or the test as if it had not run. The effects stay in
    /// the journal, so that no id is given out again.
    func runReset(_ arguments: [String]) throws(ProviderError) -> String {
        var words = arguments
        let testID = try TestScope.take(from: &words)
        let isJSON = TestScope.takeJSONFlag(from: &words)
        guard words.isEmpty else { throw Self.usage(Self.resetUsage) }
        let counts = try ledger.reset(testID)
        if let testID {
            scenarios.replace(with: [], ofTest: testID)
        } else {
            scenarios.replaceAll(with: settings.scenarios)
        }
        if isJSON { return try Self.json(Reset(paymentIntents: counts.intents, refunds: counts.refunds)) }
        let forgotten = "payment intents \(counts.intents), refunds \(counts.refunds)"
        guard let testID else { return "Forgotten: \(forgotten). The clock shows the wall clock's time." }
        return "Forgotten of the test \(testID): \(forgotten). Its clock shows the account's time."
    }
}
