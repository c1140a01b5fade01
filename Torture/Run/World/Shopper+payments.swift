import GatewayHarness

/// A payment that a shopper has begun.
struct Purchase: Sendable {
    /// The order's id.
    let order: Int
    /// The provider's id.
    let intent: String
    /// The gateway's number of the payment.
    let transaction: Int
    /// What is to be paid.
    let amount: Amount
}

extension Shopper {
    /// Creates an order.
    func placeOrder(_ amount: Amount) async throws -> Int {
        let answer = try await require(201, .order(amount))
        guard let order = answer["id"].integer else { throw HarnessError("an order without an id: \(answer)") }
        return order
    }

    /// Creates an order and an intent.
    func begin(_ amount: Amount, isManual: Bool = false) async throws -> Purchase {
        try await begin(amount, of: try await placeOrder(amount), isManual: isManual)
    }

    /// Creates an intent for an order.
    func begin(_ amount: Amount, of order: Int, isManual: Bool = false) async throws -> Purchase {
        let answer = try await require(201, .intent(order: order, amount, isManual: isManual))
        guard let intent = answer["payment_intent_id"].string, let transaction = answer["transaction_id"].integer else {
            throw HarnessError("an intent without an id: \(answer)")
        }
        return Purchase(order: order, intent: intent, transaction: transaction, amount: amount)
    }

    /// Creates an order and pays it; with `isManual` it is authorised only.
    func pay(_ amount: Amount, isManual: Bool = false) async throws -> Purchase {
        let purchase = try await begin(amount, isManual: isManual)
        _ = try await require(200, .confirm(purchase.intent))
        return purchase
    }

    /// Pays with a card that wants 3-D Secure, up to the payer's answer.
    ///
    /// - Returns: the payment, and the address of the page that asks the payer.
    func payUpToChallenge(_ amount: Amount) async throws -> (purchase: Purchase, page: String) {
        let purchase = try await begin(amount)
        let answer = try await require(200, .confirm(purchase.intent, "pm_card_threeDSecure2Required"))
        guard let page = answer["next_action"]["redirect_url"].string else { throw HarnessError("no page to go to: \(answer)") }
        return (purchase, page)
    }
}
