package import ProviderAPI

extension MockService {
    /// The page of a 3-D Secure challenge: `GET` shows it, `POST` with `outcome=approve` or `outcome=decline` answers
    /// it; with `outcome=give_up` the payer goes back without an answer, and the challenge stays.
    package func servePage(_ request: PageRequest, in call: CallContext) async throws(ProviderError) -> PageResponse {
        guard let id = ChallengePage.challenge(in: request.path), let number = ObjectIDs.number(in: id, of: .challenge) else {
            return ChallengePage.message(404, "There is no such page", "The address is not one of the mock provider's.")
        }
        switch request.method {
        case "GET", "HEAD":
            guard let intent = try intent(number, with: id) else { return ChallengePage.over }
            return ChallengePage.question(about: intent)
        case "POST":
            guard let outcome = ChallengePage.Outcome(form: request.body) else {
                return ChallengePage.message(
                    400, "No answer", "Send outcome=approve, outcome=decline or outcome=give_up as a form.")
            }
            if outcome == .giveUp {
                guard let intent = try intent(number, with: id) else { return ChallengePage.over }
                return ChallengePage.answered(intent, outcome, returnURL: intent.challenge?.returnURL)
            }
            return try answer(challenge: id, ofIntent: number, with: outcome)
        default:
            var response = ChallengePage.message(405, "Method not allowed", "Use GET or POST.")
            response.headers.append(HTTPField("Allow", "GET, HEAD, POST"))
            return response
        }
    }

    /// The intent, where it waits for an answer to this challenge.
    private func intent(_ number: Int, with challenge: String) throws(ProviderError) -> IntentRecord? {
        let intent = try ledger.look { books throws(ProviderError) in try books.intent(number: number) }
        return intent?.challenge?.id.isIdentical(to: challenge) == true ? intent : nil
    }

    private func answer(
        challenge id: String, ofIntent number: Int, with outcome: ChallengePage.Outcome
    ) throws(ProviderError) -> PageResponse {
        var returnURL: String?
        let entry: JournalEntry
        do throws(ProviderError) {
            entry = try ledger.change { books throws(ProviderError) in
                try books.intent(number: number)?.testID
            } decide: { books, now throws(ProviderError) in
                // Asked within the change: of two answers at once only the first finds the challenge.
                guard let intent = try books.intent(number: number), let challenge = intent.challenge,
                    challenge.id.isIdentical(to: id),
                    let token = intent.paymentMethod
                else { throw .missing("challenge", id) }
                returnURL = challenge.returnURL
                switch outcome {
                case .approve:
                    let card = try TestCard(token: token)
                    if let failure = card.declineAfterChallenge { return intent.declined(failure, ids: books.ids) }
                    return intent.paid(disputedAfter: card.disputedAfter, ids: books.ids, at: now)
                case .decline, .giveUp: return intent.declined(ChallengePage.failure, ids: books.ids)
                }
            }
        } catch .rejected(let rejection) where rejection.reason == .notFound {
            return ChallengePage.over
        }
        let isDeclined = entry.effect == .decline
        return ChallengePage.answered(entry.intent, isDeclined ? .decline : outcome, returnURL: returnURL)
    }
}
