import GatewayLifecycle

/// What a consistent provider holds about one payment, and how that can change.
struct ConsistentProvider: Sendable, Hashable {
    var intent: IntentSight
    var refunds: [RefundSight] = []
    var disputes: [DisputeFacts] = []
    /// Whether the payment is captured by a call of its own.
    var isManualCapture = false
    /// Whether a canceled intent can be paid after all: only where the gateway itself had given the payment up, which it always
    /// knows.
    var paysAfterCancel = false
    /// The gateway's refund that has not been made yet, by its operation.
    var pendingRefund: Int64?
    /// Whether a refund says which operation it belongs to.
    var namesOperations = true
    /// The provider's clock: one tick a change.
    var time: Int64 = 0

    /// What a change can be.
    enum Change: Sendable, Hashable {
        case status(IntentStatus, captured: Int64?)
        case amount(Int64)
        case refund(RefundStatus, amount: Int64, operation: Int64?)
        case refundStatus(Int, RefundStatus)
        case dispute(amount: Int64)
        case stage(Int, DisputeStage)
    }

    /// The object inside a webhook.
    enum Report: Sendable, Hashable {
        case intent(IntentSight)
        case refund(RefundSight)
        case dispute(DisputeFacts)

        var observation: Observation {
            switch self {
            case .intent(let sight): .intent(sight, .reported)
            case .refund(let sight): .refunds(RefundSights([sight], isComplete: false), .reported)
            case .dispute(let dispute): .dispute(dispute, .reported)
            }
        }
    }

    /// Every change that can come next.
    var possibleChanges: [Change] {
        var changes: [Change] = []
        func move(_ statuses: IntentStatus...) { changes += statuses.map { .status($0, captured: nil) } }
        func capture() {
            changes.append(.status(.succeeded, captured: intent.amount))
            if isManualCapture { changes.append(.status(.succeeded, captured: 400)) }
        }
        let paid: IntentStatus = isManualCapture ? .requiresCapture : .succeeded
        switch intent.status {
        case .requiresPaymentMethod, .declined, .requiresConfirmation:
            move(.requiresConfirmation, .requiresAction, .processing, .declined, paid, .canceled, .expired)
        case .requiresAction: move(.processing, .declined, paid, .canceled, .expired)
        case .processing: move(.declined, .requiresAction, paid, .canceled)
        case .requiresCapture:
            move(.canceled)
            capture()
        case .succeeded:
            if let captured = intent.captured, captured < intent.amount { capture() }
            changes += paidChanges
        case .canceled, .expired: if paysAfterCancel { capture() }
        }
        if intent.status.isOpen { changes.append(.amount(intent.amount == 1000 ? 900 : 1000)) }
        return changes.filter { $0 != .status(intent.status, captured: nil) }
    }

    private var paidChanges: [Change] {
        var changes: [Change] = []
        let captured = intent.captured ?? intent.amount
        let back = refunds.reduce(0) { $0 + ($1.status.givesBack ? $1.amount : 0) }
        if let pendingRefund {
            changes += [
                .refund(.pending, amount: 400, operation: pendingRefund),
                .refund(.succeeded, amount: 400, operation: pendingRefund),
            ]
        } else if refunds.count < 2, back + 300 <= captured {
            changes += [.refund(.pending, amount: 300, operation: nil), .refund(.succeeded, amount: 300, operation: nil)]
        }
        for (index, refund) in refunds.enumerated() {
            let next: [RefundStatus] =
                switch refund.status {
                case .pending: [.requiresAction, .succeeded, .canceled, .failed]
                case .requiresAction: [.pending, .succeeded, .canceled, .failed]
                case .succeeded: [.failed]
                case .canceled, .failed: []
                }
            changes += next.map { .refundStatus(index, $0) }
        }
        if disputes.count < 2 { changes.append(.dispute(amount: 200)) }
        for (index, dispute) in disputes.enumerated() {
            let next: [DisputeStage] =
                switch dispute.stage {
                case .inquiry: [.inquiryClosed, .open]
                case .open: [.underReview, .lost, .won]
                case .underReview: [.lost, .won]
                case .lost: [.won]
                case .inquiryClosed, .won: []
                }
            changes += next.map { .stage(index, $0) }
        }
        return changes
    }

    /// Makes a change. Returns what the provider's webhook shows of it.
    mutating func make(_ change: Change) -> Report {
        time += 1
        switch change {
        case .status(let status, let captured):
            intent.status = status
            intent.captured = status == .succeeded ? captured ?? intent.amount : nil
            return .intent(intent)
        case .amount(let amount):
            intent.amount = amount
            return .intent(intent)
        case .refund(let status, let amount, let operation):
            pendingRefund = nil
            refunds.append(
                RefundSight(
                    id: ObjectID("re_\(refunds.count + 1)"), operation: namesOperations ? operation : nil, amount: amount,
                    status: status))
            return .refund(refunds[refunds.count - 1])
        case .refundStatus(let index, let status):
            refunds[index].status = status
            return .refund(refunds[index])
        case .dispute(let amount):
            disputes.append(DisputeFacts(id: ObjectID("dp_\(disputes.count + 1)"), amount: amount, stage: .open, changedAt: time))
            return .dispute(disputes[disputes.count - 1])
        case .stage(let index, let stage):
            disputes[index].stage = stage
            disputes[index].changedAt = time
            return .dispute(disputes[index])
        }
    }
}
