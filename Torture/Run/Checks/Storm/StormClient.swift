import GatewayHarness

/// A client in a storm: it shops without end, with or without keys, and repeats what was not answered, or gives up.
struct StormClient {
    private let shopper: Shopper
    private let admin: Shopper
    private let world: World
    private let control: StormControl
    private var random: SplitMix64
    private var outcome = Outcome()

    /// A client with users of its own.
    init(in world: World, control: StormControl, random: SplitMix64) {
        self.world = world
        self.control = control
        self.random = random
        shopper = Shopper(in: world)
        admin = Shopper(in: world, isAdmin: true)
    }

    /// Shops until the storm is over.
    mutating func run() async throws -> Outcome {
        while !control.isOver {
            do {
                try await shop()
            } catch let error as Unsettled {
                outcome.find("I6", error.description)
            }
        }
        return outcome
    }

    /// One order, from its creation to whatever comes of it.
    private mutating func shop() async throws {
        let amount = Amount.random(using: &random)
        guard let order = try await perform(.order(amount))?["id"].integer else { return }
        let isManual = random.oneIn(3)
        guard
            let intent = try await perform(.intent(order: order, amount, isManual: isManual))?["payment_intent_id"].string
        else { return }
        for _ in 0..<3 where !control.isOver {
            switch try await status(of: intent) {
            case "requires_payment_method", "requires_confirmation", "failed": try await payOrCancel(intent)
            case "requires_action": try await answerChallenge(of: intent)
            case "requires_capture": try await captureOrCancel(intent, amount)
            case "succeeded", "partially_refunded": try await refund(intent, amount)
            default: return
            }
        }
    }

    private mutating func payOrCancel(_ intent: String) async throws {
        if random.oneIn(10) {
            _ = try await perform(.cancel(intent))
        } else {
            let cards = [
                "pm_card_visa", "pm_card_visa", "pm_card_mastercard", "pm_card_threeDSecure2Required", "pm_card_chargeDeclined",
                "pm_card_refundFail", "pm_card_pendingRefund",
            ]
            _ = try await perform(.confirm(intent, cards.randomElement(using: &random) ?? "pm_card_visa"))
        }
    }

    /// Does on the provider's page what a payer does.
    private mutating func answerChallenge(of intent: String) async throws {
        guard let page = try await read(intent)["next_action"]["redirect_url"].string,
            let call = Call.challenge(page, isApproved: !random.oneIn(4))
        else { return }
        _ = try await send(call, by: .anonymous(in: world))
    }

    private mutating func captureOrCancel(_ intent: String, _ amount: Amount) async throws {
        if random.oneIn(3) {
            _ = try await perform(.cancel(intent))
        } else {
            let part = Bool.random(using: &random) ? nil : Amount(cents: .random(in: 1...amount.cents, using: &random))
            _ = try await perform(.capture(intent, part), by: admin)
        }
    }

    private mutating func refund(_ intent: String, _ amount: Amount) async throws {
        guard Bool.random(using: &random) else { return }
        let part = random.oneIn(4) ? nil : Amount(cents: .random(in: 1...amount.cents, using: &random))
        _ = try await perform(.refund(intent, part))
    }

    /// Makes a change: mostly with a key, and then patiently; without one, once.
    ///
    /// - Returns: the final answer; nil where the client has none and gave up.
    private mutating func perform(_ call: Call, by sender: Shopper? = nil) async throws -> HTTPAnswer? {
        var call = call
        let sender = sender ?? shopper
        guard !random.oneIn(5) else { return try await send(call, by: sender) }
        call.key = world.log.newName("k")
        if random.oneIn(10) {
            // Sends it and turns away, as a phone in a tunnel does.
            return try await send(call, by: sender)
        }
        let answer = try await sender.settle(call, pause: control.pass)
        if random.oneIn(8) { _ = try await send(call, by: sender) }
        return answer
    }

    private func send(_ call: Call, by sender: Shopper) async throws -> HTTPAnswer? {
        try await control.pass()
        do {
            return try await sender.send(call)
        } catch is NoAnswer {
            return nil
        }
    }

    private func read(_ intent: String) async throws -> HTTPAnswer {
        try await shopper.settle(.get("/payments/\(intent)"), pause: control.pass)
    }

    private func status(of intent: String) async throws -> String {
        try await read(intent)["status"].string ?? ""
    }
}
