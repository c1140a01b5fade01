import GatewayLifecycle
import ProviderAPI

/// The facts behind a payment's status that no column says. Stored as JSON; NULL for an ordinary payment.
package struct PaymentFacts: Sendable, Hashable, Codable {
    /// The intent's last status, or ``nothingShown``, where it does not follow from the payment's.
    package var shown: String?
    /// The amount of a capture that was asked for and carried out, or ``nothingAsked``, where it is not the one that was captured.
    package var captureAsked: Int64?
    /// See ``PaymentState/otherIntentID``.
    package var otherIntent: String?
    /// See ``PaymentState/differingAmount``.
    package var differingAmount: Int64?
    /// See ``PaymentState/hasOtherCurrency``.
    package var otherCurrency: Bool?
    /// The payment was closed by the gateway, and canceled at the provider too.
    package var canceled: Bool?
    /// The payment was closed by the gateway, and expired at the provider too.
    package var expired: Bool?
    /// See ``PaymentState/isCanceledAfterCapture``.
    package var canceledAfterCapture: Bool?
    /// See ``PaymentState/hasOtherRefund``.
    package var otherRefund: Bool?
    /// See ``PaymentState/capturedByOperator``.
    package var capturedByOperator: Int64?
    /// The discrepancies that an operator accepted, as `code value`.
    package var accepted: [String]?

    private enum CodingKeys: String, CodingKey {
        case shown
        case captureAsked = "capture_asked"
        case otherIntent = "other_intent"
        case differingAmount = "differing_amount"
        case otherCurrency = "other_currency"
        case canceled
        case expired
        case canceledAfterCapture = "canceled_after_capture"
        case otherRefund = "other_refund"
        case capturedByOperator = "captured_by_operator"
        case accepted
    }

    /// ``shown`` of an intent whose status was not shown, where the payment's status would say otherwise.
    package static let nothingShown = "nothing"

    /// ``captureAsked`` where no capture was asked for, and the provider shows one.
    package static let nothingAsked: Int64 = 0

    /// No facts.
    package init() {}
}

extension IntentStatus {
    /// The word in ``PaymentFacts/shown``.
    var word: String {
        switch self {
        case .requiresPaymentMethod: "requires_payment_method"
        case .declined: "declined"
        case .requiresConfirmation: "requires_confirmation"
        case .requiresAction: "requires_action"
        case .processing: "processing"
        case .requiresCapture: "requires_capture"
        case .succeeded: "succeeded"
        case .canceled: "canceled"
        case .expired: "expired"
        }
    }

    init?(word: String) {
        guard let status = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = status
    }

    /// What the provider showed, as far as the payment's status says.
    fileprivate init?(impliedBy row: PaymentTransaction) {
        switch row.status {
        case .requiresPaymentMethod: self = .requiresPaymentMethod
        case .requiresConfirmation: self = .requiresConfirmation
        case .requiresAction: self = .requiresAction
        case .processing:
            guard row.paymentIntentID != nil else { return nil }
            self = .processing
        case .requiresCapture: self = .requiresCapture
        case .failed: self = .declined
        case .succeeded, .partiallyRefunded, .refunded: self = .succeeded
        case .canceled: return nil
        }
    }
}

extension PaymentTransaction {
    private static let canceled = "canceled"
    private static let expired = "expired"

    /// Returns the facts of the row. Operations, refunds, disputes and siblings are rows of their own.
    var state: PaymentState {
        var state = PaymentState(id: id, amount: amount.minorUnits, isManualCapture: captureMethod == .manual)
        state.version = version
        state.intentID = paymentIntentID.map { ObjectID($0) }
        state.closure = closedReason.flatMap { Closure(rawValue: $0) }
        state.isCanceledAtProvider = closedReason == Self.canceled
        state.isExpired = closedReason == Self.expired
        if status == .canceled, closedReason == nil {
            // Rows of versions before the reason was stored.
            if paymentIntentID == nil { state.closure = .refused } else { state.isCanceledAtProvider = true }
        }
        state.discrepancy = review?.discrepancy
        // ``PaymentFacts/nothingShown`` is no status.
        state.shown = if let shown = facts?.shown { IntentStatus(word: shown) } else { IntentStatus(impliedBy: self) }
        state.capturedByOperator = facts?.capturedByOperator ?? 0
        state.capturedAtProvider = state.capturedByOperator == captured ? 0 : captured
        state.captureAsked = facts?.captureAsked ?? (state.isManualCapture && captured > 0 ? captured : nil)
        if state.captureAsked == PaymentFacts.nothingAsked { state.captureAsked = nil }
        guard let facts else { return state }
        state.otherIntentID = facts.otherIntent.map { ObjectID($0) }
        state.differingAmount = facts.differingAmount
        state.hasOtherCurrency = facts.otherCurrency ?? false
        state.isCanceledAtProvider = state.isCanceledAtProvider || facts.canceled ?? false
        state.isExpired = state.isExpired || facts.expired ?? false
        state.isCanceledAfterCapture = facts.canceledAfterCapture ?? false
        state.hasOtherRefund = facts.otherRefund ?? false
        state.accepted = (facts.accepted ?? []).compactMap { Discrepancy(text: $0) }
        return state
    }

