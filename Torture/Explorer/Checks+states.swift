import GatewayLifecycle

/// What holds in every state.
extension World {
    /// Checks the books by themselves.
    package func checkState(_ trace: inout Trace) {
        for index in payments.indices {
            let state = payment(index)
            if state.refunded < 0 || state.reserved < 0 || state.refunded + state.reserved > state.captured {
                trace.fail("P2", "refunded and reserved are more than what was captured")
            }
            if state.refundable < 0 || state.refundable > state.captured - state.refunded - state.reserved {
                trace.fail("P2", "what can be refunded is negative or more than what is left")
            }
            if state.discrepancy != state.openDiscrepancy {
                let (open, derived) = (Self.words(state.discrepancy), Self.words(state.openDiscrepancy))
                trace.fail("I3", "the books say that \(open) is open, and the facts say \(derived)")
            }
            let holdsMoney = state.capturedAtProvider > 0 && state.refunded < state.captured
            if holdsMoney, state.wasCanceled, state.discrepancy == nil, state.accepted.isEmpty {
                trace.fail("P4", "a canceled payment holds money, and nobody has to look at it")
            }
        }
        let holding = payments.filter { $0.isPaid && $0.refunded < $0.captured }
        if holding.count > 1, holding.allSatisfy({ $0.discrepancy == nil && $0.accepted.isEmpty }) {
            trace.fail("P4", "the order is paid twice, and nobody has to look at it")
        }
        let isSound = payments.contains { $0.isPaid && !($0.discrepancy?.code.blocksOrder ?? false) }
        if !isSound, order.status(mutants: mutants) == .completed {
            trace.fail("I3", "an order is completed by a payment in review")
        }
    }

    private static func words(_ discrepancy: Discrepancy?) -> String {
        discrepancy.map { "\($0.code.rawValue) \($0.value)" } ?? "nothing"
    }

    /// Follows the state to its end, by the provider's observations alone and by operators' words, and checks the end.
    package func checkEnd(_ trace: inout Trace) {
        var forward = self
        forward.settle(isReversed: false, &trace)
        forward.checkSettled(&trace)
        var backward = self
        backward.settle(isReversed: true, &trace)
        backward.checkSettled(&trace)
        forward.checkSameEnd(backward, &trace)
        checkOperators(&trace)
    }

    // MARK: The end

    /// Everything that is under way arrives, every report is delivered, recovery does its work, and time passes.
    package mutating func settle(isReversed: Bool, _ trace: inout Trace) {
        for round in 0..<10 {
            for call in calls where call.phase == .answering { take(call.operation, call.answer, &trace) }
            while let call = calls.first(where: { $0.phase == .sending }) {
                let possible = effects(call)
                let effect = [Move.Effect.replay, .succeed].first(where: possible.contains) ?? .refuse
                self.call(call.operation, effect, .answered, &trace)
            }
            if delayed != nil { arriveLate(&trace) }
            settleProvider()
            deliverAll(isReversed: isReversed, &trace)
            for index in payments.indices {
                endLook(index, &trace)
                if needsIntent[index] || needsRefunds[index] { look(index, &trace) }
            }
            pollUnwanted(&trace)
            if isSettled { return }
            if round > 0 { passTime(&trace) }
            for call in calls where call.phase == .idle { recover(call.operation, .atOnce, &trace) }
        }
    }

    private var isSettled: Bool {
        calls.isEmpty && !needsIntent.contains(true) && !needsRefunds.contains(true)
    }

    private mutating func settleProvider() {
        for index in payments.indices where provider.intents[index].status == .processing { act(index, .isPaid) }
        for place in provider.refunds.indices where provider.refunds[place].status.isOnItsWay {
            provider.refunds[place].move(to: .succeeded)
        }
    }

    /// Open payments are looked at from time to time. Here only those are that nobody may pay, so that all others are told by webhooks.
    private mutating func pollUnwanted(_ trace: inout Trace) {
        for index in payments.indices where payments[index].mayStillBePaid && payments[index].intentID != nil {
            if payments.contains(where: { $0.id != payments[index].id && $0.isPaid }) { look(index, &trace) }
        }
    }

    private mutating func deliverAll(isReversed: Bool, _ trace: inout Trace) {
        var reports: [Move.Report] = []
        forEachReport { reports.append($0) }
        if isReversed { reports.reverse() }
        for report in reports { receive(report, &trace) }
    }

    /// The books are what the provider shows, and nobody is stuck.
    private func checkSettled(_ trace: inout Trace) {
        for call in calls where !mayStayOpen(call.operation) {
            trace.fail("P3", "the \(Self.kind(of: call.operation)) never ends by what the provider shows")
        }
        if needsIntent.contains(true) || needsRefunds.contains(true) { trace.fail("P3", "a webhook is never applied") }
        for index in payments.indices {
            let (intent, books) = (provider.intents[index], payment(index))
            guard intent.exists else { continue }
            if books.intentID == nil {
                trace.fail("I3", "the books do not know an intent that was reported")
                continue
            }
            if intent.isOrderCurrency {
                checkIntent(intent, books, &trace)
                checkRefunds(index, books, &trace)
            }
            checkDisputes(index, books, &trace)
            guard books.mayStillBePaid, books.operations.isEmpty else { continue }
            guard case .call = rules.decide(.cancel, on: books) else {
                trace.fail("P3", "an open payment can be neither paid nor canceled")
                continue
            }
        }
    }

