/// What somebody wants to do with a payment. Commands are the input of ``Lifecycle/decide(_:on:)``.
package enum Command: Sendable, Hashable {
    // MARK: Clients

    /// Confirm the payment.
    case confirm
    /// Capture this amount, or all of it.
    case capture(Int64?, Abilities)
    /// Cancel the payment.
    case cancel
    /// Refund this amount, or what is left.
    case refund(Int64?, Abilities)

    // MARK: The gateway

    /// Send an operation's call again.
    case repeatCall(operation: Int64, Elapsed)
    /// Cancel the intent of a payment that must not be paid: another payment of the order is.
    case cancelSuperfluous

    // MARK: Operators

    /// Declare an operation's outcome, with what a look-up showed just before; nil where the provider did not answer.
    case declare(operation: Int64, OperatorWord, LookUp?, isForced: Bool)
    /// Accept the open discrepancy: the books stand as the provider shows them. An operation that has had no outcome for 72 hours is looked
    /// up just before; nil where the provider did not answer, and for every other discrepancy.
    case accept(LookUp?)
    /// Give everything back: refund what was captured, or cancel what is not.
    case giveBack(Abilities)
}

/// A client's wish to pay an order with a payment of its own.
package struct Creation: Sendable, Hashable {
    /// Whether it is captured by a call of its own.
    package var isManualCapture: Bool
    /// Whether the provider that the client asked for is the one of the order's open payment.
    package var isSameProvider: Bool
    /// Whether the provider charges the payer by the creation alone. An unknown creation of such a provider is never superseded.
    package var chargesByItself: Bool

    /// A creation.
    package init(isManualCapture: Bool, isSameProvider: Bool = true, chargesByItself: Bool = false) {
        self.isManualCapture = isManualCapture
        self.isSameProvider = isSameProvider
        self.chargesByItself = chargesByItself
    }
}

/// What a provider can do.
package struct Abilities: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// It can refund.
    package static let refunds = Abilities(rawValue: 1)
    /// It can refund a part.
    package static let partialRefunds = Abilities(rawValue: 2)
    /// It can capture a part.
    package static let partialCapture = Abilities(rawValue: 4)
    /// It can do everything.
    package static let all: Abilities = [.refunds, .partialRefunds, .partialCapture]
}

/// The times and counts behind a repeat.
package struct Elapsed: Sendable, Hashable {
    /// Since the client's request.
    package var sinceRequest: Duration
    /// For how long the provider remembers an idempotency key.
    package var keyMemory: Duration
    /// How often a process crashed while it worked on the operation.
    package var crashCount: Int

    /// The times and counts.
    package init(sinceRequest: Duration, keyMemory: Duration, crashCount: Int = 0) {
        self.sinceRequest = sinceRequest
        self.keyMemory = keyMemory
        self.crashCount = crashCount
    }
}

/// What a command leads to.
package enum Decision: Sendable, Hashable {
    /// Nothing is done, for this reason.
    case refuse(Refusal)
    /// Store this operation and call the provider.
    case call(PlannedOperation)
    /// Store this operation for a new payment, and close the other payment in the same transaction.
    case supersede(Int64, PlannedOperation)
    /// Answer with a payment of the order: it already is what the client wants.
    case reuse(Int64)
    /// Answer 202: the payment's creation has no outcome yet.
    case accepted(Int64)
    /// Write what the command itself is evidence of.
    case observe(Observation)
}

/// An operation that is about to be stored.
package struct PlannedOperation: Sendable, Hashable {
    /// Why the gateway makes the call.
    package enum Reason: String, Sendable, Hashable, CaseIterable {
        /// A client asked for it.
        case client
        /// The payment is paid beside another one of its order.
        case duplicate
        /// The payment must not be paid any more.
        case superfluous
        /// An operator gives the money back.
        case review
    }

    /// What is asked.
    package var kind: OperationKind
    /// The amount of a capture or a refund, in minor units; zero otherwise.
    package var amount: Int64
    /// Why.
    package var reason: Reason

    /// An operation.
    package init(_ kind: OperationKind, amount: Int64 = 0, reason: Reason = .client) {
        self.kind = kind
        self.amount = amount
        self.reason = reason
    }
}

/// Why a command is refused.
package enum Refusal: Sendable, Hashable {
    /// Another payment of the order, or this one, is paid: 409 `order_already_paid`.
    case orderAlreadyPaid
    /// A discrepancy of the order is open: 409 `payment_in_review`.
    case inReview(DiscrepancyCode)
    /// The payment's status does not allow it: 409 `invalid_state`.
    case status(PaymentStatus, OperationKind)
    /// Another payment of the order may still be paid: 409 `invalid_state`.
    case otherPaymentOpen
    /// The order's open payment is of another provider or captured in another way: 409 `invalid_state`.
    case otherPaymentDiffers
    /// A call of this kind is at work or without an outcome: 409 `invalid_state` with `Retry-After`.
    case busy(OperationKind)
    /// A dispute holds the money: 409 `payment_disputed`, with what can be refunded, in minor units.
    case disputed(refundable: Int64)
    /// More than what can be refunded: 422 `refund_exceeds_captured`.
    case refundExceeds(refundable: Int64)
    /// More than the payment's amount: 422.
    case captureExceeds(amount: Int64)
    /// The provider captures or refunds all or nothing: 422.
    case wholeAmountOnly(OperationKind)
    /// The provider cannot do it: 422.
    case unsupported(OperationKind)
    /// An amount of zero or less: 422.
    case amountNotPositive

    // MARK: Of a repeat

    /// The operation is only looked up from now on.
    case lookUpOnly

    // MARK: Of an operator's command

    /// The operation has ended, or no discrepancy is open.
    case nothingOpen
    /// The provider shows otherwise. `--force` is needed.
    case contradicted
    /// The provider did not answer the look-up. `--force` is needed.
    case unverified
    /// The provider does not know the object that the operator named. Force does not help.
    case objectUnknown
    /// The operation made an object, and the operator named none.
    case objectMissing
    /// The provider has the money in another currency than the order, so that the gateway cannot give it back.
    case otherCurrency

    /// Whether the refusal is stored under the request's idempotency key and replayed: it depends on the payment's state. The
    /// others are about the request's form, or pass.
    package var isStored: Bool {
        switch self {
        case .orderAlreadyPaid, .inReview, .status, .otherPaymentOpen, .otherPaymentDiffers, .disputed, .refundExceeds: true
        case .busy, .captureExceeds, .wholeAmountOnly, .unsupported, .amountNotPositive, .lookUpOnly, .nothingOpen, .contradicted,
            .unverified, .objectUnknown, .objectMissing, .otherCurrency:
            false
        }
    }
}
