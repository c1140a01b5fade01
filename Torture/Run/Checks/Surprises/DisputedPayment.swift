import GatewayHarness

/// A payer's bank takes the money back: it is not refunded a second time, until the dispute is won.
struct DisputedPayment: Story {
    /// What was paid.
    let amount: Amount

    /// From the payment to its refund.
    func run(_ surprises: inout SurprisedWorld) async throws {
        let shopper = Shopper(in: surprises.world)
        let purchase = try await shopper.pay(amount)
        let part = Amount(cents: amount.cents / 2)
        _ = try await shopper.require(200, .refund(purchase.intent, part))
        try await surprises.happen("charge.dispute.created", to: purchase.intent)
        let isDisputed = try await surprises.expect("I3", "disputed", of: purchase, to: shopper) {
            $0["dispute"]["status"].string == "needs_response"
        }
        guard isDisputed else { return }
        // The whole amount is disputed, of which a half was given back before.
        let rest = Amount(cents: amount.cents - part.cents)
        try await surprises.expectRefusal("I4", "payment_disputed", .refund(purchase.intent, rest), by: shopper)
        try await surprises.happen("charge.dispute.closed", to: purchase.intent, ["--status", "won"])
        let isWon = try await surprises.expect("I3", "free of disputes", of: purchase, to: shopper) {
            $0["dispute"]["status"].string == "won"
        }
        guard isWon else { return }
        let refund = try await shopper.send(.refund(purchase.intent, rest))
        if refund.status != 200 {
            surprises.find(
                "I4", "the dispute of \(purchase.intent) is won, and a refund was answered \(refund.status) \(refund.text)")
        }
    }
}
