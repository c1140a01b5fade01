import ProviderAPI

/// What the gateway asks of the provider. The operation is always `op_1`, of order 7 and user 42.
enum FixtureCall: Codable {
    case create(
        amount: FixtureMoney, captureMethod: CaptureMethod?, description: String?, receiptEmail: String?,
        statementDescriptorSuffix: String?, customer: String?, metadata: [String: String]?
    )
    case retrieve(id: String)
    case confirm(id: String, paymentMethod: String?, returnURL: String?)
    case capture(id: String, amount: FixtureMoney)
    case cancel(id: String, reason: String?)
    case refund(paymentIntent: String, amount: FixtureMoney, reason: String?, metadata: [String: String]?)
    case retrieveRefund(id: String)
    case listRefunds(paymentIntent: String)
    case findIntent(operation: String)
    case findRefund(operation: String, paymentIntent: String)
    case listEvents(since: Int64)
    /// The test signs the body, and the provider verifies it before it reads it. A string is a body that is no JSON.
    case webhook(body: JSONValue)

    enum CodingKeys: String, CodingKey {
        case create
        case retrieve
        case confirm
        case capture
        case cancel
        case refund
        case retrieveRefund = "retrieve_refund"
        case listRefunds = "list_refunds"
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

    enum FindRefundCodingKeys: String, CodingKey {
        case operation
        case paymentIntent = "payment_intent"
    }
}

/// An amount as people write it, such as `99.90 USD`.
struct FixtureMoney: Codable {
    let money: Money

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        let parts = text.split(separator: " ").map(String.init)
        guard parts.count == 2, let currency = Currency(parts[1]) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is no amount such as 99.90 USD")
        }
        money = try Money(majorUnits: parts[0], currency: currency)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode("\(money)")
    }
}
