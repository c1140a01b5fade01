import GatewayLifecycle

/// What can happen next.
extension World {
    /// Appends every move that is possible now.
    package func moves(into list: inout [Move]) {
        if payments.isEmpty || (features.contains(.secondPayment) && payments.count < 2) { list.append(.create) }
        for index in payments.indices {
            clientMoves(index, &list)
            gatewayMoves(index, &list)
            providerMoves(index, &list)
        }
        for call in calls { callMoves(call, &list) }
        if delayed != nil { list.append(.arriveLate) }
        let isAtWork = calls.contains { $0.phase != .idle } || looks.contains { $0 != nil }
        if isAtWork, features.contains(.faults), budget.faults > 0 { list.append(.crash) }
        if !isAtWork, !calls.isEmpty, budget.time > 0 { list.append(.passTime) }
        reportMoves(&list)
        refundAndDisputeMoves(&list)
    }

    private func clientMoves(_ index: Int, _ list: inout [Move]) {
        if budget.confirmations > 0 { list.append(.confirm(index)) }
        if budget.cancellations > 0, features.contains(.cancels) { list.append(.cancel(index)) }
        if budget.captures > 0, traits.contains(.isManual) {
            list.append(.capture(index, Self.amount))
            list.append(.capture(index, 1))
        }
        if budget.refunds > 0, features.contains(.refunds), nextRefundOperation(index) != nil {
            list.append(.refund(index, Self.amount))
            list.append(.refund(index, 1))
        }
    }

    private func gatewayMoves(_ index: Int, _ list: inout [Move]) {
        let polls = features.contains(.polls) && payments[index].intentID != nil
        if provider.intents[index].exists, needsIntent[index] || needsRefunds[index] || polls {
            list.append(.look(index))
            if features.contains(.races), looks[index] == nil, needsIntent[index] || polls { list.append(.beginLook(index)) }
        }
        if looks[index] != nil { list.append(.endLook(index)) }
        if features.contains(.operators), budget.words > 0, payments[index].discrepancy != nil {
            list.append(.accept(index))
            if nextRefundOperation(index) != nil { list.append(.giveBack(index)) }
        }
    }

    // MARK: Calls

    private func callMoves(_ call: ModelCall, _ list: inout [Move]) {
        let id = call.operation
        let mayFail = features.contains(.faults) && budget.faults > 0
        let mayRace = features.contains(.races)
        switch call.phase {
        case .answering:
            list.append(.arrive(operation: id))
            if mayFail { list.append(.lose(operation: id)) }
        case .idle:
            list.append(.recover(operation: id, .atOnce))
            if mayFail { list.append(.recover(operation: id, .never)) }
            if mayRace, Self.kind(of: id) != .refund { list.append(.recover(operation: id, .late)) }
            if features.contains(.operators), budget.words > 0 {
                for isForced in [false, true] {
                    list.append(.declare(operation: id, succeeded: false, isForced: isForced))
                    list.append(.declare(operation: id, succeeded: true, isForced: isForced))
                }
            }
        case .sending:
            for effect in effects(call) {
                list.append(.call(operation: id, effect, .answered))
                if mayRace, effect != .storeError { list.append(.call(operation: id, effect, .late)) }
                if mayFail, effect != .storeError { list.append(.call(operation: id, effect, .lost)) }
            }
            guard mayFail else { return }
            list.append(.call(operation: id, .nothing, .lost))
            list.append(.call(operation: id, .nothing, .notSent))
            if features.contains(.delays), delayed == nil { list.append(.call(operation: id, .nothing, .delayed)) }
        }
    }

    /// What the provider may do with a call that reaches it now.
    func effects(_ call: ModelCall) -> [Move.Effect] {
        var effects: [Move.Effect] = []
        let mayErr = features.contains(.errors) && budget.faults > 0
        if mayErr { effects.append(.denyAccess) }
        // A key is forgotten as early as it may be.
        if traits.contains(.remembersKeys), call.age < 2, call.key != .unused { return effects + [.replay] }
        if mayErr { effects.append(.storeError) }
        let index = Self.payment(of: call.operation)
        let intent = provider.intents[index]
        let refuses = features.contains(.refusals)
        switch Self.kind(of: call.operation) {
        case .create:
            if !intent.exists || call.key == .executed { effects.append(.succeed) }
            if refuses { effects += [.refuse, .decline] }
        case .confirm:
            guard intent.isPayable else { return effects + refusals }
            effects.append(.succeed)
            if features.contains(.payers) { effects += [.process, .askPayer, .declineWithIntent] }
            if features.contains(.amounts), !traits.contains(.isManual) { effects.append(.captureLess) }
            if refuses { effects += [.decline, .refuse] }
        case .capture:
            guard intent.status == .requiresCapture, let amount = openOperation(call.operation)?.amount else {
                return effects + refusals
            }
            effects.append(.succeed)
            if features.contains(.payers) { effects.append(.process) }
            if features.contains(.amounts), amount > 1 { effects.append(.captureLess) }
            if refuses { effects += [.decline, .refuse] }
        case .cancel:
            guard traits.contains(.cancels), intent.status.isOpen, intent.status != .processing else { return effects + refusals }
            effects.append(.succeed)
        case .refund:
            guard let amount = openOperation(call.operation)?.amount, provider.refundable(index) >= amount,
                provider.refunds.count < 3
            else {
                return effects + [.refuse]
            }
            effects += [.succeed, .process]
            if refuses { effects += [.fail, .refuse, .decline] }
        }
        return effects
    }

