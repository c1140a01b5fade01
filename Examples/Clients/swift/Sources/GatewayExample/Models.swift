import Foundation

/// An order.
struct Order: Decodable {
    let id: Int64
    let status: String
}

/// A payment intent, as it is handed out to whoever pays.
struct PaymentIntent: Decodable {
    let paymentIntentId: String
    /// For the payer's browser.
    let clientSecret: String
    let status: String
    let transactionId: Int64
}

/// A payment. Amounts are exact: JSON numbers as decimals, never as floats.
struct Transaction: Decodable {
    let id: Int64
    let status: String
    let amount: Decimal
    let amountRefunded: Decimal
}

/// A refund.
struct Refund: Decodable {
    let refundId: String
    let amount: Decimal
    let currency: String
    let status: String
}

/// What happened to a payment, oldest first.
struct History: Decodable {
    struct Line: Decodable {
        let toStatus: String
        let actor: String
    }

    let data: [Line]
}

/// An answer of 400 or more: a problem document of RFC 9457. Tell problems apart by `code`, and show `detail` to people.
struct Problem: Error, Decodable, CustomStringConvertible {
    struct Field: Decodable {
        let field: String
        let message: String
    }

    let status: Int
    let code: String
    let detail: String
    let requestId: String
    /// Of a decline, the issuer's reason.
    let declineCode: String?
    /// The wrong fields of the request.
    let errors: [Field]?

    var description: String { "\(status) \(code): \(detail)" }
}
