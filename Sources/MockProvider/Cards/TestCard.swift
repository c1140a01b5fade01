import ProviderAPI

/// The payment methods that the mock knows: tokens named as Stripe's test tokens (https://docs.stripe.com/testing),
/// so that a test moves between the two.
enum TestCard: String, CaseIterable, Sendable {
    case visa = "pm_card_visa"
    case mastercard = "pm_card_mastercard"
    case declined = "pm_card_chargeDeclined"
    case insufficientFunds = "pm_card_chargeDeclinedInsufficientFunds"
    case expired = "pm_card_chargeDeclinedExpiredCard"
    case incorrectCVC = "pm_card_chargeDeclinedIncorrectCvc"
    case fraudulent = "pm_card_chargeDeclinedFraudulent"
    case threeDSecureRequired = "pm_card_threeDSecure2Required"
    case disputed = "pm_card_createDispute"
    case refundPending = "pm_card_pendingRefund"
    case refundFails = "pm_card_refundFail"

    /// What the issuer says when the card is to pay.
    enum Verdict: Sendable {
        case approved
        case declined(FailureRecord)
        /// The payer has to authenticate first (3-D Secure).
        case challenged
    }

    /// What becomes of a refund to the card.
    enum RefundCourse: Sendable {
        case succeeds
        case staysPending
        /// It succeeds, and fails ``CardTiming/refundFailure`` later.
        case failsLater
    }

    /// The card behind a token.
    ///
    /// - Throws: ``ProviderError/rejected(_:)`` that names the tokens there are. The token itself is not repeated:
    ///   whatever a caller sends by mistake must not end up in a log.
    init(token: String) throws(ProviderError) {
        guard let card = TestCard(rawValue: token) else {
            let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid(
                "payment_method", code: "resource_missing",
                "No such payment method. The mock provider knows these tokens: \(known)"
            )
        }
        self = card
    }

    var verdict: Verdict {
        switch self {
        case .visa, .mastercard, .disputed, .refundPending, .refundFails: .approved
        case .threeDSecureRequired: .challenged
        case .declined: .declined("card_declined", "generic_decline", "Your card was declined.")
        case .insufficientFunds: .declined("card_declined", "insufficient_funds", "Your card has insufficient funds.")
        case .fraudulent: .declined("card_declined", "fraudulent", "Your card was declined.")
        case .expired: .declined("expired_card", nil, "Your card has expired.")
        case .incorrectCVC: .declined("incorrect_cvc", nil, "Your card's security code is incorrect.")
        }
    }

    var refundCourse: RefundCourse {
        switch self {
        case .refundPending: .staysPending
        case .refundFails: .failsLater
        default: .succeeds
        }
    }

    /// Whether the payer complains to their bank, ``CardTiming/dispute`` after the money was taken.
    var isDisputed: Bool { self == .disputed }
}

extension TestCard.Verdict {
    fileprivate static func declined(_ code: String, _ declineCode: String?, _ message: String) -> Self {
        .declined(FailureRecord(code: code, declineCode: declineCode, message: message))
    }
}

/// How long after a call the things happen that happen by themselves.
enum CardTiming {
    /// From the capture to the dispute.
    static let dispute: Duration = .seconds(1)
    /// From the refund's success to its failure.
    static let refundFailure: Duration = .seconds(1)
}
