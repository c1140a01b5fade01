import GatewayLifecycle

/// A gateway that learns of a provider's changes. It does around `evolve` what the ledger does: it counts versions, and keeps
/// what a webhook wants until a fetch that wants nothing more has been applied.
struct ProviderDelivery: Sendable {
    enum Object: Sendable, Hashable { case intent, refunds, disputes }

    struct Fetch: Sendable { let object: Object, shown: ConsistentProvider, version: Int64, askedAt: Int64 }

    private(set) var state: PaymentState
    private(set) var provider: ConsistentProvider
    private(set) var words: [String] = []
    /// Whether the gateway came to rest.
    private(set) var isAtRest = true
    private var reports: [(report: ConsistentProvider.Report, deliveries: Int)] = []
    private var wanted: [Object] = []
    private var onTheirWay: [Fetch] = []
    /// What the call under way came back with, once the provider carried it out.
    private var answer: ConsistentProvider?
    private var found: ConsistentProvider?

    private let lifecycle: Lifecycle
    private let isTold: Bool
    /// How far the gateway's clock is ahead of the provider's.
    private let clockSkew: Int64

    init(start: ProviderHistory.Start, isManualCapture: Bool, clockSkew: Int64, lifecycle: Lifecycle, isTold: Bool) {
        self.clockSkew = clockSkew
        self.lifecycle = lifecycle
        self.isTold = isTold
        var provider = ConsistentProvider(intent: .pi(.requiresPaymentMethod), isManualCapture: isManualCapture)
        func shown(_ status: IntentStatus?, _ change: (inout PaymentState) -> Void = { _ in }) -> PaymentState {
            if let status { provider.intent = .pi(status, captured: status == .succeeded ? 1000 : nil) }
            return .shown(status, manual: isManualCapture, change)
        }
        switch start {
        case .open: state = shown(.requiresPaymentMethod)
        case .creating: state = shown(nil).with(.open(.create, leased: true))
        case .creationUnknown: state = shown(nil).with(.open(.create, unknown: true))
        case .confirming: state = shown(.requiresPaymentMethod).with(.open(.confirm, leased: true))
        case .confirmationUnknown: state = shown(.requiresPaymentMethod).with(.open(.confirm, unknown: true))
        case .capturing: state = shown(.requiresCapture).with(.open(.capture, leased: true))
        case .captureUnknown: state = shown(.requiresCapture).with(.open(.capture, unknown: true))
        case .refunding, .namelessRefunding: state = shown(.succeeded).with(.open(.refund, leased: true))
        case .refundUnknown: state = shown(.succeeded).with(.open(.refund, unknown: true))
        case .superseded: state = shown(.requiresPaymentMethod) { $0.closure = .superseded }
        case .closedHere: state = shown(.requiresPaymentMethod) { $0.closure = .local }
        case .canceled: state = shown(.canceled)
        case .paid: state = shown(.succeeded)
        }
        provider.paysAfterCancel = state.wasCanceled
        provider.pendingRefund = state.operations.contains { $0.kind == .refund } ? 10 : nil
        provider.namesOperations = start != .namelessRefunding
        self.provider = provider
        if start == .creating { answer = provider }
    }

    private var operation: OpenOperation? { state.operations.first { $0.id == 10 } }

    mutating func make(_ step: ProviderHistory.Step) {
        switch step {
        case .change(let number): change(number)
        case .deliver(let number):
            let open = reports.indices.filter { reports[$0].deliveries < 3 }
            if !open.isEmpty { deliver(open[number % open.count]) }
        case .ask(let number): if !wanted.isEmpty { ask(for: wanted.remove(at: number % wanted.count)) }
        case .poll(let number): if onTheirWay.count < 3 { ask(for: [.intent, .refunds, .disputes][number % 3]) }
        case .apply(let number): if !onTheirWay.isEmpty { apply(onTheirWay.remove(at: number % onTheirWay.count)) }
        case .answer: if let answer, operation?.isUnknown == false { give(answer) }
        case .lose:
            if operation?.isUnknown == false, provider.namesOperations { evolve(by: .outcome(.unknown), "the answer is lost") }
        case .look: look()
        case .found:
            if let found {
                self.found = nil
                finish(found, Evidence(isLookUpComplete: true))
            }
        }
    }

