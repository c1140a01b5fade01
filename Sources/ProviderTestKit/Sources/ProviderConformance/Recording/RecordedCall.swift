import ProviderAPI

/// What the gateway asks of the provider. The operation is always `op_1`, of order 7 and user 42.
enum RecordedCall: Codable, Sendable {
    case create(
        amount: RecordedMoney, captureMethod: CaptureMethod?, description: String?, receiptEmail: String?,
        statementDescriptorSuffix: String?, customer: String?, metadata: [String: String]?, returnURL: String?
    )
    case retrieve(id: String)
    case confirm(id: String, paymentMethod: String?, returnURL: String?)
    case capture(id: String, amount: RecordedMoney)
    case cancel(id: String, reason: String?)
    case refund(paymentIntent: String, amount: RecordedMoney, reason: String?, metadata: [String: String]?)
    case retrieveRefund(id: String)
    case listRefunds(paymentIntent: String)
    case listDisputes(paymentIntent: String)
    case findIntent(operation: String)
    case findRefund(operation: String, paymentIntent: String)
    case listEvents(since: Int64)
    /// A string is a body that is no JSON. Where provider.json has a signature's scheme and `headers` do not bear one, the suite
    /// signs the body. `at` is when it arrives, in Unix seconds.
    case webhook(body: JSONValue, headers: [String: String]?, query: String?, at: Int64?)

    enum CodingKeys: String, CodingKey {
        case create
        case retrieve
        case confirm
        case capture
        case cancel
        case refund
        case retrieveRefund = "retrieve_refund"
        case listRefunds = "list_refunds"
        case listDisputes = "list_disputes"
        case findIntent = "find_intent"
        case findRefund = "find_refund"
        case listEvents = "list_events"
        case webhook
    }

    enum CreateCodingKeys: String, CodingKey {
        case amount
        case captureMethod = "capture_method"
        case description
        case receiptEmail = "receipt_email"
        case statementDescriptorSuffix = "statement_descriptor_suffix"
        case customer
        case metadata
        case returnURL = "return_url"
    }

    enum ConfirmCodingKeys: String, CodingKey {
        case id
        case paymentMethod = "payment_method"
        case returnURL = "return_url"
    }

    enum RefundCodingKeys: String, CodingKey {
        case paymentIntent = "payment_intent"
        case amount
        case reason
        case metadata
    }

    enum ListRefundsCodingKeys: String, CodingKey {
        case paymentIntent = "payment_intent"
    }

    enum ListDisputesCodingKeys: String, CodingKey {
        case paymentIntent = "payment_intent"
    }

    enum FindRefundCodingKeys: String, CodingKey {
        case operation
        case paymentIntent = "payment_intent"
    }
}
