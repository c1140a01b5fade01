import ProviderAPI

extension Books {
    /// Lets happen what is due by now, each at its own time, and says what did. Only within ``exclusively(_:)``.
    ///
    /// Another process may have been faster: then the objects say so, and there is nothing left to do.
    @discardableResult
    mutating func settleDue(at now: Moment) throws(ProviderError) -> [JournalEntry] {
        var entries: [JournalEntry] = []
        while let appointment = timetable.first, appointment.time <= now.clock {
            let due = appointment.due
            if let change = try change(for: appointment.occasion, at: due) {
                entries.append(try append(change, at: Moment(wall: now.wall, clock: due)))
            }
            // Appending may have put something into the timetable, but never before what was due.
            removeFirstAppointment()
        }
        return entries
    }

    private func change(for occasion: Timetable.Occasion, at due: Timestamp) throws(ProviderError) -> Change? {
        switch occasion {
        case .refund(let number):
            guard let refund = try refund(number: number), let step = refund.next, step.due == due.unixMilliseconds else {
                return nil
            }
            let intent = try intent(refund.paymentIntent)
            return step.kind == .settle ? refund.succeeded(of: intent) : refund.failed(of: intent)
        case .intent(let number):
            guard let intent = try intent(number: number), let step = intent.next, step.due == due.unixMilliseconds else {
                return nil
            }
            switch step.kind {
            case .settle: return try intent.settled(ids: ids, at: due)
            case .fail: return intent.settlementFailed(ids: ids)
            case .lapse: return intent.lapsed()
            case .dispute: return intent.disputed(ids: ids, at: due)
            case .loseDispute: return try intent.disputeClosed(as: intent.dispute?.unanswered ?? .lost)
            }
        }
    }
}