    /// Writes a payment's facts and what is derived from them into the row, all but ``review`` and texts for people.
    mutating func take(_ state: PaymentState) {
        status = state.status
        captured = state.captured
        refunded = state.refunded
        reserved = state.reserved
        disputed = state.disputed
        paymentIntentID = state.intentID?.text
        closedReason =
            closedReason
            ?? (state.closure?.rawValue ?? (state.isExpired ? Self.expired : state.isCanceledAtProvider ? Self.canceled : nil))
        if state.closure == .local { closedReason = Closure.local.rawValue }
        var facts = PaymentFacts()
        if state.shown != IntentStatus(impliedBy: self) { facts.shown = state.shown?.word ?? PaymentFacts.nothingShown }
        let impliedCapture = state.isManualCapture && captured > 0 ? captured : nil
        if state.captureAsked != impliedCapture { facts.captureAsked = state.captureAsked ?? PaymentFacts.nothingAsked }
        facts.otherIntent = state.otherIntentID?.text
        facts.differingAmount = state.differingAmount
        facts.otherCurrency = state.hasOtherCurrency ? true : nil
        facts.canceled = state.isCanceledAtProvider && closedReason != Self.canceled ? true : nil
        facts.expired = state.isExpired && closedReason != Self.expired ? true : nil
        facts.canceledAfterCapture = state.isCanceledAfterCapture ? true : nil
        facts.otherRefund = state.hasOtherRefund ? true : nil
        facts.capturedByOperator = state.capturedByOperator > 0 ? state.capturedByOperator : nil
        facts.accepted = state.accepted.isEmpty ? nil : state.accepted.map(\.text)
        self.facts = facts == PaymentFacts() ? nil : facts
    }

    /// Returns the facts that matter to the order's other payments. Refunds are summed up as one that succeeded and one on its way.
    var summary: PaymentState {
        var state = state
        // An operation without an outcome makes the status uncertain; the row has it.
        if status == .processing, state.mayStillBePaid { state.shown = .processing }
        if refunded > 0 { state.refunds.append(RefundFacts(id: -1, operation: nil, amount: refunded, shown: .succeeded)) }
        if reserved > 0 { state.refunds.append(RefundFacts(id: -2, operation: nil, amount: reserved, shown: .pending)) }
        return state
    }
}

extension Discrepancy {
    /// The code and the value.
    var text: String { "\(code.rawValue) \(value)" }

    init?(text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 2, let code = DiscrepancyCode(rawValue: String(parts[0])), let value = Int64(parts[1]) else {
            return nil
        }
        self.init(code, value)
    }
}

extension RefundFacts {
    init(_ record: RefundRecord) {
        let status = RefundStatus(record.status)
        // The row's status is the provider's word once the provider has shown the refund.
        let isShown = record.providerRefundID != nil && record.decision != .succeeded
        self.init(
            id: record.id, operation: record.operationID, amount: record.amount.minorUnits,
            providerID: record.providerRefundID.map { ObjectID($0) }, shown: isShown ? status : nil,
            decision: record.decision ?? (isShown || status != .failed ? nil : .refused), providerAmount: record.providerAmount)
    }
}

extension RefundRecord {
    mutating func take(_ facts: RefundFacts) {
        providerRefundID = facts.providerID?.text
        status = facts.status.refundStatus
        // What the provider shows outranks a declared success. A declared failure is kept: the provider may contradict it.
        decision = facts.shown != nil && facts.decision == .succeeded ? nil : facts.decision
        providerAmount = facts.providerAmount
    }
}

extension Order.Status {
    init(_ status: OrderStatus) {
        self =
            switch status {
            case .pending: .pending
            case .completed: .completed
            case .failed: .failed
            case .canceled: .canceled
            case .partiallyRefunded: .partiallyRefunded
            case .refunded: .refunded
            }
    }
}
