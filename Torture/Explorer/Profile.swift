/// A part of what can happen, searched by itself, so that the shortest history to a defect stays short.
package struct Profile: Sendable {
    /// The name.
    package let name: String
    /// What may happen.
    let features: Features
    /// How often.
    let budget: Budget
    /// The providers to begin with.
    package let traits: [Traits]

    private static let keyless: Traits = Traits.usual.subtracting(.remembersKeys)

    /// Two payments of an order, and money that arrives after a cancellation.
    static let late = Profile(
        name: "late", features: [.cancels, .secondPayment, .paysAfterCancel, .payers, .refunds],
        budget: Budget(confirmations: 2, cancellations: 1, refunds: 1, acts: 2),
        traits: [.usual, Traits.usual.union(.refundsDuplicates), Traits.usual.subtracting(.cancels)])
    /// Calls without an outcome.
    static let unknown = Profile(
        name: "unknown", features: [.cancels, .payers, .refusals, .errors, .delays, .faults, .ends, .operators],
        budget: Budget(confirmations: 1, cancellations: 1, faults: 2, time: 3, acts: 1, words: 1),
        traits: [.usual, keyless, .usual.subtracting(.cancels)])
    /// Creations without an outcome.
    static let creation = Profile(
        name: "creation", features: [.secondPayment, .cancels, .errors, .delays, .faults, .refusals, .payers],
        budget: Budget(confirmations: 1, cancellations: 1, faults: 2, time: 2, acts: 1),
        traits: [.usual, .usual.subtracting(.finds), keyless])
    /// Payments that are authorized first.
    static let capture = Profile(
        name: "capture", features: [.payers, .cancels, .refusals, .amounts, .ends, .wrongReports, .faults],
        budget: Budget(confirmations: 1, cancellations: 1, captures: 1, faults: 1, time: 2, acts: 1),
        traits: [.usual.union(.isManual)])
    /// Refunds of the gateway and of others.
    static let refunds = Profile(
        name: "refunds", features: [.refunds, .refundsElsewhere, .refusals, .errors, .delays, .faults, .operators],
        budget: Budget(confirmations: 1, refunds: 2, faults: 1, time: 2, acts: 1, words: 1),
        traits: [.usual, .usual.subtracting(.namesRefunds), keyless])
    /// Disputes beside refunds.
    static let disputes = Profile(
        name: "disputes", features: [.refunds, .disputes, .secondDispute], budget: Budget(confirmations: 1, refunds: 1, acts: 2),
        traits: [.usual])
    /// Amounts and currencies other than asked for.
    static let amounts = Profile(
        name: "amounts", features: [.payers, .amounts, .wrongReports, .operators, .cancels, .refunds],
        budget: Budget(confirmations: 1, cancellations: 1, refunds: 1, acts: 2, words: 1), traits: [.usual])
    /// Answers and look-ups under way while other things happen.
    static let races = Profile(
        name: "races", features: [.races, .payers, .cancels, .faults, .polls, .refunds],
        budget: Budget(confirmations: 2, cancellations: 1, refunds: 1, faults: 1, time: 1, acts: 1), traits: [.usual])
    /// An order that is paid twice, with what may go wrong while one of the payments is given back.
    static let duplicates = Profile(
        name: "duplicates", features: [.cancels, .secondPayment, .paysAfterCancel, .faults, .operators, .refundsElsewhere],
        budget: Budget(confirmations: 1, cancellations: 1, faults: 1, time: 2, acts: 2, words: 1),
        traits: [Traits.usual.union(.refundsDuplicates), keyless.union(.refundsDuplicates)])
    /// Everything.
    package static let all = Profile(
        name: "all", features: .all,
        budget: Budget(confirmations: 2, cancellations: 1, captures: 1, refunds: 2, faults: 2, time: 3, acts: 2, words: 1),
        traits: [
            .usual, .usual.union([.isManual, .refundsDuplicates]), keyless,
            .usual.subtracting([.finds, .cancels, .namesRefunds]),
        ])

    /// Every profile, by its name.
    package static let every = [late, unknown, creation, capture, refunds, disputes, amounts, races, duplicates, all]

    /// The profile of a name.
    package static func named(_ name: String) -> Profile? { every.first { $0.name == name } }
}
