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
    case lost = "pm_card_chargeDeclinedLostCard"
    case stolen = "pm_card_chargeDeclinedStolenCard"
    case processingError = "pm_card_chargeDeclinedProcessingError"
    case velocityExceeded = "pm_card_chargeDeclinedVelocityLimitExceeded"
    case radarBlocked = "pm_card_radarBlock"
    case threeDSecureRequired = "pm_card_threeDSecure2Required"
    case authenticationRequired = "pm_card_authenticationRequired"
    case threeDSecureThenDeclined = "pm_card_threeDSecureRequiredChargeDeclined"
    case disputed = "pm_card_createDispute"
    case disputedAsNotReceived = "pm_card_createDisputeProductNotReceived"
    case inquiredAbout = "pm_card_createDisputeInquiry"
    case refundPending = "pm_card_pendingRefund"
    case refundFails = "pm_card_refundFail"

    /// What the issuer says when the card is to pay.
    enum Verdict: Sendable {
        case approved
        case declined(FailureRecord)
        /// The payer has to authenticate first (3-D Secure).
        case challenged
        /// The payment is processing, and ends later so: by ``NextStep/Kind/settle`` or ``NextStep/Kind/fail``.
        case processing(NextStep.Kind)
    }

    /// What becomes of a refund to the card.
    enum RefundCourse: Sendable {
        case succeeds
        /// It is pending, until a tester says more.
        case staysPending
        /// It is pending, and succeeds ``Timing/refund`` later.
        case succeedsLater
        /// It succeeds, and fails ``Timing/refund`` later.
        case failsLater
    }

    /// The card behind a token.
    ///
    /// - Throws: ``ProviderError/rejected(_:)`` that names the tokens there are. The token itself is not repeated:
    ///   whatever a caller sends by mistake must not end up in a log.
    init(token: String) throws(ProviderError) {
        // Stripe's names for declined cards have the brand in them; the shorter ones are in wide use and mean the same.
        let prefix = "pm_card_visa_chargeDeclined"
        let name = token.hasPrefix(prefix) ? "pm_card_chargeDeclined" + token.dropFirst(prefix.count) : token
        guard let card = TestCard(rawValue: name) else {
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
        case .visa, .mastercard, .disputed, .disputedAsNotReceived, .inquiredAbout, .refundPending, .refundFails: .approved
        case .threeDSecureRequired, .authenticationRequired, .threeDSecureThenDeclined: .challenged
        case .declined: .declined(Self.genericDecline)
        case .insufficientFunds: .declined("card_declined", "insufficient_funds", "Your card has insufficient funds.")
        case .fraudulent, .radarBlocked: .declined("card_declined", "fraudulent", "Your card was declined.")
        case .lost: .declined("card_declined", "lost_card", "Your card was declined.")
        case .stolen: .declined("card_declined", "stolen_card", "Your card was declined.")
        case .velocityExceeded:
            .declined(
                "card_declined", "card_velocity_exceeded",
                "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.")
        case .processingError:
            .declined("processing_error", nil, "An error occurred while processing your card. Try again in a little bit.")
        case .expired: .declined("expired_card", nil, "Your card has expired.")
        case .incorrectCVC: .declined("incorrect_cvc", nil, "Your card's security code is incorrect.")
        }
    }

    var refundCourse: RefundCourse {
        switch self {
        case .refundPending: .succeedsLater
        case .refundFails: .failsLater
        default: .succeeds
        }
    }

    /// What the issuer says once the payer has authenticated; nil where that approves the payment.
    var declineAfterChallenge: FailureRecord? { self == .threeDSecureThenDeclined ? Self.genericDecline : nil }

    /// How long after the money was taken the payer complains to their bank; nil for never.
    var disputedAfter: Duration? {
        switch self {
        case .disputed, .disputedAsNotReceived, .inquiredAbout: Timing.dispute
        default: nil
        }
    }

    /// Why the payer complains, in Stripe's words.
    var disputeReason: String { self == .disputedAsNotReceived ? "product_not_received" : "fraudulent" }

    /// Whether the bank only inquires, which takes no money.
    var isInquiredAbout: Bool { self == .inquiredAbout }

    /// What an issuer says who gives no reason.
    static let genericDecline = FailureRecord(
        code: "card_declined", declineCode: "generic_decline", message: "Your card was declined.")
}

extension TestCard.Verdict {
    fileprivate static func declined(_ code: String, _ declineCode: String?, _ message: String) -> Self {
        .declined(FailureRecord(code: code, declineCode: declineCode, message: message))
    }
}
