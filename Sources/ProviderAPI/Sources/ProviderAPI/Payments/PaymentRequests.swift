/// When a payment's money is taken.
public enum CaptureMethod: String, Sendable, Codable, Hashable {
    /// At once, when the payment is confirmed.
    case automatic
    /// Later, by ``PaymentService/capturePayment(_:as:in:)``.
    case manual
}

/// What ``PaymentService/createPaymentIntent(_:as:in:)`` is asked for.
///
/// Requests are stored as JSON before the call and repeated from there: they hold tokens, never card numbers.
public struct CreatePaymentIntentRequest: Sendable, Codable, Hashable {
    /// The amount to pay.
    public var amount: Money
    /// The gateway's order, for the provider's metadata (`order_id`).
    public var orderID: Int64
    /// The order's owner, for the provider's metadata (`user_id`).
    public var userID: String
    /// When the money is taken.
    public var captureMethod: CaptureMethod = .automatic
    /// For people, on the provider's side.
    public var description: String?
    /// Where the provider sends a receipt.
    public var receiptEmail: String?
    /// What the payer reads on the statement after the shop's prefix.
    public var statementDescriptorSuffix: String?
    /// The provider's id of the payer.
    public var customer: String?
    /// The client's own pairs, to be kept on the intent.
    public var metadata: [String: String] = [:]
    /// Where the payer's browser returns after an action elsewhere, where the client says so already now: some protocols want to know it at the
    /// creation, others with the confirmation.
    public var returnURL: String?
    /// What else the provider needs to know, by names of its own: ``PaymentService/resolve(_:)`` fills it in. It is stored, so it holds no
    /// secret. Nil where the request was not resolved.
    public var providerFields: [String: String]?

    /// A payment of `amount` for an order.
    public init(amount: Money, orderID: Int64, userID: String) {
        self.amount = amount
        self.orderID = orderID
        self.userID = userID
    }
}

/// What ``PaymentService/confirmPayment(_:as:in:)`` is asked for.
public struct ConfirmPaymentRequest: Sendable, Codable, Hashable {
    /// The provider's id of the intent.
    public var paymentIntentID: String
    /// A payment method's token, where the intent has none yet.
    public var paymentMethod: String?
    /// Where the payer's browser returns after an action elsewhere.
    public var returnURL: String?
    /// What else the provider needs to know, by names of its own: ``PaymentService/resolve(_:)`` fills it in. It is stored, so it holds no
    /// secret. Nil where the request was not resolved.
    public var providerFields: [String: String]?

    /// A confirmation of an intent.
    public init(paymentIntentID: String) {
        self.paymentIntentID = paymentIntentID
    }
}

/// What ``PaymentService/capturePayment(_:as:in:)`` is asked for.
public struct CapturePaymentRequest: Sendable, Codable, Hashable {
    /// The provider's id of the intent.
    public var paymentIntentID: String
    /// The amount to capture. The rest of the authorisation is given up.
    public var amount: Money
    /// What else the provider needs to know, by names of its own: ``PaymentService/resolve(_:)`` fills it in. It is stored, so it holds no
    /// secret. Nil where the request was not resolved.
    public var providerFields: [String: String]?

    /// A capture of `amount` on an intent.
    public init(paymentIntentID: String, amount: Money) {
        self.paymentIntentID = paymentIntentID
        self.amount = amount
    }
}

/// What ``PaymentService/cancelPayment(_:as:in:)`` is asked for.
public struct CancelPaymentRequest: Sendable, Codable, Hashable {
    /// The provider's id of the intent.
    public var paymentIntentID: String
    /// Why, in the words that card schemes know: `duplicate`, `fraudulent`, `requested_by_customer`, `abandoned`.
    public var reason: String?
    /// What else the provider needs to know, by names of its own: ``PaymentService/resolve(_:)`` fills it in. It is stored, so it holds no
    /// secret. Nil where the request was not resolved.
    public var providerFields: [String: String]?

    /// A cancellation of an intent.
    public init(paymentIntentID: String) {
        self.paymentIntentID = paymentIntentID
    }
}

/// What ``PaymentService/createRefund(_:as:in:)`` is asked for.
public struct CreateRefundRequest: Sendable, Codable, Hashable {
    /// The provider's id of the intent.
    public var paymentIntentID: String
    /// The amount to give back; never more than is left of the captured amount.
    public var amount: Money
    /// Why: `duplicate`, `fraudulent` or `requested_by_customer`.
    public var reason: String?
    /// The client's own pairs, to be kept on the refund.
    public var metadata: [String: String] = [:]
    /// What else the provider needs to know, by names of its own: ``PaymentService/resolve(_:)`` fills it in. It is stored, so it holds no
    /// secret. Nil where the request was not resolved.
    public var providerFields: [String: String]?

    /// A refund of `amount` on an intent.
    public init(paymentIntentID: String, amount: Money) {
        self.paymentIntentID = paymentIntentID
        self.amount = amount
    }
}

/// A request that changes something at the provider, before it is stored.
public enum ProviderRequest: Sendable, Hashable {
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
}
