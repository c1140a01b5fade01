import GatewayLifecycle

/// A world in a fixed number of words. Two worlds are equal if their words are.
extension World {
    /// The world's words.
    package var words: [UInt64] {
        var copy = self
        return [UInt64](unsafeUninitializedCapacity: BitCoder.wordCount) { buffer, count in
            guard let base = buffer.baseAddress else { return }
            var coder = BitCoder(writingTo: base)
            copy.code(&coder)
            count = BitCoder.wordCount
        }
    }

    /// The world of these words, in the same profile.
    package func decoded(_ words: [UInt64]) -> World {
        var copy = self
        var words = words
        words.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            copy.read(from: base)
        }
        return copy
    }

    func write(to words: UnsafeMutablePointer<UInt64>) -> Int {
        var copy = self
        var coder = BitCoder(writingTo: words)
        copy.code(&coder)
        return coder.position
    }

    mutating func read(from words: UnsafeMutablePointer<UInt64>) {
        var coder = BitCoder(readingFrom: words)
        code(&coder)
    }

    private mutating func code(_ coder: inout BitCoder) {
        var traits = UInt8(traits.rawValue)
        coder.byte(&traits, 6)
        if coder.isReading { self = World(copying: self, traits: Traits(rawValue: traits)) }
        let count = coder.count(payments.count, 2)
        if coder.isReading {
            payments = (0..<count).map {
                PaymentState(id: Int64($0 + 1), amount: Self.amount, isManualCapture: self.traits.contains(.isManual))
            }
        }
        for index in 0..<count {
            coder.element(&payments, index) { $0.code(&$1, index) }
            codeCalls(&coder, index)
            coder.element(&provider.intents, index) { $0.code(&$1) }
            coder.element(&needsIntent, index) { $0.flag(&$1) }
            coder.element(&needsRefunds, index) { $0.flag(&$1) }
            codeLook(&coder, index)
        }
        codeProvider(&coder)
        codeDelayed(&coder)
        coder.byte(&budget.confirmations, 3)
        coder.byte(&budget.cancellations, 3)
        coder.byte(&budget.captures, 3)
        coder.byte(&budget.refunds, 3)
        coder.byte(&budget.faults, 3)
        coder.byte(&budget.time, 3)
        coder.byte(&budget.acts, 3)
        coder.byte(&budget.words, 3)
    }

    /// A world without anything but its setting.
    private init(copying other: World, traits: Traits) {
        budget = other.budget
        features = other.features
        mutants = other.mutants
        self.traits = traits
    }

    private mutating func codeCalls(_ coder: inout BitCoder, _ index: Int) {
        for operation in payments[index].operations {
            if coder.isReading {
                calls.append(ModelCall(operation: operation.id))
                coder.element(&calls, calls.count - 1) { $0.code(&$1) }
            } else if let call = callIndex(operation.id) {
                coder.element(&calls, call) { $0.code(&$1) }
            }
        }
        if coder.isReading { calls.sort { $0.operation < $1.operation } }
    }

    private mutating func codeLook(_ coder: inout BitCoder, _ index: Int) {
        var exists = looks[index] != nil
        coder.flag(&exists)
        guard exists else { return }
        var look = looks[index] ?? ModelLook(status: .processing, amount: 0)
        coder.raw(&look.status, 4)
        coder.number(&look.amount, 3)
        coder.flag(&look.isStale)
        if coder.isReading { looks[index] = look }
    }

    private mutating func codeDelayed(_ coder: inout BitCoder) {
        var exists = delayed != nil
        coder.flag(&exists)
        guard exists else { return }
        var operation = delayed?.operation ?? 0
        var amount = delayed?.amount ?? 0
        var isOrphaned = delayed?.isOrphaned ?? false
        coder.number(&operation, 5)
        coder.number(&amount, 3)
        coder.flag(&isOrphaned)
        if coder.isReading {
            delayed = DelayedRequest(operation: operation, kind: Self.kind(of: operation), amount: amount, isOrphaned: isOrphaned)
        }
    }

    private mutating func codeProvider(_ coder: inout BitCoder) {
        coder.flag(&provider.showsRelease)
        let refunds = coder.count(provider.refunds.count, 2)
        for place in 0..<refunds {
            if coder.isReading { provider.refunds.append(ModelRefund(payment: 0, operation: nil, amount: 0, status: .pending)) }
            coder.element(&provider.refunds, place) { $0.code(&$1) }
        }
        let disputes = coder.count(provider.disputes.count, 2)
        for place in 0..<disputes {
            if coder.isReading { provider.disputes.append(ModelDispute(payment: 0, amount: 1, stage: .open)) }
            coder.element(&provider.disputes, place) { $0.code(&$1) }
        }
    }
}

extension BitCoder {
    fileprivate mutating func code(_ intent: inout ModelIntent) {
        flag(&intent.exists)
        raw(&intent.status, 4)
        number(&intent.captured, 3)
        number(&intent.amount, 3)
        flag(&intent.isOrderCurrency)
        var reports = UInt64(intent.reports)
        bits(&reports, 18)
        intent.reports = UInt32(reports)
    }

