import GatewayHarness

/// An operator declares a payment canceled which is not, the order gets another payment, and the payer pays the first one.
struct PaidAfterCancel: Story {
    /// What becomes of the second payment of the order.
    enum Second: Sendable {
        /// The gateway has it canceled, so that nobody can pay the order twice. The first one's money goes back.
        case isCanceled
        /// Its cancellation comes to nothing. It must not be confirmed beside the paid one, which is accepted.
        case staysOpen
    }

    /// What is to be paid.
    let amount: Amount
    let second: Second

    /// From the order to its end.
    func run(_ surprises: inout SurprisedWorld) async throws {
        let shopper = Shopper(in: surprises.world)
        let first = try await shopper.begin(amount)
        // The second payment is of the same amount: its cancellation meets the scenario too, unless that is used up.
        let times = second == .isCanceled ? #""times": 1, "# : ""
        let match = #""match": {"operation": "cancel", "amount": \#(amount.cents)}"#
        try await surprises.setScenarios([#"{\#(match), \#(times)"fault": "error_500_before_effect"}"#])
        let cancel = Call.cancel(first.intent, key: surprises.world.log.newName("k"))
        let cancellation = try await surprises.beginUnknown(cancel, by: shopper)
        try await surprises.misjudge(cancellation, as: "succeeded")
        guard try await surprises.expect("I3", "canceled", of: first, to: shopper, { $0["status"].string == "canceled" })
        else { return }
        let other = try await shopper.begin(amount, of: first.order)

        try await surprises.happen("payment_intent.succeeded", to: first.intent)
        let isPaid = try await surprises.expect("I3", "paid, with a discrepancy", of: first, to: shopper) {
            $0["status"].string == "succeeded" && $0["review"]["code"].string != nil
        }
        guard isPaid else { return }
        // Its cancellation was stored with the news of the payment, so that nothing can come between.
        let number = Int64(other.transaction)
        guard try await surprises.world.operations().count(where: { $0.transaction == number }) > 1 else {
            return surprises.find(
                "I1", "transaction \(number) can be paid beside transaction \(first.transaction), which is paid")
        }
        try await surprises.expectOrder("pending", of: first, to: shopper)
        switch second {
        case .isCanceled: try await giveBack(first, other, shopper, &surprises)
        case .staysOpen: try await keep(first, other, shopper, &surprises)
        }
    }

    private func giveBack(
        _ first: Purchase, _ other: Purchase, _ shopper: Shopper, _ surprises: inout SurprisedWorld
    ) async throws {
        guard try await surprises.expect("I1", "canceled", of: other, to: shopper, { $0["status"].string == "canceled" })
        else { return }
        try await surprises.expectRefusal("I1", "invalid_state", .confirm(other.intent), by: shopper)
        let isAlone = try await surprises.expect("I3", "paid after it was canceled", of: first, to: shopper) {
            $0["review"]["code"].string == "paid_after_cancel"
        }
        guard isAlone else { return }
        // The discrepancy is about what was captured. The books go on meanwhile.
        let part = Amount(cents: amount.cents / 3)
        try await surprises.happen("charge.refunded", to: first.intent, ["--amount", "\(part.cents)"])
        let isBooked = try await surprises.expect("I3", "refunded in part", of: first, to: shopper) {
            $0["amount_refunded"] == .number(part.literal)
        }
        guard isBooked else { return }
        try await surprises.close(first, by: "--refund")
        _ = try await surprises.expect("I3", "refunded, without a discrepancy", of: first, to: shopper) {
            $0["status"].string == "refunded" && $0["review"] == .null
        }
        try await surprises.expectOrder("refunded", of: first, to: shopper)
    }

    private func keep(
        _ first: Purchase, _ other: Purchase, _ shopper: Shopper, _ surprises: inout SurprisedWorld
    ) async throws {
        // The gateway cancels the second payment by itself. An operator finds out that this one never arrived, which is so.
        let number = Int64(other.transaction)
        let end = ContinuousClock.now + recoveryLimit
        var own: StandingOperation?
        while own == nil, ContinuousClock.now < end {
            own = try await surprises.world.operations().first { $0.transaction == number && $0.state == "unknown" }
            if own == nil { try await Task.sleep(for: .milliseconds(100)) }
        }
        guard let own else { return surprises.find("I3", "the cancellation of transaction \(number) is never called") }
        let word = ["operations", "resolve", "\(own.id)", "--as", "failed", "--note", "the provider's support: never received"]
        let result = try await surprises.act(word)
        if result.end != .exited(0) { surprises.find("I3", "operation \(own.id) could not be resolved: \(result.everything)") }
        try await surprises.expectRefusal("I1", "order_already_paid", .confirm(other.intent), by: shopper)
        // Once it is looked at, it is canceled after all.
        try await surprises.setScenarios([])
        _ = try await shopper.require(200, .get("/payments/\(other.intent)"))
        _ = try await surprises.expect("I1", "canceled", of: other, to: shopper) { $0["status"].string == "canceled" }
        try await surprises.close(first, by: "--accept")
        _ = try await surprises.expect("I3", "without a discrepancy", of: first, to: shopper) { $0["review"] == .null }
        try await surprises.expectOrder("completed", of: first, to: shopper)
    }
}
