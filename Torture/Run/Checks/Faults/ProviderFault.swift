/// What the mock's scenarios can do to a call, under the names that they have there.
enum ProviderFault: String, Sendable, CaseIterable {
    case hangBefore = "hang_before_effect"
    case hangAfter = "hang_after_effect"
    case refuse
    case rateLimit = "rate_limit"
    case error500Before = "error_500_before_effect"
    case error500After = "error_500_after_effect"
    case garbage
    case wrongAmount = "wrong_amount"
    case wrongID = "wrong_id"
    case trap

    /// The calls that are struck. The mock's events tell of no creation, so that a wrong id in the answer to one shows only once the
    /// payer has paid the intent that was made: ContradictionTests pay it.
    var deeds: [Deed] {
        [.create, .confirm, .capture, .cancel, .refund].filter { self != .wrongID || $0 != .create }
    }

    /// What the client is answered at first; nil where the failure model leaves more than one way.
    var firstStatus: Int? {
        switch self {
        case .refuse, .rateLimit: 503
        case .hangBefore, .hangAfter, .error500Before, .error500After, .garbage: 202
        case .wrongAmount, .wrongID, .trap: nil
        }
    }

    /// Whether the provider can tell in the end what became of the call. A stored 500 and an object that is not found prove nothing,
    /// and an answer that contradicts the books is a person's to judge.
    var isCleared: Bool {
        switch self {
        case .error500Before, .wrongAmount, .wrongID: false
        default: true
        }
    }
}
