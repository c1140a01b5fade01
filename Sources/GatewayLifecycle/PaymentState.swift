/// One payment: what its provider showed, and what the gateway intends. Everything else about the payment is derived from these
/// facts.
///
/// Most facts about the intent only grow: a flag becomes true, an amount takes the larger value, a refund takes the higher rank, a dispute
/// takes the newer event. Such facts end in the same value in whatever order observations arrive. ``shown``, ``differingAmount``,
/// ``hasOtherCurrency``, ``isCanceledAfterCapture``, and of a dispute what was fetched, take the latest value, and only from a *fresh*
/// observation: see ``Authority``. What the gateway and its operators decided, ``captureAsked`` and ``capturedByOperator`` among it, changes
/// with their steps.
///
/// The state holds no text for people, no secret and no payment method. The ledger copies those beside it.
package struct PaymentState: Sendable, Hashable {
    /// The payment's id.
    package let id: Int64
    /// What the client asked for, in the minor units of the order's currency (ISO 4217).
    package let amount: Int64
    /// Whether the payment is authorized first and captured by a call of its own.
    package let isManualCapture: Bool

    // MARK: What the provider showed of the intent

    /// The intent that belongs to this payment.
    package var intentID: ObjectID?
    /// Another intent that claims this payment; of several, the least id.
    package var otherIntentID: ObjectID?
    /// The latest status while the intent was open.
    package var shown: IntentStatus?
    /// Whether the intent was ever shown as canceled.
    package var isCanceledAtProvider = false
    /// Whether the intent was ever shown as expired.
    package var isExpired = false
    /// The largest captured amount that was shown.
    package var capturedAtProvider: Int64 = 0
    /// The amount of a capture that the gateway asked for and the provider carried out.
    package var captureAsked: Int64?
    /// The intent's amount where it is not ``amount``.
    package var differingAmount: Int64?
    /// Whether the intent is in another currency than the order.
    package var hasOtherCurrency = false
    /// Whether the intent was shown as canceled after it had been captured.
    package var isCanceledAfterCapture = false
    /// Whether one refund of the gateway was shown under two ids.
    package var hasOtherRefund = false

    // MARK: What the gateway and its operators decided

    /// Why the gateway closed the payment without the provider's word.
    package var closure: Closure?
    /// The amount that an operator declared captured. Zero once the provider showed a capture, or a fresh observation showed that
    /// there is none.
    package var capturedByOperator: Int64 = 0
    /// The operations that have not ended, by id.
    package var operations: [OpenOperation] = []
    /// All refunds, the gateway's and others, by row.
    package var refunds: [RefundFacts] = []
    /// All disputes, by id.
    package var disputes: [DisputeFacts] = []
    /// The discrepancy that is open.
    package var discrepancy: Discrepancy?
    /// The discrepancies that an operator accepted.
    package var accepted: [Discrepancy] = []

    // MARK: What belongs to the moment of a decision

    /// The other payments of the order, as they were when this state was read.
    package var siblings = Siblings.none
    /// The version of the row that this state was read from.
    package var version: Int64 = 0

    /// A payment that was requested and of which the provider has shown nothing.
    package init(id: Int64, amount: Int64, isManualCapture: Bool) {
        self.id = id
        self.amount = amount
        self.isManualCapture = isManualCapture
    }
}

/// Why the gateway closed a payment without the provider's word. Raw values are those of the database.
package enum Closure: String, Sendable, Hashable, CaseIterable {
    /// The provider declined the creation.
    case declined
    /// The provider refused the creation.
    case refused
    /// The creation never reached the provider.
    case notSent = "not_sent"
    /// The evidence shows that the provider did not carry out the creation.
    case notExecuted = "not_executed"
    /// Another payment of the order took its place while its creation had no outcome.
    case superseded
    /// It was to be canceled while it must not go on, and the provider has no cancellation.
    case local
    /// An operator closed it.
    case byOperator = "operator"
}

/// An operation whose outcome is not known, or whose call is under way.
package struct OpenOperation: Sendable, Hashable {
    /// The operation's id.
    package let id: Int64
    /// What is asked.
    package let kind: OperationKind
    /// The amount of a capture or a refund, in minor units; zero otherwise.
    package let amount: Int64
    /// Whether a call ended without an outcome.
    package var isUnknown = false
    /// Whether a task of a running process works on it.
    package var isLeased = false
    /// Whether an attempt before the present one may have reached the provider.
    package var mayHaveBeenSent = false
    /// Whether it has been open for 72 hours.
    package var isOverdue = false
    /// How many look-ups in a row found no trace of it, whether the provider shows everything or not; counted up to two.
    package var tracelessLooks: UInt8 = 0

    /// An operation that has just been stored.
    package init(id: Int64, kind: OperationKind, amount: Int64 = 0) {
        self.id = id
        self.kind = kind
        self.amount = amount
    }
}

