import ProviderAPI

/// What a flow has decided: the objects as they are to be, and what to tell the gateway about it.
struct Change: Sendable {
    let effect: Effect
    /// See ``JournalEntry/amount``.
    let amount: Int64
    var intent: IntentRecord
    var refund: RefundRecord?
    /// In the order in which they are posted.
    let events: [EventType]

    init(_ effect: Effect, amount: Int64, of intent: IntentRecord, refund: RefundRecord? = nil, events: [EventType] = []) {
        self.effect = effect
        self.amount = amount
        self.intent = intent
        self.refund = refund
        self.events = events
    }

    /// The object that was made or changed.
    var object: String {
        switch effect {
        case .refund, .refundFailure, .refundSuccess: refund?.id ?? intent.id
        case .dispute, .disputeClosure: intent.dispute?.id ?? intent.id
        case .create, .confirm, .decline, .challenge, .processing, .settlement, .settlementFailure, .lapse, .capture, .cancel:
            intent.id
        }
    }
}
