package import GatewayLifecycle
package import ProviderAPI

/// One mutating call at a provider, written down before it is made.
package struct Operation: Sendable, Hashable {
    /// What is asked of the provider.
    package typealias Kind = OperationKind

    /// How far the operation is.
    package enum State: String, Sendable, CaseIterable {
        /// It was written down; its outcome is not.
        case pending
        /// The provider was asked, and nobody knows whether it acted.
        case unknown
        /// The provider did it.
        case succeeded
        /// The provider surely did not.
        case failed

        /// Whether the outcome is still to come.
        package var isOpen: Bool { self == .pending || self == .unknown }
    }

    /// From 1.
    package var id: Int64
    /// The transaction it acts on.
    package var transactionID: Int64
    /// What is asked.
    package var kind: Kind
    /// How far it is.
    package var state: State
    /// The request as it will be repeated.
    package var request: OperationRequest
    /// How often the provider was called, counted and committed before each call.
    package var attempts: Int
    /// Whether any attempt may have reached the provider. Once true, a refusal ends the operation only with evidence: see ``Evidence``.
    package var mayHaveBeenSent: Bool
    /// How often a process died while it was at work on this. From three on it may be what kills them: it is only looked up.
    package var deaths: Int
    /// Grows with each taker; only the last taker's result is written.
    package var fence: Int64
    /// Whose idempotency key waits for the answer.
    package var idempotency: IdempotencyReference?
    /// The id of the REST request that started it, for logs and the stored answer.
    package var requestID: String
    /// When it was written down.
    package var createdAt: Timestamp
    /// When the provider was last called; nil for the first call, which follows ``createdAt``.
    package var lastCallAt: Timestamp?
    /// How many look-ups in a row found no trace of it; counted up to two.
    package var tracelessLooks = 0
    /// Whether it has been open for 72 hours. Then it is only looked up, once a day.
    package var isOverdue = false
    /// A random part of who the call is at the provider, so that a copy of the database, which gives out the same numbers, never uses a
    /// key twice. Nil in operations of earlier versions.
    package var nonce: String?

    /// A row of `operations`.
    package init(
        id: Int64, transactionID: Int64, kind: Kind, state: State, request: OperationRequest, attempts: Int,
        mayHaveBeenSent: Bool, deaths: Int = 0, fence: Int64, idempotency: IdempotencyReference?, requestID: String,
        createdAt: Timestamp, nonce: String? = nil
    ) {
        self.id = id
        self.transactionID = transactionID
        self.kind = kind
        self.state = state
        self.request = request
        self.attempts = attempts
        self.mayHaveBeenSent = mayHaveBeenSent
        self.deaths = deaths
        self.fence = fence
        self.idempotency = idempotency
        self.requestID = requestID
        self.createdAt = createdAt
        self.nonce = nonce
    }

    /// Who the call is at the provider: the same at every repeat.
    ///
    /// - Parameter installation: the database's own id, so that two gateways with one account never share a key.
    package func identity(installation: String) -> OperationIdentity {
        let name = nonce.map { "\(installation)-\(id)-\($0)" } ?? "\(installation)-\(id)"
        return OperationIdentity(id: name, idempotencyKey: "gw-\(name)")
    }

    /// The number in the id that ``identity(installation:)`` gives; nil for any other id.
    package static func number(in identity: String, installation: String) -> Int64? {
        guard identity.hasPrefix("\(installation)-") else { return nil }
        return Int64(identity.dropFirst(installation.count + 1).prefix { $0 != "-" })
    }

    /// 64 random bits from the kernel as 16 letters, `a` to `p`. In hexadecimal, one of some ten thousand would be a valid card number.
    @Sendable
    package static func randomNonce() -> String {
        let bits = UInt64.random(in: .min ... .max)
        let letters = stride(from: 0, to: 64, by: 4).map { UInt8(ascii: "a") + UInt8((bits >> UInt64($0)) & 15) }
        return String(decoding: letters, as: UTF8.self)
    }
}

/// What a provider is asked, in the words of the contract. Stored as JSON; holds tokens only.
package indirect enum OperationRequest: Sendable, Codable, Hashable {
    /// Create a payment intent.
    case create(CreatePaymentIntentRequest)
    /// Confirm one.
    case confirm(ConfirmPaymentRequest)
    /// Capture one.
    case capture(CapturePaymentRequest)
    /// Cancel one.
    case cancel(CancelPaymentRequest)
    /// Refund one.
    case refund(CreateRefundRequest)

    /// The operation's kind.
    package var kind: Operation.Kind {
        switch self {
        case .create: .create
        case .confirm: .confirm
        case .capture: .capture
        case .cancel: .cancel
        case .refund: .refund
        }
    }
}

extension Operation {
    /// The operation as the state machine takes it, while its first call is under way. Nil for a later call: what is known of those
    /// before is in the operation's row.
    package var duringFirstCall: OpenOperation? {
        guard attempts == 1, state == .pending, !mayHaveBeenSent else { return nil }
        var open = OpenOperation(id: id, kind: kind, amount: request.amount)
        open.isLeased = true
        return open
    }
}

extension OperationRequest {
    /// The amount of a capture or a refund, in minor units; zero otherwise.
    fileprivate var amount: Int64 {
        switch self {
        case .capture(let request): request.amount.minorUnits
        case .refund(let request): request.amount.minorUnits
        case .create, .confirm, .cancel: 0
        }
    }
}

/// What a unit of work has to know before it writes an operation's outcome.
package struct OperationSurroundings: Sendable, Hashable {
    /// The version of the operation's transaction.
    package let version: Int64
    /// Whether the order has other transactions.
    package let hasOtherTransactions: Bool
    /// Whether the transaction has other open operations.
    package let hasOtherOperations: Bool

    /// What a row says.
    package init(version: Int64, hasOtherTransactions: Bool, hasOtherOperations: Bool) {
        self.version = version
        self.hasOtherTransactions = hasOtherTransactions
        self.hasOtherOperations = hasOtherOperations
    }
}

/// An operation that has no id yet.
package struct NewOperation: Sendable, Hashable {
    /// The transaction it acts on.
    package var transactionID: Int64
    /// The request as it will be repeated.
    package var request: OperationRequest
    /// Whose idempotency key waits for the answer.
    package var idempotency: IdempotencyReference?
    /// The id of the REST request.
    package var requestID: String
    /// See ``Operation/nonce``.
    package var nonce: String

    /// An operation to be written down.
    package init(
        transactionID: Int64, request: OperationRequest, idempotency: IdempotencyReference?, requestID: String,
        nonce: String = Operation.randomNonce()
    ) {
        self.transactionID = transactionID
        self.request = request
        self.idempotency = idempotency
        self.requestID = requestID
        self.nonce = nonce
    }
}
