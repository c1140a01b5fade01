import GatewayHarness
import Testing

/// A payment that a test has begun.
struct Payment: Sendable {
    /// The order's id.
    let order: Int
    /// The provider's id of the intent.
    let intent: String
    /// The transaction's id.
    let transaction: Int
}

extension Client {
    /// Creates an order and returns its id.
    ///
    /// - Parameter amount: a JSON literal.
    func createOrder(_ amount: String = "99.99", _ currency: String = "USD") async throws -> Int {
        let answer = try await post("/orders", #"{"amount":\#(amount),"currency":"\#(currency)"}"#)
        try #require(answer.status == 201, "\(answer)")
        return try #require(answer["id"].integer, "\(answer)")
    }

    /// Asks for a payment intent, whatever the answer is.
    ///
    /// - Parameter more: further members of the body, with a leading comma.
    func requestIntent(
        order: Int, _ amount: String = "99.99", _ currency: String = "USD", more: String = "", key: String? = nil
    ) async throws -> HTTPAnswer {
        try await post(
            "/payments/create-payment-intent", #"{"order_id":\#(order),"amount":\#(amount),"currency":"\#(currency)"\#(more)}"#,
            key: key
        )
    }

    /// Creates an order and a payment intent for it.
    func begin(_ amount: String = "99.99", _ currency: String = "USD", more: String = "") async throws -> Payment {
        let order = try await createOrder(amount, currency)
        let answer = try await requestIntent(order: order, amount, currency, more: more)
        try #require(answer.status == 201, "\(answer)")
        return Payment(
            order: order, intent: try #require(answer["payment_intent_id"].string, "\(answer)"),
            transaction: try #require(answer["transaction_id"].integer, "\(answer)")
        )
    }

    /// Confirms a payment with a test token, whatever the answer is.
    func confirm(_ payment: Payment, _ token: String = "pm_card_visa", key: String? = nil) async throws -> HTTPAnswer {
        try await post("/payments/\(payment.intent)/confirm", #"{"payment_method":"\#(token)"}"#, key: key)
    }

    /// Creates an order and pays it.
    func pay(_ amount: String = "99.99", _ currency: String = "USD", more: String = "") async throws -> Payment {
        let payment = try await begin(amount, currency, more: more)
        let answer = try await confirm(payment)
        try #require(answer.status == 200, "\(answer)")
        try #require(answer["status"].string == "succeeded", "\(answer)")
        return payment
    }

    /// Asks for a refund, whatever the answer is.
    func refund(_ payment: Payment, _ amount: String? = nil, json: String? = nil, key: String? = nil) async throws -> HTTPAnswer {
        try await post("/payments/\(payment.intent)/refund" + (amount.map { "?amount=\($0)" } ?? ""), json, key: key)
    }

    /// The transaction of a payment, as the gateway has it.
    func transaction(_ payment: Payment) async throws -> JSONText {
        let answer = try await get("/payments/transactions/\(payment.transaction)")
        try #require(answer.status == 200, "\(answer)")
        return try answer.json()
    }

    /// The status of a payment's order.
    func orderStatus(_ payment: Payment) async throws -> String? {
        try await get("/orders/\(payment.order)")["status"].string
    }
}
