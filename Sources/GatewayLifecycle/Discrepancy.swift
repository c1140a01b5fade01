/// A difference between the books and what the provider shows, which a person has to look at.
///
/// A discrepancy stands beside the status and never replaces it. ``PaymentState/openDiscrepancy`` derives it from the facts, so
/// that it opens and closes by itself.
package struct Discrepancy: Sendable, Hashable {
    /// What differs.
    package let code: DiscrepancyCode
    /// What makes this difference another than an accepted one of the same code: an amount, or the id of a refund or of an
    /// operation. ``otherCurrency`` and those of the code `object_differs` have a value of their own.
    package let value: Int64

    /// A difference.
    package init(_ code: DiscrepancyCode, _ value: Int64) {
        self.code = code
        self.value = value
    }
}

/// What differs. The raw values are those of the API's `review.code`, of the metrics and of the database.
package enum DiscrepancyCode: String, Sendable, Hashable, CaseIterable {
    /// Another object claims the payment, or the intent was canceled after it had been captured.
    case objectDiffers = "object_differs"
    /// The intent's amount or currency, or a refund's amount, is not the one that was asked for.
    case amountDiffers = "amount_differs"
    /// A payment that was canceled is paid, beside another payment of the order that is paid or may be.
    case duplicatePayment = "duplicate_payment"
    /// A payment that was canceled is paid.
    case paidAfterCancel = "paid_after_cancel"
    /// The provider captured more than was asked for.
    case capturedMore = "captured_more"
    /// The provider captured less than was asked for.
    case capturedLess = "captured_less"
    /// The provider shows more refunds than money captured.
    case refundExceeds = "refund_exceeds"
    /// The provider shows that a refund gives money back that the gateway ended as failed.
    case refundContradictsDecision = "refund_contradicts_decision"
    /// An operation has had no outcome for 72 hours.
    case outcomeUnknown = "outcome_unknown"

    /// Whether an order does not become `completed` by a payment with such a discrepancy. The others leave no doubt that it is
    /// paid.
    package var blocksOrder: Bool {
        switch self {
        case .objectDiffers, .amountDiffers, .duplicatePayment, .paidAfterCancel, .capturedMore, .capturedLess: true
        case .refundExceeds, .refundContradictsDecision, .outcomeUnknown: false
        }
    }
}

extension Discrepancy {
    /// Another intent claims the payment.
    package static let otherIntent = Discrepancy(.objectDiffers, 0)
    /// The intent was canceled after it had been captured.
    package static let canceledAfterCapture = Discrepancy(.objectDiffers, 1)
    /// One refund of the gateway was shown under two ids.
    package static let otherRefund = Discrepancy(.objectDiffers, 2)
    /// The intent is in another currency than the order.
    package static let otherCurrency = Discrepancy(.amountDiffers, -1)

    /// Whether the discrepancy closes when all money is back. Too much money back, an open outcome, and another object, which may hold money
    /// or have given it back a second time, remain a question then.
    var closesWhenRefunded: Bool {
        switch code {
        case .refundExceeds, .outcomeUnknown: false
        case .objectDiffers: self == .canceledAfterCapture
        case .amountDiffers, .duplicatePayment, .paidAfterCancel, .capturedMore, .capturedLess, .refundContradictsDecision: true
        }
    }
}

extension PaymentState {
    /// Every difference between the facts and what the gateway asked for, the gravest first.
    package var discrepancies: [Discrepancy] {
        var found: [Discrepancy] = []
        func add(_ code: DiscrepancyCode, _ value: Int64) { found.append(Discrepancy(code, value)) }

        if otherIntentID != nil { found.append(.otherIntent) }
        if hasOtherRefund { found.append(.otherRefund) }
        if isCanceledAfterCapture { found.append(.canceledAfterCapture) }
        if hasOtherCurrency { found.append(.otherCurrency) }
        if let differingAmount { add(.amountDiffers, differingAmount) }
        for refund in refunds {
            if let amount = refund.providerAmount, amount != refund.amount { add(.amountDiffers, amount) }
        }
        if capturedAtProvider > 0 {
            if wasCanceled {
                let isAlone = !siblings.holdsMoney && siblings.open.isEmpty
                add(isAlone ? .paidAfterCancel : .duplicatePayment, captured)
            }
            let expected = differingAmount ?? (isManualCapture ? captureAsked : amount)
            if capturedAtProvider > expected ?? amount { add(.capturedMore, capturedAtProvider) }
            if let expected, capturedAtProvider < expected { add(.capturedLess, capturedAtProvider) }
        }
        if isPaid {
            var back: Int64 = 0
            for refund in refunds where refund.status.givesBack { back = back.addingCapped(refund.currentAmount) }
            if back > captured { add(.refundExceeds, back) }
        }
        for refund in refunds where refund.contradictsDecision { add(.refundContradictsDecision, refund.id) }
        for operation in operations where operation.isOverdue { add(.outcomeUnknown, operation.id) }
        return found
    }

    /// The gravest difference that no operator has accepted; nil where the books and the provider agree.
    package var openDiscrepancy: Discrepancy? {
        let isMoneyBack = isPaid && refunded >= captured
        return discrepancies.first { !accepted.contains($0) && !(isMoneyBack && $0.closesWhenRefunded) }
    }
}
