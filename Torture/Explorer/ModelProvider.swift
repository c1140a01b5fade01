import GatewayLifecycle

/// An intent at the provider.
package struct ModelIntent: Sendable, Hashable {
    var exists = false
    var status = IntentStatus.requiresPaymentMethod
    /// What was captured; it stays what it was if the provider takes the capture back.
    var captured: Int64 = 0
    var amount = World.amount
    var isOrderCurrency = true
    /// The reports that were ever made: one bit for each status, and nine bits further on where the report has another amount.
    var reports: UInt32 = 0

    /// Shows another status from now on, and reports it.
    mutating func move(to status: IntentStatus) {
        self.status = status
        report()
    }

    mutating func capture(_ amount: Int64) {
        captured = amount
        move(to: .succeeded)
    }

    mutating func report() { reports |= 1 << (UInt32(status.rawValue) + (amount == World.amount ? 0 : 9)) }

    /// Whether the payer or a confirmation can still get it paid.
    var isPayable: Bool {
        status == .requiresPaymentMethod || status == .declined || status == .requiresConfirmation || status == .requiresAction
    }
}

/// A refund at the provider.
package struct ModelRefund: Sendable, Hashable {
    /// The place of its payment in the world's list.
    var payment: Int
    /// The gateway's operation; nil for a refund that was made elsewhere.
    var operation: Int64?
    var amount: Int64
    var status: RefundStatus
    /// The reports that were ever made: one bit for each of ``statuses``.
    var reports: UInt8 = 0

    /// The statuses of the model, in the order of the bits.
    static let statuses: [RefundStatus] = [.pending, .requiresAction, .succeeded, .failed]

    mutating func move(to status: RefundStatus) {
        self.status = status
        reports |= 1 << Self.bit(of: status)
    }

    static func bit(of status: RefundStatus) -> UInt8 {
        switch status {
        case .pending: 0
        case .requiresAction: 1
        case .succeeded: 2
        case .failed, .canceled: 3
        }
    }
}

/// A dispute at the provider.
package struct ModelDispute: Sendable, Hashable {
    var payment: Int
    var amount: Int64
    var stage: DisputeStage
    /// Whether it was won before it was lost.
    var wasWonFirst = false
    /// The reports that were ever made: one bit for each stage.
    var reports: UInt8 = 0

    mutating func move(to stage: DisputeStage) {
        if stage == .won, self.stage != .lost { wasWonFirst = true }
        self.stage = stage
        reports |= 1 << stage.rawValue
    }

    /// The provider's clock at the change to a stage. Every stage is reached once.
    func time(of stage: DisputeStage) -> Int64 {
        switch stage {
        case .inquiry: 1
        case .inquiryClosed, .open: 2
        case .underReview: 3
        case .lost: wasWonFirst ? 5 : 4
        case .won: wasWonFirst ? 4 : 5
        }
    }
}

/// The provider: the truth that the books have to follow.
package struct ModelProvider: Sendable, Hashable {
    var intents = [ModelIntent(), ModelIntent()]
    var refunds: [ModelRefund] = []
    var disputes: [ModelDispute] = []
    /// Whether a report shows the release of a payment's authorization as a refund.
    var showsRelease = false

    static let intentIDs = [ObjectID("a"), ObjectID("b")]
    static let refundIDs = [ObjectID("r1"), ObjectID("r2"), ObjectID("r3")]
    static let disputeIDs = [ObjectID("d1"), ObjectID("d2")]
    /// The ids that a payment's intent can have.
    static let claims = intentIDs.map { [$0, releaseID] }
    static let allRefundIDs = refundIDs + [releaseID]
    /// The id in a report of a released authorization.
    static let releaseID = ObjectID("released")

    /// The intent as it is now.
    func sight(_ payment: Int) -> IntentSight {
        let intent = intents[payment]
        return sight(payment, intent.status, amount: intent.amount)
    }

    /// The intent as it was when it had this status.
    func sight(_ payment: Int, _ status: IntentStatus, amount: Int64) -> IntentSight {
        IntentSight(
            id: Self.intentIDs[payment], status: status, amount: amount, isOrderCurrency: intents[payment].isOrderCurrency,
            captured: status == .succeeded ? intents[payment].captured : nil)
    }

    func sight(ofRefund index: Int, _ status: RefundStatus, names: Bool) -> RefundSight {
        let refund = refunds[index]
        return RefundSight(
            id: Self.refundIDs[index], operation: names ? refund.operation : nil, amount: refund.amount, status: status)
    }

    /// The list of a payment's refunds.
    func sights(ofRefundsOf payment: Int, names: Bool) -> [RefundSight] {
        refunds.indices.filter { refunds[$0].payment == payment }.map { sight(ofRefund: $0, refunds[$0].status, names: names) }
    }

    func sight(ofDispute index: Int, _ stage: DisputeStage) -> DisputeFacts {
        let dispute = disputes[index]
        return DisputeFacts(
            id: Self.disputeIDs[index], amount: dispute.amount, stage: stage, changedAt: dispute.time(of: stage))
    }

    /// What can still be refunded of a payment.
    func refundable(_ payment: Int) -> Int64 {
        var left = intents[payment].captured
        for refund in refunds where refund.payment == payment && refund.status.givesBack { left -= refund.amount }
        return left
    }

    /// Makes a refund. Returns its place, or nil where the model has no more room.
    mutating func addRefund(_ payment: Int, operation: Int64?, amount: Int64, _ status: RefundStatus) -> Int? {
        guard refunds.count < 3 else { return nil }
        var refund = ModelRefund(payment: payment, operation: operation, amount: amount, status: status)
        refund.move(to: status)
        refunds.append(refund)
        return refunds.count - 1
    }
}
