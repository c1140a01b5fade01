import Foundation

/// The calls of the REST API that checks make.
extension Call {
    /// Creates an order.
    static func order(_ amount: Amount, key: String? = nil) -> Call {
        Call(path: "/orders", body: #"{"amount":\#(amount.literal),"currency":"USD"}"#, key: key)
    }

    /// Creates a payment intent.
    static func intent(order: Int, _ amount: Amount, isManual: Bool = false, key: String? = nil) -> Call {
        let capture = isManual ? #","capture_method":"manual""# : ""
        return Call(
            path: "/payments/create-payment-intent",
            body: #"{"order_id":\#(order),"amount":\#(amount.literal),"currency":"USD"\#(capture)}"#, key: key
        )
    }

    /// Confirms a payment.
    static func confirm(_ intent: String, _ card: String = "pm_card_visa", key: String? = nil) -> Call {
        Call(path: "/payments/\(intent)/confirm", body: #"{"payment_method":"\#(card)"}"#, key: key)
    }

    /// Captures all or a part.
    static func capture(_ intent: String, _ amount: Amount? = nil, key: String? = nil) -> Call {
        Call(
            path: "/payments/\(intent)/capture", body: amount.map { #"{"amount":\#($0.literal)}"# } ?? "{}", key: key
        )
    }

    /// Cancels a payment.
    static func cancel(_ intent: String, key: String? = nil) -> Call {
        Call(path: "/payments/\(intent)/cancel", key: key)
    }

    /// Gives back all that is left, or a part.
    static func refund(_ intent: String, _ amount: Amount? = nil, key: String? = nil) -> Call {
        Call(path: "/payments/\(intent)/refund" + (amount.map { "?amount=\($0.literal)" } ?? ""), key: key)
    }

    /// What a payer answers on the page of a 3-D Secure challenge.
    ///
    /// - Parameter url: the page's, as `next_action` tells it.
    static func challenge(_ url: String, isApproved: Bool) -> Call? {
        guard let start = url.range(of: "/api/v1") else { return nil }
        return Call(
            path: String(url[start.upperBound...]), body: "outcome=\(isApproved ? "approve" : "decline")",
            contentType: "application/x-www-form-urlencoded"
        )
    }
}
