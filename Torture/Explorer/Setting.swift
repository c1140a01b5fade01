import GatewayLifecycle

/// What may happen in a world. A profile chooses some of it, so that the shortest history to a defect is short.
package struct Features: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Payers pay, fail and give up at the provider without a call of the gateway.
    package static let payers = Features(rawValue: 1 << 0)
    /// A client cancels.
    package static let cancels = Features(rawValue: 1 << 1)
    /// A second payment of the order.
    package static let secondPayment = Features(rawValue: 1 << 2)
    /// The provider shows a canceled payment as paid.
    package static let paysAfterCancel = Features(rawValue: 1 << 3)
    /// The provider refuses and declines.
    package static let refusals = Features(rawValue: 1 << 4)
    /// The provider answers 429 before it looks at the key, and stores an error under the key.
    package static let errors = Features(rawValue: 1 << 5)
    /// A request arrives at the provider long after its call has ended.
    package static let delays = Features(rawValue: 1 << 6)
    /// Clients refund.
    package static let refunds = Features(rawValue: 1 << 7)
    /// Somebody refunds at the provider.
    package static let refundsElsewhere = Features(rawValue: 1 << 8)
    /// A dispute.
    package static let disputes = Features(rawValue: 1 << 9)
    /// A second dispute.
    package static let secondDispute = Features(rawValue: 1 << 10)
    /// The provider shows another amount or currency, captures less, and takes a capture back.
    package static let amounts = Features(rawValue: 1 << 11)
    /// The provider sends reports that are wrong.
    package static let wrongReports = Features(rawValue: 1 << 12)
    /// Answers and look-ups are under way while other things happen.
    package static let races = Features(rawValue: 1 << 13)
    /// Operators declare, accept and give back.
    package static let operators = Features(rawValue: 1 << 14)
    /// The gateway looks at a payment although no report asks for it.
    package static let polls = Features(rawValue: 1 << 15)
    /// Intents end by themselves: expired, or canceled by the provider.
    package static let ends = Features(rawValue: 1 << 16)
    /// A provider's answer gets lost, a request does not leave, and a process crashes.
    package static let faults = Features(rawValue: 1 << 17)
    /// Everything.
    package static let all = Features(rawValue: (1 << 18) - 1)
}

/// What a provider can do, and how the payment is made. It stays the same in a world's whole life.
package struct Traits: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// It replays what it stored under an idempotency key.
    package static let remembersKeys = Traits(rawValue: 1)
    /// It finds the intent of a creation.
    package static let finds = Traits(rawValue: 2)
    /// It can cancel.
    package static let cancels = Traits(rawValue: 4)
    /// It names the gateway's operation with each refund.
    package static let namesRefunds = Traits(rawValue: 8)
    /// Payments are authorized and captured later.
    package static let isManual = Traits(rawValue: 16)
    /// The gateway refunds a duplicate at once.
    package static let refundsDuplicates = Traits(rawValue: 32)
    /// A provider that can do everything, with payments that are captured at once.
    package static let usual: Traits = [.remembersKeys, .finds, .cancels, .namesRefunds]
}

/// How often the moves that never come to an end by themselves may still happen.
package struct Budget: Sendable, Hashable {
    /// Confirmations by the client.
    var confirmations: UInt8
    /// Cancellations by the client.
    var cancellations: UInt8
    /// Captures by the client.
    var captures: UInt8
    /// Refunds by the client.
    var refunds: UInt8
    /// Lost answers, requests that do not leave, crashes, errors.
    var faults: UInt8
    /// Steps of time.
    var time: UInt8
    /// What the provider does by itself.
    var acts: UInt8
    /// Operators' words.
    var words: UInt8

    /// A budget.
    package init(
        confirmations: UInt8 = 1, cancellations: UInt8 = 1, captures: UInt8 = 0, refunds: UInt8 = 0, faults: UInt8 = 0,
        time: UInt8 = 0,
        acts: UInt8 = 0, words: UInt8 = 0
    ) {
        self.confirmations = confirmations
        self.cancellations = cancellations
        self.captures = captures
        self.refunds = refunds
        self.faults = faults
        self.time = time
        self.acts = acts
        self.words = words
    }
}