    private mutating func change(_ number: Int) {
        let changes = provider.possibleChanges
        guard !changes.isEmpty else { return }
        let change = changes[number % changes.count]
        let report = provider.make(change)
        reports.append((report, 0))
        if isTold { words.append("the provider: \(change)") }
        let isRefund = if case .refund = report { true } else { false }
        if let operation, answer == nil, isRefund == (operation.kind == .refund) { answer = provider }
    }

    private mutating func deliver(_ index: Int) {
        reports[index].deliveries += 1
        let followUps = evolve(by: reports[index].report.observation, "a webhook arrives")
        want(followUps, else: nil)
    }

    private mutating func ask(for object: Object) {
        if isTold { words.append("the gateway asks for the \(object)") }
        onTheirWay.append(Fetch(object: object, shown: provider, version: state.version, askedAt: provider.time + clockSkew))
    }

    private mutating func apply(_ fetch: Fetch) {
        let authority = Authority.fetched(atVersion: fetch.version)
        // Another dispute of the same list changes the row too.
        let version = state.version
        switch fetch.object {
        case .intent:
            want(evolve(by: .intent(fetch.shown.intent, authority), "an answer arrives"), else: .intent)
        case .refunds:
            let sights = RefundSights(fetch.shown.refunds, isComplete: true)
            want(evolve(by: .refunds(sights, authority), "an answer arrives"), else: .refunds)
        case .disputes:
            for var dispute in fetch.shown.disputes {
                dispute.changedAt = fetch.askedAt
                let authority = Authority.fetched(atVersion: fetch.version == version ? state.version : -1)
                want(evolve(by: .dispute(dispute, authority), "an answer arrives"), else: .disputes)
            }
        }
    }

    /// Notes what the follow-ups ask for. `fetchAgain` means the object that was just applied.
    private mutating func want(_ followUps: [FollowUp], else object: Object?) {
        for followUp in followUps {
            switch followUp {
            case .fetchIntent: wanted.append(.intent)
            case .fetchRefunds: wanted.append(.refunds)
            case .fetchDisputes: wanted.append(.disputes)
            case .fetchAgain: wanted.append(object ?? .intent)
            case .cancelSiblings, .notifySiblings: break
            }
        }
    }

    private mutating func give(_ shown: ConsistentProvider) {
        guard let operation else { return }
        let result: CallResult? = operation.kind == .refund ? shown.refunds.last.map { .refund($0) } : .intent(shown.intent)
        if let result { evolve(by: .outcome(result), "the answer arrives") }
    }

    private mutating func look() {
        guard var operation, operation.isUnknown, !operation.isLeased, found == nil else { return }
        if isTold { words.append("recovery looks for the \(operation.kind)") }
        operation.isLeased = true
        state.operations = state.operations.map { $0.id == operation.id ? operation : $0 }
        state.version += 1
        found = provider
    }

    private mutating func finish(_ shown: ConsistentProvider, _ evidence: Evidence) {
        guard let operation else { return }
        let lookUp: LookUp = operation.kind == .refund ? .refunds(shown.refunds) : .intent(shown.intent)
        evolve(
            by: .outcome(.found(lookUp), evidence),
            "recovery has looked")
    }

    @discardableResult
    private mutating func evolve(by observation: Observation, _ text: String) -> [FollowUp] {
        let before = state
        let evolution = lifecycle.evolve(state, by: observation)
        state = evolution.state
        for index in state.refunds.indices where state.refunds[index].id == 0 {
            state.refunds[index].id = 100 + (state.refunds.map(\.id).max() ?? 0)
        }
        if state != before { state.version += 1 }
        if isTold {
            words.append(
                "\(text), \(observation): \(state == before ? "nothing changes" : state.status.rawValue) \(evolution.followUps)")
        }
        return evolution.followUps
    }

