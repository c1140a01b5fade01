/// One dispute of a payment, as the provider last showed it.
package struct DisputeFacts: Sendable, Hashable {
    /// The provider's id.
    package let id: ObjectID
    /// What the payer disputes, in minor units.
    package var amount: Int64
    /// Whether ``amount`` is in the order's currency.
    package var isOrderCurrency: Bool
    /// Where the dispute stands.
    package var stage: DisputeStage
    /// When the provider made the newest news of it, or was asked for it, in milliseconds since 1970.
    package var changedAt: Int64

    /// A dispute as the provider shows it.
    package init(id: ObjectID, amount: Int64, isOrderCurrency: Bool = true, stage: DisputeStage, changedAt: Int64) {
        self.id = id
        self.amount = amount
        self.isOrderCurrency = isOrderCurrency
        self.stage = stage
        self.changedAt = changedAt
    }

    /// Returns whether other news of the same dispute are newer. Within one tick of the provider's clock the later stage is.
    func isOlder(than other: DisputeFacts) -> Bool {
        (changedAt, stage.rawValue, amount) < (other.changedAt, other.stage.rawValue, other.amount)
    }

    /// Returns whether both show the same, whatever their times.
    func agrees(with other: DisputeFacts) -> Bool {
        amount == other.amount && isOrderCurrency == other.isOrderCurrency && stage == other.stage
    }
}

/// Where a dispute stands. The raw values order the stages in which one event can follow another within one tick of a clock.
package enum DisputeStage: UInt8, Sendable, Hashable, CaseIterable {
    /// The bank asks, and has not taken the money (Stripe's `warning_*`).
    case inquiry
    /// The bank has asked and left it at that.
    case inquiryClosed
    /// The payer's bank has taken the money back.
    case open
    /// The shop's answer is under review.
    case underReview
    /// The shop has lost the money.
    case lost
    /// The shop has the money again.
    case won

    /// Whether the payer already has the disputed money. An inquiry takes nothing.
    package var holdsMoney: Bool { self == .open || self == .underReview || self == .lost }

    /// Whether the dispute has ended.
    package var isClosed: Bool { self == .inquiryClosed || self == .won || self == .lost }
}
