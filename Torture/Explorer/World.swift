package import GatewayLifecycle

/// One order, its provider and what is under way between them.
///
/// The books are values of the shipped types, and only ``Lifecycle`` changes them. What the gateway's adapter does around it is here: it
/// stores operations, calls, takes outcomes, recovers, receives webhooks and follows up.
package struct World: Sendable, Hashable {
    /// The order's amount.
    package static let amount: Int64 = 2

    /// The books, oldest first.
    package internal(set) var payments: [PaymentState] = []
    /// The truth.
    package internal(set) var provider = ModelProvider()
    /// One for each open operation, by its id.
    var calls: [ModelCall] = []
    /// A request that is on its way to the provider although its call has ended.
    var delayed: DelayedRequest?
    /// A fetched intent of each payment that is not applied yet.
    var looks: [ModelLook?] = [nil, nil]
    /// Whether each payment's intent has to be fetched: the pending rows of webhooks.
    var needsIntent = [false, false]
    /// Whether each payment's refunds have to be fetched.
    var needsRefunds = [false, false]
    var budget: Budget
    package let traits: Traits
    let features: Features
    let mutants: LifecycleMutants

    /// A world before anything has happened.
    package init(_ profile: Profile = .all, traits: Traits = .usual, mutants: LifecycleMutants = []) {
        budget = profile.budget
        features = profile.features
        self.traits = traits
        self.mutants = mutants
    }

    /// The shipped rules.
    package var rules: Lifecycle { Lifecycle(refundsDuplicates: traits.contains(.refundsDuplicates), mutants: mutants) }

    /// The order.
    package var order: OrderState { OrderState(payments: payments) }

    /// A payment with its siblings.
    package func payment(_ index: Int) -> PaymentState {
        if payments.count == 1 { return payments[index] }
        var payment = payments[index]
        payment.siblings = order.siblings(of: payment.id)
        return payment
    }
}

/// A call of an open operation, and what the provider keeps of it.
struct ModelCall: Sendable, Hashable {
    enum Phase: UInt8, Sendable {
        /// No task works on it.
        case idle
        /// The call is about to be made.
        case sending
        /// The answer or the look-up is under way.
        case answering
    }

    enum Key: UInt8, Sendable {
        case unused
        case executed
        case declined
        case storedError
    }

    let operation: Int64
    var phase = Phase.idle
    var answer = Answer(.unknown)
    /// 0: within the window of confirmations; 1: beyond it; 2: beyond the memory of keys; 3: 72 hours.
    var age: UInt8 = 0
    /// Whether the last call is ten minutes old.
    var isLastCallOld = false
    var key = Key.unused
    /// What the provider's answer showed when it executed the call: a status of the intent or of the refund.
    var firstStatus: UInt8 = 0
}

/// An answer, small enough to be kept.
struct Answer: Sendable, Hashable {
    enum Kind: UInt8, Sendable {
        case intent
        case refund
        case declined
        case declinedWithIntent
        case refused
        case refusedWithIntent
        case notSent
        case unknown
        case foundIntent
        case foundNothing
    }

    var kind: Kind
    /// The status of the intent or the refund, by its raw value or bit.
    var status: UInt8 = 0
    /// The place of the refund, or of the reason in ``Cases/reasons``.
    var detail: UInt8 = 0
    /// The intent's amount.
    var amount: Int64 = 0

    init(_ kind: Kind, status: UInt8 = 0, detail: UInt8 = 0, amount: Int64 = 0) {
        self.kind = kind
        self.status = status
        self.detail = detail
        self.amount = amount
    }
}

/// A request on its way to the provider.
struct DelayedRequest: Sendable, Hashable {
    let operation: Int64
    let kind: OperationKind
    let amount: Int64
    /// Whether the operation ended before the request arrived.
    var isOrphaned = false
}

/// An intent that was fetched and is not applied yet.
struct ModelLook: Sendable, Hashable {
    var status: IntentStatus
    var amount: Int64
    /// Whether the payment changed since it was fetched.
    var isStale = false
}

// MARK: - Operations' ids

extension World {
    /// The id of a payment's operation. Of each kind at most one is open, but for refunds, of which each has its own.
    static func operationID(_ payment: Int, _ kind: OperationKind, refund: Int64 = 0) -> Int64 {
        Int64(payment + 1) * 8 + rank(of: kind) + refund
    }

    static func rank(of kind: OperationKind) -> Int64 {
        switch kind {
        case .create: 0
        case .confirm: 1
        case .capture: 2
        case .cancel: 3
        case .refund: 4
        }
    }

    static func payment(of operation: Int64) -> Int { Int(operation / 8) - 1 }

    static func kind(of operation: Int64) -> OperationKind {
        switch operation % 8 {
        case 0: .create
        case 1: .confirm
        case 2: .capture
        case 3: .cancel
        default: .refund
        }
    }

    func openOperation(_ id: Int64) -> OpenOperation? {
        payments[Self.payment(of: id)].operations.first { $0.id == id }
    }

    func callIndex(_ operation: Int64) -> Int? { calls.firstIndex { $0.operation == operation } }

    /// The id of the next refund of a payment; nil where the model has no more room.
    func nextRefundOperation(_ payment: Int) -> Int64? {
        for number: Int64 in 0...1 {
            let id = Self.operationID(payment, .refund, refund: number)
            if !payments[payment].refunds.contains(where: { $0.operation == id }) { return id }
        }
        return nil
    }
}