    fileprivate mutating func code(_ refund: inout ModelRefund) {
        var payment = UInt8(refund.payment)
        byte(&payment, 1)
        refund.payment = Int(payment)
        optional(&refund.operation, 5)
        number(&refund.amount, 3)
        var status = ModelRefund.bit(of: refund.status)
        byte(&status, 2)
        refund.status = ModelRefund.statuses[Int(status)]
        byte(&refund.reports, 4)
    }

    fileprivate mutating func code(_ dispute: inout ModelDispute) {
        var payment = UInt8(dispute.payment)
        byte(&payment, 1)
        dispute.payment = Int(payment)
        raw(&dispute.stage, 3)
        flag(&dispute.wasWonFirst)
        byte(&dispute.reports, 6)
    }

    fileprivate mutating func code(_ call: inout ModelCall) {
        raw(&call.phase, 2)
        byte(&call.age, 2)
        flag(&call.isLastCallOld)
        raw(&call.key, 2)
        if call.key == .executed { byte(&call.firstStatus, 4) }
        guard call.phase == .answering else { return }
        raw(&call.answer.kind, 4)
        byte(&call.answer.status, 4)
        byte(&call.answer.detail, 3)
        number(&call.answer.amount, 3)
    }

    fileprivate mutating func code(_ state: inout PaymentState, _ index: Int) {
        let ids = ModelProvider.claims[index]
        one(&state.intentID, of: ids, 2)
        one(&state.otherIntentID, of: ids, 2)
        one(&state.shown, of: Cases.intentStatuses, 4)
        flag(&state.isCanceledAtProvider)
        flag(&state.isExpired)
        number(&state.capturedAtProvider, 3)
        optional(&state.captureAsked, 3)
        optional(&state.differingAmount, 3)
        flag(&state.hasOtherCurrency)
        flag(&state.isCanceledAfterCapture)
        flag(&state.hasOtherRefund)
        one(&state.closure, of: Cases.closures, 3)
        number(&state.capturedByOperator, 3)
        codeOperations(&state, index)
        codeRefunds(&state, index)
        codeDisputes(&state)
        var isOpen = state.discrepancy != nil
        flag(&isOpen)
        if isOpen {
            var discrepancy = state.discrepancy ?? Discrepancy(.objectDiffers, 0)
            code(&discrepancy)
            state.discrepancy = discrepancy
        }
        let accepted = count(state.accepted.count, 3)
        for place in 0..<accepted {
            if isReading { state.accepted.append(Discrepancy(.objectDiffers, 0)) }
            element(&state.accepted, place) { $0.code(&$1) }
        }
    }

    private mutating func code(_ discrepancy: inout Discrepancy) {
        var code: DiscrepancyCode? = discrepancy.code
        var value = discrepancy.value + 1
        one(&code, of: Cases.codes, 4)
        number(&value, 5)
        if isReading { discrepancy = Discrepancy(code ?? .objectDiffers, value - 1) }
    }

    private mutating func codeOperations(_ state: inout PaymentState, _ index: Int) {
        let count = count(state.operations.count, 3)
        for place in 0..<count {
            var id = isReading ? 0 : state.operations[place].id - Int64(index + 1) * 8
            var amount = isReading ? 0 : state.operations[place].amount
            number(&id, 4)
            number(&amount, 3)
            if isReading {
                id += Int64(index + 1) * 8
                state.operations.append(OpenOperation(id: id, kind: World.kind(of: id), amount: amount))
            }
            element(&state.operations, place) { coder, operation in
                coder.flag(&operation.isUnknown)
                coder.flag(&operation.isLeased)
                coder.flag(&operation.mayHaveBeenSent)
                coder.flag(&operation.isOverdue)
                coder.byte(&operation.tracelessLooks, 2)
            }
        }
    }

    private mutating func codeRefunds(_ state: inout PaymentState, _ index: Int) {
        let count = count(state.refunds.count, 3)
        for place in 0..<count {
            if isReading { state.refunds.append(RefundFacts(id: 0, operation: nil, amount: 0)) }
            element(&state.refunds, place) { coder, refund in
                coder.number(&refund.id, 4)
                coder.optional(&refund.operation, 5)
                coder.one(&refund.providerID, of: ModelProvider.allRefundIDs, 3)
                coder.number(&refund.amount, 3)
                coder.optional(&refund.providerAmount, 3)
                coder.one(&refund.shown, of: Cases.refundStatuses, 3)
                coder.one(&refund.decision, of: Cases.decisions, 3)
            }
        }
    }

    private mutating func codeDisputes(_ state: inout PaymentState) {
        let count = count(state.disputes.count, 2)
        for place in 0..<count {
            var id: ObjectID? = isReading ? nil : state.disputes[place].id
            one(&id, of: ModelProvider.disputeIDs, 2)
            if isReading, let id { state.disputes.append(DisputeFacts(id: id, amount: 0, stage: .open, changedAt: 0)) }
            element(&state.disputes, place) { coder, dispute in
                coder.number(&dispute.amount, 3)
                coder.raw(&dispute.stage, 3)
                coder.number(&dispute.changedAt, 4)
            }
        }
    }
}

/// The cases of the enumerations, made once.
enum Cases {
    static let intentStatuses = IntentStatus.allCases
    static let refundStatuses = RefundStatus.allCases
    static let closures = Closure.allCases
    static let codes = DiscrepancyCode.allCases
    static let decisions = RefundDecision.allCases
    static let reasons = RefusalReason.allCases
    static let stages = DisputeStage.allCases
}
