import ProviderAPI

extension IntentRecord {
    /// The issuer said yes.
    ///
    /// - Parameters:
    ///   - disputedAfter: how long after the money is taken the payer complains; nil for never.
    ///   - effect: what the journal calls it.
    func paid(disputedAfter: Duration?, ids: ObjectIDs, at now: Timestamp, as effect: Effect = .confirm) -> Change {
        var intent = self
        intent.charge = ids.id(.charge, number, ordinal: attempts)
        intent.lastError = nil
        intent.challenge = nil
        switch captureMethod {
        case .manual:
            intent.status = .requiresCapture
            intent.next = NextStep(.lapse, due: now.advanced(by: Timing.authorization))
            return Change(effect, amount: amount, of: intent, events: [.paymentCapturable])
        default:
            intent.take(amount, disputedAfter: disputedAfter, at: now)
            return Change(effect, amount: amount, of: intent, events: [.paymentSucceeded])
        }
    }

    /// The issuer, or a bank that takes its time, will answer later.
    ///
    /// - Parameter next: the answer; nil where only a tester will give it.
    func processing(next: NextStep?, ids: ObjectIDs) -> Change {
        var intent = self
        intent.status = .processing
        intent.charge = ids.id(.charge, number, ordinal: attempts)
        intent.lastError = nil
        intent.challenge = nil
        intent.next = next
        return Change(.processing, amount: 0, of: intent, events: [.paymentProcessing])
    }

    /// A payment that was processing succeeds.
    func settled(ids: ObjectIDs, at now: Timestamp) throws(ProviderError) -> Change {
        let card = try paymentMethod.map { token throws(ProviderError) in try TestCard(token: token) }
        return paid(disputedAfter: card?.disputedAfter, ids: ids, at: now, as: .settlement)
    }

    /// A payment that was processing is declined.
    func settlementFailed(ids: ObjectIDs) -> Change {
        declined(TestCard.genericDecline, ids: ids, as: .settlementFailure)
    }

    /// The issuer said no: another payment method may be tried.
    func declined(_ failure: FailureRecord, ids: ObjectIDs, as effect: Effect = .decline) -> Change {
        var intent = self
        intent.status = .requiresPaymentMethod
        intent.paymentMethod = nil
        intent.charge = ids.id(.charge, number, ordinal: attempts)
        intent.lastError = failure
        intent.challenge = nil
        intent.next = nil
        return Change(effect, amount: 0, of: intent, events: [.paymentFailed])
    }

    /// The issuer wants the payer to authenticate, on a page of the mock's.
    func challenged(ids: ObjectIDs, pagesURL: String, returnURL: String?) -> Change {
        var intent = self
        let id = ids.id(.challenge, number, ordinal: attempts)
        intent.status = .requiresAction
        intent.lastError = nil
        intent.next = nil
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
        intent.next = nil
        intent.cancellationReason = reason
        return Change(.cancel, amount: amount, of: intent, events: events)
    }

    /// Nobody captured it in time: as at Stripe, it is cancelled, with the reason `automatic`.
    func lapsed() -> Change {
        var intent = self
        intent.status = .canceled
        intent.next = nil
        intent.cancellationReason = "automatic"
        return Change(.lapse, amount: amount, of: intent, events: [.paymentCanceled, .chargeExpired])
    }

    /// The payer complains to their bank. The gateway has no way to answer: unless a tester does, the payer is believed.
    func disputed(ids: ObjectIDs, at now: Timestamp) -> Change {
        var intent = self
        let due = now.advanced(by: Timing.evidence)
        // A dispute that a tester asks for needs no card that is disputed by itself.
        let card = paymentMethod.flatMap { try? TestCard(token: $0) } ?? .visa
        intent.dispute = DisputeRecord(
            id: ids.id(.dispute, number), amount: amountCaptured,
            status: card.isInquiredAbout ? DisputeRecord.inquiry : DisputeRecord.open, reason: card.disputeReason,
            created: now.unixSeconds, dueBy: due.unixSeconds
        )
        intent.next = NextStep(.loseDispute, due: due)
        return Change(.dispute, amount: amountCaptured, of: intent, events: [.disputeCreated])
    }

    /// The bank decides.
    ///
    /// - Throws: ``ProviderError/rejected(_:)`` where there is nothing to decide.
    func disputeClosed(as decision: DisputeRecord.Decision) throws(ProviderError) -> Change {
        guard var dispute, !dispute.isClosed else {
            throw .invalid("intent", code: "dispute_missing", "The payment has no open dispute.")
        }
        dispute.status = decision.rawValue
        var intent = self
        intent.dispute = dispute
        intent.next = nil
        return Change(.disputeClosure, amount: dispute.amount, of: intent, events: [.disputeClosed])
    }

    /// Takes the money.
    mutating func take(_ amount: Int64, disputedAfter: Duration?, at now: Timestamp) {
        status = .succeeded
        amountCaptured = amount
        next = disputedAfter.map { NextStep(.dispute, due: now.advanced(by: $0)) }
    }
}