    private var refusals: [Move.Effect] { features.contains(.refusals) ? [.refuse, .refuseWithIntent] : [.refuse] }

    // MARK: The provider by itself

    private func providerMoves(_ index: Int, _ list: inout [Move]) {
        let intent = provider.intents[index]
        guard intent.exists else { return }
        let mayAct = budget.acts > 0
        let isSettling = intent.status == .processing || intent.status == .requiresAction
        func add(_ act: Move.Act, if isPossible: Bool) {
            if isPossible { list.append(.intent(index, act)) }
        }
        let pays = features.contains(.payers)
        add(.isPaid, if: isSettling || (pays && mayAct && intent.isPayable))
        add(.fails, if: isSettling)
        add(.asksPayer, if: pays && mayAct && intent.status == .requiresPaymentMethod)
        let ends = features.contains(.ends) && mayAct && intent.status.isOpen && intent.status != .processing
        add(.isCanceled, if: ends)
        add(.expires, if: ends)
        add(
            .isPaidAfterCancel,
            if: mayAct && features.contains(.paysAfterCancel) && intent.status == .canceled && payments[index].wasCanceled)
        if features.contains(.amounts), mayAct {
            add(.isPaidLess, if: !traits.contains(.isManual) && (isSettling || intent.isPayable))
            add(.changesAmount, if: intent.status.isOpen)
            add(.changesCurrency, if: true)
            add(.takesCaptureBack, if: intent.status == .succeeded && intent.captured > 0)
            add(.givesCaptureAgain, if: intent.status == .canceled && intent.captured > 0)
        }
        if features.contains(.wrongReports), mayAct {
            add(.reportsWrongAmount, if: intent.amount == Self.amount)
            add(.reportsRelease, if: index == 0 && !provider.showsRelease)
        }
    }

    private func refundAndDisputeMoves(_ list: inout [Move]) {
        for (place, refund) in provider.refunds.enumerated() {
            if refund.status.isOnItsWay {
                list.append(.moveRefund(place, .succeeded))
                list.append(.moveRefund(place, .failed))
                if budget.acts > 0 { list.append(.moveRefund(place, refund.status == .pending ? .requiresAction : .pending)) }
            } else if refund.status == .succeeded, budget.acts > 0 {
                list.append(.moveRefund(place, .failed))
            }
        }
        for index in payments.indices where provider.intents[index].status == .succeeded && budget.acts > 0 {
            if features.contains(.refundsElsewhere), provider.refunds.count < 3 {
                let left = provider.refundable(index)
                if left >= 1 { list.append(.refundElsewhere(index, 1)) }
                if left >= 2 { list.append(.refundElsewhere(index, 2)) }
            }
            if features.contains(.disputes), provider.disputes.count < (features.contains(.secondDispute) ? 2 : 1) {
                list.append(.openDispute(index, .inquiry))
                list.append(.openDispute(index, .open))
            }
        }
        for (place, dispute) in provider.disputes.enumerated() {
            for stage in nextStages(of: dispute) { list.append(.moveDispute(place, stage)) }
        }
    }

    private func nextStages(of dispute: ModelDispute) -> [DisputeStage] {
        switch dispute.stage {
        case .inquiry: [.inquiryClosed, .open]
        case .inquiryClosed: []
        case .open: [.underReview, .won, .lost]
        case .underReview: [.won, .lost]
        case .lost: dispute.wasWonFirst ? [] : [.won]
        case .won: dispute.wasWonFirst ? [.lost] : []
        }
    }

    // MARK: Webhooks

    /// Every report that was ever made can be delivered at any time.
    private func reportMoves(_ list: inout [Move]) {
        forEachReport { list.append(.report($0)) }
    }

    func forEachReport(_ body: (Move.Report) -> Void) {
        for index in payments.indices where provider.intents[index].reports != 0 {
            for status in Cases.intentStatuses {
                let bit = UInt32(status.rawValue)
                if provider.intents[index].reports & (1 << bit) != 0 { body(.intent(index, status, hasOtherAmount: false)) }
                if provider.intents[index].reports & (1 << (bit + 9)) != 0 { body(.intent(index, status, hasOtherAmount: true)) }
            }
        }
        for (place, refund) in provider.refunds.enumerated() {
            for status in ModelRefund.statuses where refund.reports & (1 << ModelRefund.bit(of: status)) != 0 {
                body(.refund(place, status))
            }
        }
        for (place, dispute) in provider.disputes.enumerated() {
            for stage in Cases.stages where dispute.reports & (1 << stage.rawValue) != 0 { body(.dispute(place, stage)) }
        }
        if provider.showsRelease { body(.release) }
    }
}
