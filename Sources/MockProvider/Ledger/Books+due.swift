import ProviderAPI

extension Books {
    /// Lets happen what is due by `now`. Only within ``exclusively(_:)``.
    ///
    /// Another process may have been faster: then the objects say so, and there is nothing left to do.
    mutating func settleDue(at now: Timestamp) throws(ProviderError) {
        while let due = timetable.next, due <= now {
            if let occasion = timetable.first, let change = try change(for: occasion, at: now) {
                _ = try append(change, at: now)
            }
            removeFirstOccasion()
        }
    }

    private func change(for occasion: Timetable.Occasion, at now: Timestamp) throws(ProviderError) -> Change? {
        switch occasion {
        case .refundFailure(let number):
            guard var refund = try refund(number: number), refund.failureDue != nil else { return nil }
            var intent = try intent(refund.paymentIntent)
            refund.failureDue = nil
            refund.status = .failed
            refund.failureReason = "expired_or_canceled_card"
            intent.amountRefunded -= refund.amount
            return Change(
                .refundFailure, amount: refund.amount, of: intent, refund: refund, events: [.refundUpdated, .refundFailed])
        case .dispute(let number):
            guard var intent = try intent(number: number), intent.disputeDue != nil else { return nil }
            intent.disputeDue = nil
            intent.dispute = DisputeRecord(
                id: ids.id(.dispute, number), amount: intent.amountCaptured, status: "needs_response", reason: "fraudulent",
                created: now.unixSeconds
            )
            return Change(.dispute, amount: intent.amountCaptured, of: intent, events: [.disputeCreated])
        }
    }
}