    /// Everything arrives: webhooks that have not, answers on their way, the outcome of the call, and what is still wanted.
    mutating func drain() {
        for index in reports.indices.reversed() where reports[index].deliveries == 0 { deliver(index) }
        while !onTheirWay.isEmpty { apply(onTheirWay.removeLast()) }
        if let found { finish(found, Evidence(isLookUpComplete: true)) }
        found = nil
        if let answer, operation?.isUnknown == false { give(answer) }
        if operation?.isUnknown == false { evolve(by: .outcome(.unknown), "no answer arrives") }
        for _ in 0..<2 where operation != nil { finish(provider, .conclusive) }
        for _ in 0..<20 where !wanted.isEmpty || !onTheirWay.isEmpty {
            if !wanted.isEmpty { ask(for: wanted.removeFirst()) }
            while !onTheirWay.isEmpty { apply(onTheirWay.removeLast()) }
        }
        isAtRest = wanted.isEmpty && state.operations.isEmpty
    }
}

/// What two gateways that learned of the same history are compared by: facts, status and sums, not rows' ids, versions or operations.
struct ProviderEnding: Sendable, Hashable {
    struct Refund: Sendable, Hashable {
        let id: ObjectID?
        let amount: Int64
        let status: RefundStatus
    }

    let status: PaymentStatus
    let orderStatus: OrderStatus
    let captured, refunded, reserved, disputed, refundable: Int64
    let intentID, otherIntentID: ObjectID?
    let wasCanceled, isCanceledAfterCapture, hasOtherCurrency, hasOtherRefund: Bool
    let differingAmount: Int64?
    let discrepancy: Discrepancy?
    let refunds: Set<Refund>
    let refundCount: Int
    /// Without the times: those of fetched disputes are the gateway's.
    let disputes: [DisputeFacts]

    init(_ state: PaymentState) {
        status = state.status
        orderStatus = OrderState(payments: [state]).status
        (captured, refunded, reserved) = (state.captured, state.refunded, state.reserved)
        (disputed, refundable) = (state.disputed, state.refundable)
        (intentID, otherIntentID) = (state.intentID, state.otherIntentID)
        (wasCanceled, isCanceledAfterCapture) = (state.wasCanceled, state.isCanceledAfterCapture)
        (hasOtherCurrency, hasOtherRefund) = (state.hasOtherCurrency, state.hasOtherRefund)
        (differingAmount, discrepancy) = (state.differingAmount, state.discrepancy)
        refunds = Set(state.refunds.map { Refund(id: $0.providerID, amount: $0.currentAmount, status: $0.status) })
        refundCount = state.refunds.count
        disputes = state.disputes.withoutTimes
    }

    /// Says in which fields another ending differs.
    func difference(from other: ProviderEnding) -> String? {
        if self == other { return nil }
        let fields = zip(Mirror(reflecting: self).children, Mirror(reflecting: other).children).compactMap { mine, others in
            let (left, right) = ("\(mine.value)", "\(others.value)")
            return left == right ? nil : "\(mine.label ?? "") \(left) and not \(right)"
        }
        return fields.joined(separator: ", ")
    }
}

extension ProviderDelivery {
    var ending: ProviderEnding { ProviderEnding(state) }

    /// Says where the books are not what the provider holds.
    var untruth: String? {
        if state.disputes.withoutTimes != provider.disputes.withoutTimes { return "the disputes are \(state.disputes)" }
        if provider.intent.status == .succeeded {
            let captured = provider.intent.captured ?? provider.intent.amount
            if state.captured != captured { return "captured is \(state.captured) and not \(captured)" }
            let listed = Set(provider.refunds.map { ProviderEnding.Refund(id: $0.id, amount: $0.amount, status: $0.status) })
            let isListed = ending.refunds.filter { $0.id != nil } == listed
            return isListed ? nil : "the refunds are \(ending.refunds)"
        }
        let status = state.wasCanceled ? PaymentStatus.canceled : provider.intent.status.paymentStatus
        return state.status == status ? nil : "the status is \(state.status.rawValue) and not \(status.rawValue)"
    }
}

extension [DisputeFacts] {
    fileprivate var withoutTimes: [DisputeFacts] {
        map { DisputeFacts(id: $0.id, amount: $0.amount, isOrderCurrency: $0.isOrderCurrency, stage: $0.stage, changedAt: 0) }
    }
}
