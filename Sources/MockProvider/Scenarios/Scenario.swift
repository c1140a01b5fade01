import ProviderAPI

/// What the mock does with calls of a certain kind, in place of what it does by itself: an element of the setting `scenarios`.
///
/// ```yaml
/// scenarios:
///   - match: {operation: confirm, amount: 9999, currency: USD}   # the first scenario that matches a call is its only one
///     outcome: insufficient_funds
///   - match: {operation: refund, metadata: {case: lost-answer}}
///     times: 1
///     delay: 500ms
///     fault: hang_after_effect
///     webhooks: {duplicate: 2, reorder: true}
/// ```
///
/// All members may be missing. A scenario that has a `match` only leaves the calls it matches alone: an exception to those below.
///
/// - `match`: which calls; see ``Match``.
/// - `times`: only the first so many calls that match, a repeat under the same key included; later ones pass it over. Counted in
///   memory, so that a start counts afresh. Default: every call.
/// - `delay`: how long the call waits before anything else: `500ms`, `2s` or `1m`. The call's deadline or cancellation ends it,
///   with an unknown outcome and no effect.
/// - `outcome`: what the card's issuer says, whatever the token; see ``Outcome``.
/// - `later`: how much later an outcome that takes its time is there, by the mock's clock: `2s`, `12h` or `24d`. Default: ``Timing``.
/// - `fault`: what goes wrong; see ``Fault``.
/// - `webhooks`: what becomes of the events that the call makes; see ``WebhookTreatment``.
///
/// What a scenario did that must last is in the journal's line: events that are dropped stay dropped after a restart, and a
/// stored 500 is replayed. An idempotency key that the mock remembers is answered from memory, so `outcome` and the two stored
/// errors are settled when a key is first used. What strikes the call and not the provider strikes each call anew.
struct Scenario: Sendable {
    /// Which calls a scenario is for: all those that agree with every member given here.
    struct Match: Sendable {
        /// `operation`. Default: each of those that change something, and no look-up.
        var operation: CallKind?
        /// `amount`, in minor units: that of a create, capture or refund request, for the others the intent's.
        var amount: Int64?
        /// `currency`, a code of ISO 4217: that of the request or the intent.
        var currency: Currency?
        /// `token`: the payment method that a confirm request names, or else the one on the intent.
        var token: TestCard?
        /// `metadata`: pairs that must be among the intent's, for refunds too. `order_id`, `user_id` and `gateway_operation_id`
        /// are there besides those that the client gave.
        var metadata: [String: String] = [:]
    }

    /// Where it stands in the settings, from 0.
    let index: Int
    /// As it was written.
    let source: SettingValue
    var match = Match()
    var times: Int?
    var delay: Duration = .zero
    var outcome: Outcome?
    var later: Duration?
    var fault: Fault?
    var webhooks = WebhookTreatment()

    /// How long after the money was taken the payer complains; nil where the scenario does not say.
    var disputedAfter: Duration? { outcome == .dispute ? later ?? Timing.dispute : nil }
}

/// The calls that a scenario tells apart.
enum CallKind: String, CaseIterable, Sendable {
    case create
    case confirm
    case capture
    case cancel
    case refund
    /// Every look-up of an intent or a refund: by its id, by the operation that created it, and the list of an intent's refunds.
    /// The list of events is none. Where no object is found, nothing is known of it: only a scenario matches that asks for no more.
    case retrieve
}

/// What the issuer says, as a token would have it say.
enum Outcome: String, CaseIterable, Sendable {
    /// Of a confirm: the card pays. Of a refund: it succeeds.
    case succeed
    /// Of a confirm: `card_declined` with the decline code `generic_decline`.
    case decline
    /// Of a confirm: `card_declined` with this decline code.
    case insufficientFunds = "insufficient_funds"
    /// Of a confirm: `card_declined` with this decline code.
    case fraudulent
    /// Of a confirm: `card_declined` with this decline code.
    case lostCard = "lost_card"
    /// Of a confirm: `card_declined` with this decline code.
    case stolenCard = "stolen_card"
    /// Of a confirm: `card_declined` with this decline code.
    case velocityExceeded = "card_velocity_exceeded"
    /// Of a confirm: a decline with this code.
    case processingError = "processing_error"
    /// Of a confirm: a decline with this code.
    case expiredCard = "expired_card"
    /// Of a confirm: a decline with this code.
    case incorrectCVC = "incorrect_cvc"
    /// Of a confirm: the payer has to authenticate (3-D Secure) on a page of the mock's.
    case requiresAction = "requires_action"
    /// Of a confirm: the payment is processing, and succeeds later.
    case processing
    /// Of a confirm: the payment is processing, and is declined later.
    case processingFails = "processing_fails"
    /// Of a confirm that captures, and of a capture: it is paid, and the payer complains later.
    case dispute
    /// Of a refund: it stays pending.
    case pending
    /// Of a refund: it is pending, and succeeds later.
    case succeedsLater = "succeeds_later"
    /// Of a refund: it succeeds, and fails later.
    case failsLater = "fails_later"

    /// The outcomes of this kind of call; empty where it has none.
    static func known(for kind: CallKind) -> [Outcome] {
        switch kind {
        case .confirm: allCases.filter { $0.verdict != nil }
        case .refund: allCases.filter { $0.refundCourse != nil }
        case .capture: [.dispute]
        case .create, .cancel, .retrieve: []
        }
    }

    /// What the card says; nil where it is no outcome of a confirm.
    var verdict: TestCard.Verdict? {
        switch self {
        case .succeed, .dispute: TestCard.visa.verdict
        case .decline: TestCard.declined.verdict
        case .insufficientFunds: TestCard.insufficientFunds.verdict
        case .fraudulent: TestCard.fraudulent.verdict
        case .lostCard: TestCard.lost.verdict
        case .stolenCard: TestCard.stolen.verdict
        case .velocityExceeded: TestCard.velocityExceeded.verdict
        case .processingError: TestCard.processingError.verdict
        case .processing: .processing(.settle)
        case .processingFails: .processing(.fail)
        case .expiredCard: TestCard.expired.verdict
        case .incorrectCVC: TestCard.incorrectCVC.verdict
        case .requiresAction: TestCard.threeDSecureRequired.verdict
        case .pending, .succeedsLater, .failsLater: nil
        }
    }

    /// What becomes of the refund; nil where it is no outcome of one.
    var refundCourse: TestCard.RefundCourse? {
        switch self {
        case .succeed: .succeeds
        case .pending: .staysPending
        case .succeedsLater: .succeedsLater
        case .failsLater: .failsLater
        default: nil
        }
    }

    /// Whether something happens later.
    var takesItsTime: Bool { [.processing, .processingFails, .dispute, .succeedsLater, .failsLater].contains(self) }
}
