/// A payment as the provider knows it.
public struct PaymentIntent: Sendable, Codable, Hashable {
    /// Where a payment stands at the provider.
    public enum Status: String, Sendable, Codable, Hashable {
        /// It waits for a payment method; after a decline it is here again.
        case requiresPaymentMethod = "requires_payment_method"
        /// It has a payment method and waits to be confirmed.
        case requiresConfirmation = "requires_confirmation"
        /// The payer has something to do: see ``PaymentIntent/nextAction``.
        case requiresAction = "requires_action"
        /// The provider is at it; it may take days. Statuses that a module does not know are mapped to this one.
        case processing
        /// It is authorised and waits for its capture.
        case requiresCapture = "requires_capture"
        /// It was given up. Terminal.
        case canceled
        /// It is paid. Terminal.
        case succeeded
        /// The provider no longer knows it, or nobody can pay it any more: an order with a time limit, for example. Terminal. An unpaid
        /// payment becomes `canceled`, and the order can be paid by another one.
        case expired
    }

    /// The provider's id.
    public var id: String
    /// Where it stands.
    public var status: Status
    /// The amount to pay, as the provider has it.
    public var amount: Money
    /// What has been captured, in minor units.
    public var amountCaptured: Int64 = 0
    /// What the payer's browser needs to pay. Stored and handed out to the owner, never logged.
    public var clientSecret: String?
    /// What the payer has to do while the status is ``Status/requiresAction``.
    public var nextAction: NextAction?
    /// The kind of payment method, such as `card`.
    public var paymentMethod: String?
    /// The provider's id of the payer.
    public var customerID: String?
    /// The provider's id of the charge, where it keeps one beside the intent.
    public var chargeID: String?
    /// Why the last attempt to pay failed.
    public var lastError: PaymentFailure?
    /// When the money is taken.
    public var captureMethod: CaptureMethod = .automatic
    /// The gateway's operation that created the intent, from its metadata.
    public var operationID: String?
    /// The metadata the provider keeps.
    public var metadata: [String: String] = [:]
    /// The provider's id of the request that brought this answer, for its support.
    public var requestID: String?

    /// An intent with what every provider knows of one.
    public init(id: String, status: Status, amount: Money) {
        self.id = id
        self.status = status
        self.amount = amount
    }
}

/// What the payer has to do before a payment goes on.
public struct NextAction: Sendable, Codable, Hashable {
    /// The kind, in the provider's words, such as `redirect_to_url`.
    public var type: String
    /// Where to send the payer's browser.
    public var redirectURL: String?

    /// An action of a kind.
    public init(type: String, redirectURL: String? = nil) {
        self.type = type
        self.redirectURL = redirectURL
    }
}

/// Why an attempt to pay failed.
public struct PaymentFailure: Sendable, Codable, Hashable {
    /// The provider's error code, such as `card_declined`.
    public var code: String?
    /// The issuer's reason, such as `insufficient_funds`.
    public var declineCode: String?
    /// For people, without a card number.
    public var message: String?

    /// A failure with whatever the provider said.
    public init(code: String?, declineCode: String?, message: String?) {
        self.code = code
        self.declineCode = declineCode
        self.message = message
    }
}
