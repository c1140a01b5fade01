import GatewayHarness

/// A refund whose answer is lost at a provider that cannot be asked: an operator declares it failed, and the provider shows later that it
/// gave the money back.
struct RefundAfterAll: Story {
    /// What was paid.
    let amount: Amount

    /// From the payment to the end of the discrepancy.
    func run(_ surprises: inout SurprisedWorld) async throws {
        let shopper = Shopper(in: surprises.world)
        let purchase = try await shopper.pay(amount)
        let part = Amount(cents: amount.cents / 2)
        let elsewhere = Amount(cents: amount.cents / 4)
        try await surprises.setScenarios([
            #"{"match": {"operation": "refund", "amount": \#(part.cents)}, "times": 1, "fault": "error_500_after_effect", "webhooks": {"drop": true}}"#,
            #"{"match": {"operation": "retrieve", "amount": \#(amount.cents)}, "fault": "error_500_before_effect"}"#,
        ])
        let call = Call.refund(purchase.intent, part, key: surprises.world.log.newName("k"))
        let operation = try await surprises.beginUnknown(call, by: shopper)
        try await surprises.misjudge(operation, as: "failed")
        _ = try await surprises.expect("I3", "refunded by nothing", of: purchase, to: shopper) {
            $0["amount_refunded"] == .number("0.00")
        }
        try await surprises.setScenarios([])
        // Somebody gives back another part by hand: the news of it makes the gateway read the list of all refunds.
        try await surprises.happen("charge.refunded", to: purchase.intent, ["--amount", "\(elsewhere.cents)"])
        let back = Amount(cents: part.cents + elsewhere.cents)
        let isBooked = try await surprises.expect(
            "I3", "refunded by \(back.literal), with a discrepancy", of: purchase, to: shopper
        ) {
            $0["amount_refunded"] == .number(back.literal) && $0["review"]["code"].string == "refund_contradicts_decision"
        }
        guard isBooked else { return }
        try await surprises.close(purchase, by: "--accept")
        _ = try await surprises.expect("I3", "without a discrepancy", of: purchase, to: shopper) { $0["review"] == .null }
    }
}
