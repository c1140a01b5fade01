/// Something that happened to a payment. Observations are the only input of ``Lifecycle/evolve(_:by:)``.
package enum Observation: Sendable, Hashable {
    /// The gateway stored an operation that ``Lifecycle/decide(_:on:)`` asked for, under this id. A refund has its row's id
    /// beside it.
    case requested(PlannedOperation, id: Int64, refundRow: Int64)
    /// An operation's call ended, or recovery looked for its trace.
    case outcome(Outcome)
    /// The provider showed the intent.
    case intent(IntentSight, Authority)
    /// The provider showed refunds of the intent.
    case refunds(RefundSights, Authority)
    /// The provider showed a dispute.
    case dispute(DisputeFacts, Authority)
    /// Another payment of the order changed. The state brings the siblings with it.
    case siblingsChanged
    /// An operation has been open for 72 hours.
    case overdue(operation: Int64)
    /// Another payment of the order took this one's place.
    case superseded
    /// An operator declared an operation's outcome.
    case declared(operation: Int64, OperatorWord)
    /// An operator accepted the open discrepancy.
    case accepted
}

/// How far an observation can be trusted.
package enum Authority: Sendable, Hashable {
    /// An object inside a webhook. It is authentic, and may be old or out of order.
    case reported
    /// An object that the gateway fetched, asked for when the row had this version.
    case fetched(atVersion: Int64)
    /// The answer to the gateway's own call, or what recovery found under its lease.
    case own

    /// An object that the gateway fetched, and that may not be the latest.
    package static let stale = Authority.fetched(atVersion: -1)
}

/// A payment intent as the provider shows it.
package struct IntentSight: Sendable, Hashable {
    /// The provider's id.
    package var id: ObjectID
    /// Its status.
    package var status: IntentStatus
    /// Its amount, in minor units.
    package var amount: Int64
    /// Whether it is in the order's currency.
    package var isOrderCurrency: Bool
    /// What was captured, in minor units; nil where the provider does not say.
    package var captured: Int64?

    /// An intent as shown.
    package init(id: ObjectID, status: IntentStatus, amount: Int64, isOrderCurrency: Bool = true, captured: Int64? = nil) {
        self.id = id
        self.status = status
        self.amount = amount
        self.isOrderCurrency = isOrderCurrency
        self.captured = captured
    }
}

/// One refund as the provider shows it.
package struct RefundSight: Sendable, Hashable {
    /// The provider's id.
    package var id: ObjectID
    /// The gateway's operation that the provider names with it; nil where it names none.
    package var operation: Int64?
    /// Its amount, in minor units.
    package var amount: Int64
    /// Whether it is in the order's currency.
    package var isOrderCurrency: Bool
    /// Its status.
    package var status: RefundStatus

    /// A refund as shown.
    package init(id: ObjectID, operation: Int64? = nil, amount: Int64, isOrderCurrency: Bool = true, status: RefundStatus) {
        self.id = id
        self.operation = operation
        self.amount = amount
        self.isOrderCurrency = isOrderCurrency
        self.status = status
    }
}

/// Refunds of an intent, together.
package struct RefundSights: Sendable, Hashable {
    /// The refunds.
    package var refunds: [RefundSight]
    /// Whether this is the provider's own list of all refunds of the intent. Only such a list can add a refund that is not the
    /// gateway's.
    package var isComplete: Bool

    /// Refunds as shown.
    package init(_ refunds: [RefundSight], isComplete: Bool) {
        self.refunds = refunds
        self.isComplete = isComplete
    }
}

/// What became of one call, or of one look-up in its place.
package struct Outcome: Sendable, Hashable {
    /// The operation.
    package var operation: Int64
    /// What came back.
    package var result: CallResult
    /// What is known about the call beside its result.
    package var evidence: Evidence

    /// An outcome.
    package init(_ operation: Int64, _ result: CallResult, evidence: Evidence = Evidence()) {
        self.operation = operation
        self.result = result
        self.evidence = evidence
    }
}

/// What a call came back with. The cases are the outcomes of the provider contract, and the look-up.
package enum CallResult: Sendable, Hashable {
    /// The provider answered with the intent.
    case intent(IntentSight)
    /// The provider answered with the refund.
    case refund(RefundSight)
    /// The provider declined, with the intent where the answer held it.
    case declined(IntentSight?)
    /// The provider refused the request, with the intent where the answer held it.
    case refused(RefusalReason, IntentSight?)
    /// The request did not reach the provider, or its rate limiter turned it away.
    case notSent
    /// The call may have taken effect.
    case unknown
    /// No call was made: recovery looked for a trace.
    case found(LookUp)
    /// No call was made, and the provider did not answer the look-up.
    case lookUpFailed
}

/// What a look-up found.
package enum LookUp: Sendable, Hashable {
    /// The provider knows no intent of this operation.
    case nothing
    /// The provider showed the intent.
    case intent(IntentSight)
    /// The provider showed all refunds of the intent.
    case refunds([RefundSight])
}

/// Why a provider refused a request.
package enum RefusalReason: String, Sendable, Hashable, CaseIterable {
    /// The request is wrong.
    case invalidRequest
    /// The gateway's credentials are wrong.
    case authentication
    /// The provider does not know the object that the request names.
    case notFound
    /// The object's state does not allow it.
    case invalidState
    /// The provider has no such operation.
    case unsupported
    /// The intent can no longer be paid or changed.
    case gone

    /// Whether a provider says this before it looks at the idempotency key. Such a refusal proves nothing about an earlier
    /// attempt (Stripe, "Idempotent requests": a 401 is not stored under the key).
    var precedesKey: Bool { self == .authentication }
}

/// What is known about a call beside its result.
package struct Evidence: Sendable, Hashable {
    /// Whether the provider remembers keys, and this call had the first attempt's key within that memory. Had the first attempt
    /// taken effect, the key would have returned its result.
    package var isKeyRemembered = false
    /// What a look-up found after the refusal; nil where the gateway made none, or got no answer.
    package var lookUpAfterRefusal: LookUp?
    /// Whether the last call is at least ten minutes old.
    package var isLastCallOld = false
    /// Whether the provider shows everything that belongs to the operation, so that nothing found means that there is nothing.
    package var isLookUpComplete = false

    /// No evidence.
    package init() {}

    /// The given evidence.
    package init(
        isKeyRemembered: Bool = false, lookUpAfterRefusal: LookUp? = nil, isLastCallOld: Bool = false,
        isLookUpComplete: Bool = false
    ) {
        self.isKeyRemembered = isKeyRemembered
        self.lookUpAfterRefusal = lookUpAfterRefusal
        self.isLastCallOld = isLastCallOld
        self.isLookUpComplete = isLookUpComplete
    }
}

/// What an operator declares about an operation. It is weaker than any observation.
package enum OperatorWord: Sendable, Hashable {
    /// The provider carried it out; the object where the operation made one.
    case succeeded(ObjectID?)
    /// The provider did not carry it out.
    case failed
}
