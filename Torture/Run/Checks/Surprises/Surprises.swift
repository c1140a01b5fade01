import GatewayHarness

/// What the gateway did not ask for: a canceled payment is paid, an operator's word turns out wrong, a payer disputes, somebody gives money
/// back at the provider. All of it is booked, a person is asked where it matters, and nobody is charged or paid back twice.
struct Surprises: Check {
    let name = "surprises"
    let summary =
        "payments, refunds and disputes that nobody asked the gateway for, and operators' words that the provider contradicts"

    func run(on stage: Stage) async throws -> Outcome {
        let rounds = Array(1...stage.scale.pick(short: 1, long: 20))
        return try await stage.twoAtATime(rounds) { round in
            let place = "round \(round)"
            var random = stage.random(for: "\(name) \(place)")
            return try await stage.withWorld(WorldPlan(webhooks: true)) { world in
                var surprises = SurprisedWorld(world, at: place)
                let stories: [any Story] = [
                    PaidAfterCancel(amount: .random(using: &random), second: .isCanceled),
                    PaidAfterCancel(amount: .random(using: &random), second: .staysOpen),
                    RefundAfterAll(amount: .random(using: &random)), DisputedPayment(amount: .random(using: &random)),
                ]
                // What is wrong in one would be found again in the next, after as long a wait.
                for story in stories where surprises.outcome.findings.isEmpty { try await story.run(&surprises) }
                try await surprises.finish()
                return surprises.outcome
            }
        }
    }
}

/// What can happen to a payment, from its order to its end.
protocol Story: Sendable {
    /// Lets it happen.
    func run(_ surprises: inout SurprisedWorld) async throws
}
