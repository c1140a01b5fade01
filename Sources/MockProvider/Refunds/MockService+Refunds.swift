package import ProviderAPI

extension MockService {
    private static let refundReasons = ["duplicate", "fraudulent", "requested_by_customer"]

    /// Gives money back, never more than was captured and is left.
    package func createRefund(
        _ request: CreateRefundRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> Refund {
        let subject = CallSubject(.refund, amount: request.amount)
        return try await perform(request, about: subject, ofIntent: request.paymentIntentID, as: operation, in: call) {
            books, now, scenario throws(ProviderError) in
            var intent = try books.intent(request.paymentIntentID)
            guard intent.status == .succeeded, let token = intent.paymentMethod else {
                throw .unexpectedState(intent, "refunded")
            }
            let amount = try request.amount.positiveMinorUnits(in: intent.currency)
            try Self.check(reason: request.reason, among: Self.refundReasons)
            try Self.check(amount, isLeftOf: intent)

            var refund = RefundRecord(
                number: books.lastRefund + 1, ids: books.ids, intent: intent, request: request, operation: operation, at: now
            )
            let card = try TestCard(token: token)
            let later = now.advanced(by: scenario?.later ?? Timing.refund)
            switch scenario?.outcome?.refundCourse ?? card.refundCourse {
            case .succeeds: break
            case .staysPending: refund.status = .pending
            case .succeedsLater:
                refund.status = .pending
                refund.next = NextStep(.settle, due: later)
            case .failsLater: refund.next = NextStep(.fail, due: later)
            }
            intent.amountRefunded += amount
            return Change(.refund, amount: amount, of: intent, refund: refund, events: [.refundCreated, .chargeRefunded])
        } answer: { entry throws(ProviderError) in
            guard let refund = entry.refund else {
                throw .unknown(CallFailure("the journal's line about this refund has no refund in it"))
            }
            return refund.answer
        }
    }

    /// The refund as it is now.
    package func retrieveRefund(_ id: String, in call: CallContext) async throws(ProviderError) -> Refund {
        try await meetScenario(ofLookup: call) { books throws(ProviderError) in
            try books.intentIfKnown(ofRefund: id)
        }
        return try ledger.look { books throws(ProviderError) in try books.refund(id) }.answer
    }

    /// The intent's refunds, oldest first.
    package func listRefunds(ofPaymentIntent id: String, in call: CallContext) async throws(ProviderError) -> [Refund] {
        try await meetScenario(ofLookup: call) { books throws(ProviderError) in try books.intentIfKnown(id) }
        return try ledger.look { books throws(ProviderError) in try books.refunds(of: books.intent(id)) }.map(\.answer)
    }

    /// The intent's dispute, open or closed; it has one at most.
    package func listDisputes(ofPaymentIntent id: String, in call: CallContext) async throws(ProviderError) -> [Dispute] {
        try await meetScenario(ofLookup: call) { books throws(ProviderError) in try books.intentIfKnown(id) }
        let intent = try ledger.look { books throws(ProviderError) in try books.intent(id) }
        return intent.dispute.map { [$0.answer(of: intent)] } ?? []
    }

    /// Checks that so much can be given back.
    static func check(_ amount: Int64, isLeftOf intent: IntentRecord) throws(ProviderError) {
        let left = intent.amountCaptured - intent.amountRefunded
        guard left > 0 else {
            throw .invalid(
                "amount", code: "charge_already_refunded", "Charge \(intent.charge ?? intent.id) has already been refunded.")
        }
        guard amount <= left else {
            let asked = Money(minorUnits: amount, currency: intent.currency)
            let rest = Money(minorUnits: left, currency: intent.currency)
            throw .invalid(
                "amount", code: "amount_too_large",
                "Refund amount (\(asked)) is greater than unrefunded amount on charge (\(rest)).")
        }
    }
}
