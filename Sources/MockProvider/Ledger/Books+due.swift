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
            guard let refund = try refund(number: number), refund.failureDue != nil else { return nil }
            return refund.failed(of: try intent(refund.paymentIntent))
        case .dispute(let number):
            guard let intent = try intent(number: number), intent.disputeDue != nil else { return nil }
            return intent.disputed(ids: ids, at: now)
        }
    }
}
