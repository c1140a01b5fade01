import GatewayHarness

/// A request during which the gateway is struck.
enum Deed: String, Sendable, CaseIterable {
    case order, create, confirm, decline, capture, cancel, refund, webhook

    /// A request that is ready to be sent, and who sends it.
    struct Prepared: Sendable {
        let shopper: Shopper
        let call: Call
        /// The id of the event that the call brings; nil where it brings none.
        var event: String?
    }

    /// What the request is answered with in the end.
    var finalStatus: Int {
        switch self {
        case .order, .create: 201
        case .decline: 402
        case .confirm, .capture, .cancel, .refund, .webhook: 200
        }
    }

    /// Whether a client may give it an idempotency key.
    var takesKey: Bool { self != .webhook }

    /// Does all that comes before the request.
    func prepare(in world: World, keyed: Bool, using random: inout SplitMix64) async throws -> Prepared {
        let shopper = Shopper(in: world)
        let amount = Amount.random(using: &random)
        let key = keyed && takesKey ? world.log.newName("k") : nil
        switch self {
        case .order:
            return Prepared(shopper: shopper, call: .order(amount, key: key))
        case .create:
            let order = try await shopper.placeOrder(amount)
            return Prepared(shopper: shopper, call: .intent(order: order, amount, key: key))
        case .confirm:
            return Prepared(shopper: shopper, call: .confirm(try await shopper.begin(amount).intent, key: key))
        case .decline:
            let purchase = try await shopper.begin(amount)
            return Prepared(shopper: shopper, call: .confirm(purchase.intent, "pm_card_chargeDeclined", key: key))
        case .capture:
            let purchase = try await shopper.pay(amount, isManual: true)
            let part = Amount(cents: .random(in: 1...amount.cents, using: &random))
            return Prepared(shopper: Shopper(in: world, isAdmin: true), call: .capture(purchase.intent, part, key: key))
        case .cancel:
            return Prepared(shopper: shopper, call: .cancel(try await shopper.begin(amount).intent, key: key))
        case .refund:
            let purchase = try await shopper.pay(amount)
            let part = Amount(cents: .random(in: 1...amount.cents, using: &random))
            return Prepared(shopper: shopper, call: .refund(purchase.intent, part, key: key))
        case .webhook:
            return try await webhook(in: world, shopper, amount)
        }
    }

    /// The event about a payment that only the provider knows to be paid: the payer answered a challenge on the provider's own page.
    private func webhook(in world: World, _ shopper: Shopper, _ amount: Amount) async throws -> Prepared {
        let (purchase, page) = try await shopper.payUpToChallenge(amount)
        guard let answer = Call.challenge(page, isApproved: true) else { throw HarnessError("the page \(page) is elsewhere") }
        _ = try await Shopper.anonymous(in: world).require(200, answer)
        let effect = try world.gateway.journal(object: purchase.intent).last { $0["operation"].string == "confirm" }
        let charge = effect?["payment_intent"]["charge"].string
        guard
            let event = effect?["events"].elements.first(where: { $0["type"].string == "payment_intent.succeeded" })?["id"].string
        else { throw HarnessError("the mock's journal has no event about the payment of \(purchase.intent)") }
        let webhook = Webhook(
            "payment_intent.succeeded", intent: purchase.intent, amount: amount.cents, id: event, charge: charge)
        let call = Call(
            path: "/payments/webhooks/mock", body: webhook.body, headers: [(name: "Mock-Signature", value: webhook.signature)]
        )
        return Prepared(shopper: .anonymous(in: world), call: call, event: event)
    }
}
