/// One effect at the mock provider.
struct JournalLine: Decodable {
    /// An event that tells of it.
    struct Event: Decodable {
        let id: String
        let type: String
    }

    /// such as `create`, `confirm`, `decline`, `challenge`, `capture`, `cancel`, `refund` or `dispute`.
    let effect: String
    /// Nil for what happened by itself or on a page.
    let key: String?
    /// The object that was made or changed.
    let object: String
    let provider: String
    let intent: ProviderIntent
    let refund: ProviderRefund?
    let events: [Event]

    private enum CodingKeys: String, CodingKey {
        case object, provider, refund, events
        case effect = "operation"
        case key = "idempotency_key"
        case intent = "payment_intent"
    }

    /// The kind of the gateway's operation that has such an effect; nil for what happens by itself.
    var kind: String? {
        switch effect {
        case "create", "capture", "cancel", "refund": effect
        case "confirm", "decline", "challenge", "processing": "confirm"
        default: nil
        }
    }

    /// Whether money or an object moved: a decline says no.
    var isDone: Bool { effect != "decline" }
}

/// A payment intent at the mock.
struct ProviderIntent: Decodable {
    /// Why a card did not pay.
    struct Failure: Decodable {
        let code: String
        let declineCode: String?

        private enum CodingKeys: String, CodingKey {
            case code
            case declineCode = "decline_code"
        }
    }

    /// A payer's complaint.
    struct Dispute: Decodable {
        let id: String
        let amount: Int64
        let status: String
    }

    let id: String
    let clientSecret: String?
    let amount: Int64
    let currency: String
    let captureMethod: String
    let metadata: [String: String]
    let customer: String?
    let status: String
    let charge: String?
    let captured: Int64
    /// What refunds that have not failed give back.
    let refunded: Int64
    let lastError: Failure?
    let dispute: Dispute?

    private enum CodingKeys: String, CodingKey {
        case id, amount, currency, metadata, customer, status, charge, dispute
        case clientSecret = "client_secret"
        case captureMethod = "capture_method"
        case captured = "amount_captured"
        case refunded = "amount_refunded"
        case lastError = "last_error"
    }

    /// The gateway's operation that made it.
    var operationID: String? { metadata[gatewayOperationID] }
}

/// A refund at the mock.
struct ProviderRefund: Decodable {
    let id: String
    let intentID: String
    let amount: Int64
    let currency: String
    let metadata: [String: String]
    let status: String

    private enum CodingKeys: String, CodingKey {
        case id, amount, currency, metadata, status
        case intentID = "payment_intent"
    }

    /// The gateway's operation that made it.
    var operationID: String? { metadata[gatewayOperationID] }
}

/// Where the gateway's operation stands in an object's metadata.
private let gatewayOperationID = "gateway_operation_id"
