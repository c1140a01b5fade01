/// What a payment becomes when its provider shows refunds or a dispute.
extension Draft {
    mutating func observe(_ sights: RefundSights, _ authority: Authority) {
        for sight in sights.refunds {
            if let index = index(of: sight) {
                observe(sight, at: index, authority)
            } else if (sights.isComplete && authority != .reported) || breaks(.booksReportedRefunds) {
                // Somebody made it at the provider. It counts nothing until a capture is shown, which may come later than the
                // list.
                guard sight.isOrderCurrency else { continue }
                state.refunds.append(
                    RefundFacts(id: 0, operation: nil, amount: sight.amount, providerID: sight.id, shown: sight.status))
            } else {
                follow(.fetchRefunds)
            }
        }
    }

    /// The row of a refund: by the operation that the provider names, or else by the provider's id.
    private func index(of sight: RefundSight) -> Int? {
        if let operation = sight.operation, let index = state.refunds.firstIndex(where: { $0.operation == operation }) {
            return index
        }
        return state.refunds.firstIndex { $0.providerID == sight.id }
    }

    private mutating func observe(_ sight: RefundSight, at found: Int, _ authority: Authority) {
        let known = state.refunds[found]
        let differs =
            (known.providerID.map { $0 != sight.id } ?? false) || !sight.isOrderCurrency || sight.amount != known.currentAmount
        let contradicts = known.shown == nil && known.decision != nil && known.decision != .succeeded && sight.status.givesBack
        if authority == .reported, differs || contradicts, !breaks(.opensFromReports), !breaks(.believesReports) {
            return follow(.fetchRefunds)
        }
        if let id = known.providerID, id != sight.id {
            state.hasOtherRefund = true
            return
        }
        guard sight.isOrderCurrency else { return }
        if breaks(.declarationIsFinal), known.decision != nil { return }
        if sight.amount != known.currentAmount { state.refunds[found].providerAmount = sight.amount }
        let index = known.providerID == nil ? nameRefund(at: found, sight.id) : found
        merge(sight.status, intoRefundAt: index, authority)
    }

    /// Notes the provider's id of a refund. A row of the same id, which a list showed before the gateway knew whose it was, is
    /// withdrawn. Returns the row's index afterwards.
    @discardableResult
    mutating func nameRefund(at index: Int, _ id: ObjectID) -> Int {
        var index = index
        if let twin = state.refunds.firstIndex(where: { $0.providerID == id }), twin != index {
            if state.refunds[index].shown == nil { state.refunds[index].shown = state.refunds[twin].shown }
            withdrawRefund(at: twin)
            if twin < index { index -= 1 }
        }
        state.refunds[index].providerID = id
        return index
    }

    /// A higher rank always wins and a lower one never does. Between two of the lowest rank a fresh list decides: the answer to
    /// the call that made the refund can be older than a list that was fetched meanwhile.
    private mutating func merge(_ status: RefundStatus, intoRefundAt index: Int, _ authority: Authority) {
        guard let shown = state.refunds[index].shown else {
            state.refunds[index].shown = status
            return
        }
        if status.rank > shown.rank {
            state.refunds[index].shown = status
        } else if shown.isOnItsWay, status.isOnItsWay {
            // A webhook is not enough even where the books agree: an older list may be on its way to them.
            if case .fetched = authority, isFresh(authority) {
                state.refunds[index].shown = status
            } else if authority == .reported || status != shown {
                follow(.fetchRefunds)
            }
        }
    }

    // MARK: Disputes

    /// Applies a dispute: the provider's latest state of each id counts, so that a dispute that was lost and then won is won.
    ///
    /// Of webhooks the newest one counts. A fetched dispute has no time of the provider's. It is the latest state where the
    /// payment has not changed since the question; its ``DisputeFacts/changedAt`` is the time of the question, by the gateway's
    /// clock. That clock and the provider's can differ, so a webhook that seems older than the books and disagrees with them makes
    /// the gateway fetch the disputes.
    mutating func observe(_ dispute: DisputeFacts, _ authority: Authority) {
        if let index = state.disputes.firstIndex(where: { $0.id == dispute.id }) {
            observe(dispute, at: index, authority)
        } else if state.disputes.isEmpty || !breaks(.keepsOneDispute) {
            let index = state.disputes.firstIndex { dispute.id < $0.id } ?? state.disputes.endIndex
            state.disputes.insert(dispute, at: index)
        }
        // Somebody was charged.
        if !state.isPaid, authority == .reported { follow(.fetchIntent) }
    }

    private mutating func observe(_ dispute: DisputeFacts, at index: Int, _ authority: Authority) {
        let known = state.disputes[index]
        if authority == .reported {
            let isNewer =
                breaks(.stageOutranksTime)
                ? dispute.stage != .won && dispute.stage.rawValue > known.stage.rawValue : known.isOlder(than: dispute)
            if isNewer { state.disputes[index] = dispute } else if !known.agrees(with: dispute) { follow(.fetchDisputes) }
            return
        }
        if known.agrees(with: dispute) { return }
        guard isFresh(authority) else { return follow(.fetchAgain) }
        state.disputes[index] = dispute
        state.disputes[index].changedAt = max(known.changedAt, dispute.changedAt)
    }
}
