import GatewayLifecycle
import ProviderAPI

extension PaymentLedger {
    /// A payment with all that belongs to it, as a unit of work reads and changes it.
    ///
    /// It cannot be copied: what is written is what the unit goes on with.
    struct Payment: ~Copyable {
        var row: PaymentTransaction
        var state: PaymentState
        var refunds: [RefundRecord] = []
        var disputes: [DisputeRecord] = []
        /// The other payments of the order, oldest first.
        var others: [PaymentTransaction] = [] {
            didSet { state.siblings = OrderState(payments: others.map(\.summary)).siblings(of: row.id) }
        }

        /// The order, with this payment as a state of it is.
        func order(with state: PaymentState) -> OrderState {
            var payments = others.map(\.summary)
            let place = others.firstIndex { ($0.createdAt, $0.id) > (row.createdAt, row.id) } ?? others.endIndex
            payments.insert(state, at: place)
            return OrderState(payments: payments)
        }

        /// The row as answers show it.
        var shownRow: PaymentTransaction {
            var row = row
            row.disputes = disputes
            return row
        }
    }
}

extension PaymentLedger.Payment {
    /// What the client of an operation is answered that has taken effect.
    ///
    /// - Throws: ``GatewayError/Code/internal`` where the refund of a refund's operation is missing.
    func answer(toSucceeded end: OperationEnd) throws -> PaymentAnswer {
        switch end.kind {
        case .create: return .intentCreated(shownRow)
        case .confirm, .capture, .cancel: return .transaction(shownRow)
        case .refund:
            guard let refund = refunds.first(where: { $0.operationID == end.id }) else {
                throw GatewayError(.internal, "The operation \(end.id) has no refund.")
            }
            return .refund(refund)
        }
    }

    /// The dispute that the API shows: the most recent open one, else the last.
    var shownDispute: Dispute? {
        if disputes.isEmpty { return nil }
        func isOlder(_ left: DisputeRecord, _ right: DisputeRecord) -> Bool {
            (left.changedAt, ObjectID(left.dispute.id)) < (right.changedAt, ObjectID(right.dispute.id))
        }
        let open = disputes.filter { !DisputeStage($0.dispute.status).isClosed }
        return (open.max(by: isOlder) ?? disputes.max(by: isOlder))?.dispute
    }

    /// A discrepancy in words, for operators.
    func explain(_ discrepancy: Discrepancy) -> String {
        let currency = row.amount.currency
        func money(_ minorUnits: Int64) -> String { "\(Money(minorUnits: minorUnits, currency: currency))" }
        switch discrepancy.code {
        case .objectDiffers where discrepancy == .canceledAfterCapture:
            return "The provider shows the payment as canceled after it was captured."
        case .objectDiffers where discrepancy == .otherRefund:
            return "The provider showed one refund of the gateway under two ids."
        case .objectDiffers:
            let other = state.otherIntentID?.text ?? "another one"
            return "The provider shows the payment intent \(other) where \(row.paymentIntentID ?? "none") was expected."
        case .amountDiffers where discrepancy == .otherCurrency:
            return "The provider has the payment in another currency than \(currency.code)."
        case .amountDiffers: return "The provider has \(money(discrepancy.value)), which is not the amount that was asked for."
        case .duplicatePayment: return "The payment was canceled and is paid, and so is or may be another payment of the order."
        case .paidAfterCancel: return "The payment was canceled, and the provider captured \(money(discrepancy.value))."
        case .capturedMore: return "The provider captured \(money(discrepancy.value)), which is more than was asked for."
        case .capturedLess: return "The provider captured \(money(discrepancy.value)), which is less than was asked for."
        case .refundExceeds: return "The provider shows refunds of \(money(discrepancy.value)), which is more than was captured."
        case .refundContradictsDecision:
            return "The provider made the refund \(discrepancy.value), which the gateway had ended as failed."
        case .outcomeUnknown: return "The operation \(discrepancy.value) has had no outcome for 72 hours."
        }
    }
}
