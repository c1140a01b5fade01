/// What became of a webhook when it arrived, as metrics and log lines name it.
package enum WebhookResult: String, Sendable, CaseIterable {
    /// It is stored, and waits.
    case pending
    /// It changed something, or said what was known.
    case applied
    /// It is stored, and does not concern a payment of this gateway.
    case ignored
    /// It is stored, and contradicts the books.
    case contradicted
    /// It was stored before.
    case duplicate
    /// Its signature does not hold.
    case refused

    /// The result of an event that was stored in a state; nil for one that was stored before.
    init(_ stored: WebhookRecord.State?) {
        self =
            switch stored {
            case .pending: .pending
            case .applied: .applied
            case .ignored: .ignored
            case .contradicted: .contradicted
            case nil: .duplicate
            }
    }
}