    /// A creation at a provider that finds none is superseded; a nameless refund of the same amount is a person's question.
    private func mayStayOpen(_ operation: Int64) -> Bool {
        switch Self.kind(of: operation) {
        case .refund:
            guard traits.contains(.namesRefunds), let open = openOperation(operation) else { return true }
            return provider.refunds.contains { $0.operation == nil && $0.amount == open.amount }
        case .create:
            guard !traits.contains(.finds), !provider.intents[Self.payment(of: operation)].exists else { return false }
            if payments[Self.payment(of: operation)].closure != nil { return true }
            guard case .supersede = rules.decide(Creation(isManualCapture: traits.contains(.isManual)), on: order) else {
                return false
            }
            return true
        case .confirm, .capture, .cancel: return false
        }
    }

    private func checkIntent(_ intent: ModelIntent, _ books: PaymentState, _ trace: inout Trace) {
        if intent.wasShown(.succeeded) {
            // What the provider takes back before the gateway has seen it was never in the books.
            if books.captured != intent.captured, intent.status == .succeeded || books.captured != 0 {
                trace.fail("I3", "the provider captured \(intent.captured), and the books say \(books.captured)")
            }
            return
        }
        if books.isPaid { return trace.fail("I3", "the books say that the payment is paid, and it is not") }
        guard intent.status.isOpen else {
            if !books.wasCanceled { trace.fail("I3", "the intent is \(intent.status), and the payment is open") }
            return
        }
        let isUnwanted = books.closure != nil || payments.contains { $0.id != books.id && $0.isPaid }
        if isUnwanted, traits.contains(.cancels) {
            return trace.fail("P4", "an intent stays payable although the payment must not be paid")
        }
        if books.closure == nil, books.shown != intent.status {
            trace.fail("I3", "the intent is \(intent.status), and the books show \(books.shown.map { "\($0)" } ?? "nothing")")
        }
    }

    private func checkRefunds(_ index: Int, _ books: PaymentState, _ trace: inout Trace) {
        guard books.isPaid else { return }
        for (place, refund) in provider.refunds.enumerated() where refund.payment == index {
            let known = books.refunds.first { $0.providerID == ModelProvider.refundIDs[place] }
            if known?.shown != refund.status || known?.currentAmount != refund.amount {
                trace.fail("I3", "the books do not show a refund as the provider does")
            }
        }
        let shown = books.refunds.count { $0.shown != nil }
        if shown != provider.refunds.count(where: { $0.payment == index }) {
            trace.fail("I3", "the books show refunds that the provider does not have")
        }
    }

    private func checkDisputes(_ index: Int, _ books: PaymentState, _ trace: inout Trace) {
        for (place, dispute) in provider.disputes.enumerated() where dispute.payment == index {
            let known = books.disputes.first { $0.id == ModelProvider.disputeIDs[place] }
            if known?.stage != dispute.stage { trace.fail("I3", "the books do not show a dispute as the provider does") }
        }
    }

    /// Every order of the same reports ends in the same books.
    private func checkSameEnd(_ other: World, _ trace: inout Trace) {
        // A provider that takes a capture back tells no consistent story.
        let takesBack =
            features.contains(.amounts) && provider.intents.contains { $0.wasShown(.succeeded) && $0.wasShown(.canceled) }
        guard provider == other.provider, payments.count == other.payments.count, !takesBack else { return }
        for index in payments.indices {
            let (left, right) = (payments[index], other.payments[index])
            let isSame =
                left.status == right.status && left.captured == right.captured && left.refunded == right.refunded
                && left.reserved == right.reserved && left.disputes == right.disputes
                && left.discrepancy?.code == right.discrepancy?.code
            if !isSame {
                trace.fail(
                    "P1",
                    "two orders of the same reports end differently: \(left.status) \(Self.words(left.discrepancy)), and "
                        + "\(right.status) \(Self.words(right.discrepancy))")
            }
        }
    }

    // MARK: Operators

    /// Whatever is open, an operator can end it.
    private func checkOperators(_ trace: inout Trace) {
        var world = self
        var quiet = Trace(isChecking: false)
        world.crash()
        for index in world.payments.indices {
            for operation in world.payments[index].operations {
                let command = Command.declare(operation: operation.id, .failed, world.lookUp(operation.id), isForced: true)
                if case .observe(let observation) = world.decide(command, index, &quiet) {
                    world.observe(index, observation, &quiet)
                }
                if world.openOperation(operation.id) != nil { trace.fail("P3", "an operator cannot end the \(operation.kind)") }
            }
            for _ in 0..<8 where world.payments[index].discrepancy != nil {
                if case .observe(let observation) = world.decide(.accept(world.lookUpBeforeAcceptance(index)), index, &quiet) {
                    world.observe(index, observation, &quiet)
                }
            }
            if let open = world.payments[index].discrepancy { trace.fail("P3", "an operator cannot close \(open.code)") }
        }
    }
}
