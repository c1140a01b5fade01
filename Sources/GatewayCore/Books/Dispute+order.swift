import ProviderAPI

extension Dispute {
    /// Of two that a transaction may show, whether this is the one.
    ///
    /// Events come in any order, and a transaction shows one dispute: the one that has come furthest, so that every order ends with
    /// the same. Of two that have come equally far the greater id is as good as any.
    func outranks(_ known: Dispute) -> Bool {
        (progress, id) >= (known.progress, known.id)
    }

    /// How far it has come, in Stripe's words (https://docs.stripe.com/api/disputes/object): an inquiry may become a chargeback, which
    /// is won or lost. What a provider calls otherwise is open.
    private var progress: Int {
        switch status {
        case "warning_needs_response": 0
        case "warning_under_review": 1
        case "warning_closed": 2
        case "under_review": 4
        case "won": 5
        case "lost": 6
        default: 3
        }
    }
}
