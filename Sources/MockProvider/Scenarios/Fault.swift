import ProviderAPI

/// What goes wrong with a call.
///
/// "Unknown" and "not sent" are the cases of `ProviderError` that the gateway sees; an effect is a line of the journal. A request
/// that the mock refuses has no effect, and its refusal is the answer that a fault spoils or swallows.
enum Fault: String, CaseIterable, Sendable {
    /// The provider cannot be reached: not sent, no effect.
    case refuse
    /// No answer until the call's deadline, then unknown; no effect. Cancelling the call ends the wait.
    case hangBeforeEffect = "hang_before_effect"
    /// The effect happens; no answer until the call's deadline, then unknown. Cancelling the call ends the wait.
    case hangAfterEffect = "hang_after_effect"
    /// A 500, which the provider stores under the idempotency key: no effect, and at every repeat under that key the same, after
    /// a restart too. Looking the object up tells the truth. A look-up that meets it is answered 500 and nothing is stored.
    case error500BeforeEffect = "error_500_before_effect"
    /// The effect happens and is answered with a 500, which every repeat under that key brings again, after a restart too.
    /// Looking the object up tells the truth. Declines and requests for the payer's action are effects; a refusal is answered
    /// as ever.
    case error500AfterEffect = "error_500_after_effect"
    /// The effect happens, and the answer cannot be read: unknown. A repeat that meets no fault is answered properly.
    case garbage
    /// The effect happens, and the answer shows amounts that are one minor unit too high.
    case wrongAmount = "wrong_amount"
    /// The effect happens, and the answer shows the id of an object that belongs to somebody else and that this mock never finds.
    case wrongID = "wrong_id"
    /// A 429 with `Retry-After: 1`, which the limiter gives before the call is looked at: not sent, no effect.
    case rateLimit = "rate_limit"
    /// The module crashes, and the gateway's process with it, once the effect is in the journal. A request that the mock refuses
    /// crashes nothing.
    case trap

    /// Those that a look-up can meet: it has no effect after which something could go wrong.
    static let ofLookups: [Fault] = [.refuse, .hangBeforeEffect, .error500BeforeEffect]

    /// The faults of this kind of call.
    static func known(for kind: CallKind?) -> [Fault] { kind == .retrieve ? ofLookups : allCases }
}

extension ProviderError {
    /// A stored answer of a broken provider.
    static let serverError = ProviderError.unknown(CallFailure("the mock answered 500: a scenario lets it break"))
    /// Nobody listens at the provider's address.
    static let unreachable = ProviderError.notSent(
        CallFailure("the mock could not be reached: a scenario lets it refuse the connection"))
    /// An answer that is none.
    static let unreadable = ProviderError.unknown(CallFailure("the mock's answer could not be read: a scenario garbles it"))

    /// The limiter of calls turned this one away.
    static var rateLimited: ProviderError {
        var failure = CallFailure("the mock answered 429: a scenario lets it limit calls")
        failure.retryAfter = .seconds(1)
        return .notSent(failure)
    }

    /// The call ended before an answer came.
    static func unanswered(isCancelled: Bool) -> ProviderError {
        let why = isCancelled ? "the call was cancelled" : "the call's deadline passed"
        return .unknown(CallFailure("the mock gave no answer before \(why)"))
    }
}
