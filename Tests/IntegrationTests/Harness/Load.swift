import GatewayHarness

/// Payments made without a pause, until the gateway is gone.
struct Load: Sendable {
    /// What was answered.
    struct Answered: Sendable {
        /// Ids of orders.
        var orders: [Int] = []
        /// Ids of intents.
        var intents: [String] = []
        /// Ids of intents that were paid.
        var confirmed: [String] = []
    }

    private let gateway: GatewayProcess

    /// Load for one gateway.
    init(_ gateway: GatewayProcess) {
        self.gateway = gateway
    }

    /// Pays with each worker until an answer fails to come.
    func run(workers: Int) async throws -> Answered {
        let all = try await atOnce(workers) { _ in await worker() }
        return Answered(
            orders: all.flatMap(\.orders), intents: all.flatMap(\.intents), confirmed: all.flatMap(\.confirmed)
        )
    }

    private func worker() async -> Answered {
        let user = gateway.newUser()
        var answered = Answered()
        do {
            while !Task.isCancelled {
                let created = try await user.post("/orders", #"{"amount":99.99,"currency":"USD"}"#)
                guard created.status == 201, let order = created["id"].integer else { return answered }
                answered.orders.append(order)
                let intent = try await user.requestIntent(order: order)
                guard intent.status == 201, let id = intent["payment_intent_id"].string else { return answered }
                answered.intents.append(id)
                let confirmed = try await user.post("/payments/\(id)/confirm", #"{"payment_method":"pm_card_visa"}"#)
                guard confirmed.status == 200 else { return answered }
                answered.confirmed.append(id)
            }
        } catch {
            // The gateway has gone: that is the end of the load, and what was answered before it counts.
        }
        return answered
    }
}