/// The other payments of an order, as far as they matter to one of them. See ``OrderState/siblings(of:)``.
package struct Siblings: Sendable, Hashable {
    /// Whether one of them was captured, even if it is refunded by now.
    package var hasPaid = false
    /// Whether one of them was captured and is not refunded in full.
    package var holdsMoney = false
    /// Whether one of them is to be kept rather than this payment: it was never canceled or is older, and its money is not on its way back.
    package var outranks = false
    /// The ids of those that may still be paid, oldest first.
    package var open: [Int64] = []
    /// A discrepancy that is open among them.
    package var discrepancy: DiscrepancyCode?

    /// The payment stands alone.
    package static let none = Siblings()
}

// MARK: - What is derived

extension PaymentState {
    /// What was captured, in minor units.
    package var captured: Int64 { capturedAtProvider > 0 ? capturedAtProvider : capturedByOperator }

    /// Whether money was captured.
    package var isPaid: Bool { captured > 0 }

    /// Whether the payment was canceled, expired or closed at any time. Money may have been captured all the same.
    package var wasCanceled: Bool { closure != nil || isCanceledAtProvider || isExpired }

    /// Whether a payer can still pay it, as far as the gateway knows.
    package var mayStillBePaid: Bool { !isPaid && !wasCanceled }

    /// What went back, in minor units. At most ``captured``: what is shown beyond that is the discrepancy `refund_exceeds`.
    package var refunded: Int64 { min(captured, sum { $0 == .succeeded }) }

    /// What is on its way back, in minor units. At most what is left of ``captured``.
    package var reserved: Int64 { min(captured - refunded, sum { $0.isOnItsWay }) }

    /// Whether the intent may still be paid at the provider, for all that it showed. The gateway may have closed the payment.
    package var isOpenAtProvider: Bool { intentID != nil && !isPaid && !isCanceledAtProvider && !isExpired }

    /// Whether money was captured and is not refunded in full.
    package var holdsMoney: Bool { refunded < captured }

    /// Whether some of the money is not even on its way back.
    package var keepsMoney: Bool { refunded + reserved < captured }

    /// The sum of the disputes that are open or lost, in minor units. At most ``captured``.
    package var disputed: Int64 {
        var sum: Int64 = 0
        for dispute in disputes where dispute.stage.holdsMoney {
            // The amount of another currency cannot be added: such a dispute holds everything.
            sum = sum.addingCapped(dispute.isOrderCurrency ? dispute.amount : captured)
        }
        return min(captured, sum)
    }

    /// What can be refunded now, in minor units: `captured - refunded - reserved - disputed`, and never negative.
    package var refundable: Int64 { max(0, captured - refunded - reserved - disputed) }

    /// The status that the API shows.
    package var status: PaymentStatus {
        if isPaid { return refunded == 0 ? .succeeded : refunded < captured ? .partiallyRefunded : .refunded }
        if wasCanceled { return .canceled }
        guard let shown else { return .processing }
        // The provider has not shown yet what became of a call, so that the status before it may be wrong.
        let isUncertain = operations.contains { $0.isUnknown && $0.kind != .refund && !$0.kind.hasTrace(in: shown) }
        return isUncertain ? .processing : shown.paymentStatus
    }

    /// The open operation that keeps others of its payment waiting; nil where none does. A refund keeps no other waiting.
    package func blockingOperation(for kind: OperationKind) -> OpenOperation? {
        operations.first { operation in
            switch operation.kind {
            case .refund: false
            // A payer who gives up must not be charged later: a confirmation without an outcome does not keep a cancellation
            // waiting.
            case .confirm: !(kind == .cancel && operation.isUnknown && !operation.isLeased)
            case .create, .capture, .cancel: true
            }
        }
    }

    private func sum(where isCounted: (RefundStatus) -> Bool) -> Int64 {
        var sum: Int64 = 0
        for refund in refunds where isCounted(refund.status) { sum = sum.addingCapped(refund.currentAmount) }
        return sum
    }
}

extension Int64 {
    /// Returns the sum, or the largest value where the sum is beyond it. A provider's amounts are input.
    func addingCapped(_ other: Int64) -> Int64 {
        let (sum, isBeyond) = addingReportingOverflow(other)
        return isBeyond ? .max : sum
    }
}
