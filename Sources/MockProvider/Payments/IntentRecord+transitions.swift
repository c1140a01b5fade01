import ProviderAPI

extension IntentRecord {
    /// The issuer said yes.
    func paid(with card: TestCard, ids: ObjectIDs, at now: Timestamp) -> Change {
        var intent = self
        intent.charge = ids.id(.charge, number, ordinal: attempts)
        intent.lastError = nil
        intent.challenge = nil
        switch captureMethod {
        case .manual:
            intent.status = .requiresCapture
            return Change(.confirm, amount: amount, of: intent, events: [.paymentCapturable])
        default:
            intent.take(amount, from: card, at: now)
            return Change(.confirm, amount: amount, of: intent, events: [.paymentSucceeded])
        }
    }

    /// The issuer said no: another payment method may be tried.
    func declined(_ failure: FailureRecord, ids: ObjectIDs) -> Change {
        var intent = self
        intent.status = .requiresPaymentMethod
        intent.paymentMethod = nil
        intent.charge = ids.id(.charge, number, ordinal: attempts)
        intent.lastError = failure
        intent.challenge = nil
        return Change(.decline, amount: 0, of: intent, events: [.paymentFailed])
    }

    /// The issuer wants the payer to authenticate, on a page of the mock's.
    func challenged(ids: ObjectIDs, pagesURL: String, returnURL: String?) -> Change {
        var intent = self
        let id = ids.id(.challenge, number, ordinal: attempts)
        intent.status = .requiresAction
        intent.lastError = nil
        intent.challenge = ChallengeRecord(id: id, url: pagesURL + ChallengePage.path(of: id), returnURL: returnURL)
        return Change(.challenge, amount: 0, of: intent, events: [.paymentRequiresAction])
    }

    /// It is given up; what was authorised is released.
    ///
    /// - Throws: ``ProviderError/rejected(_:)`` where it has ended.
    func canceled(because reason: String?) throws(ProviderError) -> Change {
        let events: [EventType]
        switch status {
        case .requiresPaymentMethod, .requiresConfirmation, .requiresAction: events = [.paymentCanceled]
        // As at Stripe, a voided authorisation looks like a refund of the charge, without a refund object.
        case .requiresCapture: events = [.paymentCanceled, .chargeRefunded]
        default: throw .unexpectedState(self, "canceled")
        }
        var intent = self
        intent.status = .canceled
        intent.challenge = nil
        intent.cancellationReason = reason
        return Change(.cancel, amount: amount, of: intent, events: events)
    }

    /// The payer complains to their bank.
    func disputed(ids: ObjectIDs, at now: Timestamp) -> Change {
        var intent = self
        intent.disputeDue = nil
        intent.dispute = DisputeRecord(
            id: ids.id(.dispute, number), amount: amountCaptured, status: "needs_response", reason: "fraudulent",
            created: now.unixSeconds
        )
        return Change(.dispute, amount: amountCaptured, of: intent, events: [.disputeCreated])
    }

    /// Takes the money.
    mutating func take(_ amount: Int64, from card: TestCard, at now: Timestamp) {
        status = .succeeded
        amountCaptured = amount
        if card.isDisputed { disputeDue = now.advanced(by: CardTiming.dispute).unixMilliseconds }
    }
}
