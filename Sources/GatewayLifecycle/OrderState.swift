/// The payments of one order. Its status, and what one payment means for the others, are derived from them.
package struct OrderState: Sendable, Hashable {
    /// All payments of the order, oldest first.
    package var payments: [PaymentState]

    /// An order with its payments, oldest first.
    package init(payments: [PaymentState] = []) { self.payments = payments }

    /// The order's status. A payment with a discrepancy that blocks the order does not count as paid.
    package var status: OrderStatus { status(mutants: []) }

    package func status(mutants: LifecycleMutants) -> OrderStatus {
        var captured: Int64 = 0
        var refunded: Int64 = 0
        var isBlocked = false
        for payment in payments where payment.isPaid {
            if payment.discrepancy?.code.blocksOrder ?? false, !mutants.contains(.orderCompletesInReview) {
                isBlocked = true
            } else {
                captured = captured.addingCapped(payment.captured)
                refunded = refunded.addingCapped(payment.refunded)
            }
        }
        if captured > 0 { return refunded == 0 ? .completed : refunded < captured ? .partiallyRefunded : .refunded }
        if isBlocked { return .pending }
        // A payment without an intent came to nothing: the order is as it was before.
        let shown = payments.filter { $0.intentID != nil }
        if let open = shown.last(where: \.mayStillBePaid) { return open.status == .failed ? .failed : .pending }
        return shown.isEmpty || payments.contains(where: \.mayStillBePaid) ? .pending : .canceled
    }

    /// Returns what the order's other payments mean for one of them.
    package func siblings(of id: Int64) -> Siblings {
        var siblings = Siblings()
        for other in payments where other.id != id {
            if other.isPaid {
                siblings.hasPaid = true
                if other.holdsMoney { siblings.holdsMoney = true }
                if other.keepsMoney, !other.wasCanceled || other.id < id { siblings.outranks = true }
            }
            if other.mayStillBePaid { siblings.open.append(other.id) }
            if siblings.discrepancy == nil { siblings.discrepancy = other.discrepancy?.code }
        }
        return siblings
    }

    /// Returns the payment with its siblings filled in; nil where the order has no such payment.
    package func payment(_ id: Int64) -> PaymentState? {
        guard var payment = payments.first(where: { $0.id == id }) else { return nil }
        payment.siblings = siblings(of: id)
        return payment
    }
}

/// The status of an order. The raw values are those of the API and of the database.
package enum OrderStatus: String, Sendable, Hashable, CaseIterable {
    /// It waits for a payment.
    case pending
    /// It is paid.
    case completed
    /// The last attempt to pay it failed.
    case failed
    /// Its last payment was canceled.
    case canceled
    /// It is paid, and a part was refunded.
    case partiallyRefunded = "partially_refunded"
    /// It is paid, and all was refunded.
    case refunded
}
