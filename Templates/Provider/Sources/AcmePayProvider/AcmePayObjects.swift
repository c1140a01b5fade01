// What passes over the wire, member by member as docs/acme-pay-api.md has it. Nothing here decides anything.
// `returnUrl` is `return_url` on the wire: see AcmePayJSON.

/// A payment.
struct AcmePayPayment: Decodable, Sendable {
    /// Where it stands. A decoded payment holds the word itself, because a new one must not make the answer unreadable.
    enum Status: String {
        case open
        case challenge
        case pending
        case authorised
        case paid
        case voided
    }

    struct Failure: Decodable, Sendable {
        let code: String?
        let message: String?
        let declineCode: String?
    }

    let id: String
    let status: String
    let amount: Int64
    let currency: String
    let captured: Int64
    let capture: String
    let reference: String?
    let metadata: [String: String]
    let method: String?
    let clientToken: String?
    let challengeUrl: String?
    let lastDecline: Failure?
}

/// A refund.
struct AcmePayRefund: Decodable, Sendable {
    enum Status: String {
        case queued
        case done
        case failed
    }

    let id: String
    let payment: String
    let status: String
    let amount: Int64
    let currency: String
    let reference: String?
    let reason: String?
    let failureReason: String?
    let metadata: [String: String]
}

/// Payments found by a reference.
struct AcmePayPayments: Decodable, Sendable {
    let payments: [AcmePayPayment]
}

/// All refunds of a payment.
struct AcmePayRefunds: Decodable, Sendable {
    let refunds: [AcmePayRefund]
}

/// What is posted to make a payment.
struct AcmePayNewPayment: Encodable, Sendable {
    let amount: Int64
    let currency: String
    let capture: String
    let reference: String
    let description: String?
    let receiptEmail: String?
    let metadata: [String: String]
}

/// What is posted to confirm a payment.
struct AcmePayConfirmation: Encodable, Sendable {
    let token: String?
    let returnUrl: String?
}

/// What is posted to capture a payment.
struct AcmePayCapture: Encodable, Sendable {
    let amount: Int64
}

/// What is posted to cancel a payment.
struct AcmePayCancellation: Encodable, Sendable {
    let reason: String?
}

/// What is posted to make a refund.
struct AcmePayNewRefund: Encodable, Sendable {
    let payment: String
    let amount: Int64
    let reference: String
    let reason: String?
    let metadata: [String: String]
}

/// The body of every answer that is no success.
struct AcmePayErrorBody: Decodable, Sendable {
    struct Details: Decodable, Sendable {
        let code: String
        let message: String?
        let declineCode: String?
        let field: String?
    }

    let error: Details
}
