import GatewayLifecycle

/// The rules as they are shipped, without settings.
let rules = Lifecycle()

extension ObjectID: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self.init(text) }
}

extension PaymentState {
    /// Returns a payment of 1,000 minor units whose intent `pi_1` was shown so; without a status, the provider has shown nothing.
    static func shown(
        _ status: IntentStatus?, manual: Bool = false, id: Int64 = 1, _ change: (inout PaymentState) -> Void = { _ in }
    ) -> PaymentState {
        var state = PaymentState(id: id, amount: 1000, isManualCapture: manual)
        if let status {
            state.intentID = "pi_1"
            switch status {
            case .succeeded:
                state.shown = .succeeded
                state.capturedAtProvider = 1000
                state.captureAsked = manual ? 1000 : nil
            case .canceled: state.isCanceledAtProvider = true
            case .expired: state.isExpired = true
            case .requiresPaymentMethod, .declined, .requiresConfirmation, .requiresAction, .processing, .requiresCapture:
                state.shown = status
            }
        }
        change(&state)
        state.discrepancy = state.openDiscrepancy
        return state
    }

    /// Returns the payment after observations, one after the other.
    func after(_ observations: Observation..., by lifecycle: Lifecycle = rules) -> PaymentState {
        observations.reduce(self) { lifecycle.evolve($0, by: $1).state }
    }

    /// Returns the payment with an open operation.
    func with(_ operation: OpenOperation) -> PaymentState {
        var state = self
        state.operations.append(operation)
        if operation.kind == .refund {
            state.refunds.append(RefundFacts(id: 20 + operation.id, operation: operation.id, amount: operation.amount))
        }
        return state
    }

    /// Returns the payment with a refund that the provider has shown.
    func with(refund amount: Int64, _ status: RefundStatus, id: ObjectID = "re_1", row: Int64 = 21) -> PaymentState {
        var state = self
        state.refunds.append(RefundFacts(id: row, operation: nil, amount: amount, providerID: id, shown: status))
        return state
    }

    /// Returns the payment with a dispute.
    func with(dispute amount: Int64, _ stage: DisputeStage, id: ObjectID = "dp_1", at time: Int64 = 1) -> PaymentState {
        var state = self
        state.disputes.append(DisputeFacts(id: id, amount: amount, stage: stage, changedAt: time))
        return state
    }

    /// Returns the payment with siblings.
    func beside(_ change: (inout Siblings) -> Void) -> PaymentState {
        var state = self
        change(&state.siblings)
        return state
    }
}

extension OpenOperation {
    /// Returns an operation. Its amount is 1,000 for a capture and 400 for a refund.
    static func open(
        _ kind: OperationKind, id: Int64 = 10, unknown: Bool = false, leased: Bool = false, sent: Bool = false, looks: UInt8 = 0,
        overdue: Bool = false
    ) -> OpenOperation {
        var operation = OpenOperation(id: id, kind: kind, amount: kind == .capture ? 1000 : kind == .refund ? 400 : 0)
        operation.isUnknown = unknown
        operation.isLeased = leased
        operation.mayHaveBeenSent = sent || unknown
        operation.tracelessLooks = looks
        operation.isOverdue = overdue
        return operation
    }
}

extension IntentSight {
    /// Returns a sight of `pi_1`. A succeeded intent shows all of its amount as captured, unless told otherwise.
    static func pi(_ status: IntentStatus, amount: Int64 = 1000, captured: Int64? = nil, id: ObjectID = "pi_1") -> IntentSight {
        IntentSight(id: id, status: status, amount: amount, captured: captured)
    }
}

extension RefundSight {
    /// Returns a sight of a refund of 400 minor units.
    static func re(
        _ status: RefundStatus, id: ObjectID = "re_1", operation: Int64? = nil, amount: Int64 = 400, isOrderCurrency: Bool = true
    ) -> RefundSight {
        RefundSight(id: id, operation: operation, amount: amount, isOrderCurrency: isOrderCurrency, status: status)
    }
}

extension Observation {
    /// An intent that the gateway has fetched just now.
    static func fetched(_ sight: IntentSight) -> Observation { .intent(sight, .fetched(atVersion: 0)) }

    /// An intent inside a webhook.
    static func reported(_ sight: IntentSight) -> Observation { .intent(sight, .reported) }

    /// All refunds of the intent, fetched just now.
    static func fetched(_ refunds: RefundSight...) -> Observation {
        .refunds(RefundSights(refunds, isComplete: true), .fetched(atVersion: 0))
    }

    /// A refund inside a webhook.
    static func reported(_ refund: RefundSight) -> Observation { .refunds(RefundSights([refund], isComplete: false), .reported) }

    /// A dispute inside a webhook.
    static func dispute(_ stage: DisputeStage, amount: Int64 = 1000, id: ObjectID = "dp_1", at time: Int64) -> Observation {
        .dispute(DisputeFacts(id: id, amount: amount, stage: stage, changedAt: time), .reported)
    }

    /// The outcome of the operation 10.
    static func outcome(_ result: CallResult, _ evidence: Evidence = Evidence()) -> Observation {
        .outcome(Outcome(10, result, evidence: evidence))
    }
}

extension Evidence {
    /// Two complete look-ups are enough: this is the second one, ten minutes after the last call.
    static let conclusive = Evidence(isLastCallOld: true, isLookUpComplete: true)

    /// The provider remembers the key, and a complete look-up after the refusal found this.
    static func key(_ lookUp: LookUp?, isComplete: Bool = true) -> Evidence {
        Evidence(isKeyRemembered: true, lookUpAfterRefusal: lookUp, isLookUpComplete: isComplete)
    }
}
