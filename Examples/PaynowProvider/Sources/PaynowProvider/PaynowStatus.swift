import ProviderAPI

/// What a transaction's status at Paynow means for the gateway.
///
/// https://developers.paynow.co.zw/docs/status_update.html#statuses
enum PaynowStatus: String, Sendable, CaseIterable {
    /// Not yet paid.
    case created
    /// The payer was handed to EcoCash, a bank or the like, and has not paid there yet.
    case sent
    /// It cannot be taken up again.
    case cancelled
    /// It was paid, and the payer contests it; the money is held back.
    case disputed
    /// It was paid, and the payer has the money back.
    case refunded
    /// It is paid.
    case paid
    /// It is paid; Paynow holds the money until the goods are there.
    case awaitingDelivery = "awaiting delivery"
    /// It is paid, and the goods are there; Paynow still holds the money for a day.
    case delivered

    /// The status with this name, in any letter case; nil for one that the documentation does not have.
    init?(_ name: String) {
        self.init(rawValue: name.lowercased())
    }

    /// Where the intent stands. What happened to the money after it was paid (held back, contested, given back) is no state of
    /// the payment: disputes and refunds tell it.
    var intentStatus: PaymentIntent.Status {
        switch self {
        case .created, .sent: .requiresAction
        case .cancelled: .canceled
        case .paid, .awaitingDelivery, .delivered, .disputed, .refunded: .succeeded
        }
    }
}
