import GatewayHarness

/// Days pass over calls without an outcome: only evidence or a person ends them, and no key and no reservation is forgotten meanwhile.
struct ClockJumps: Check {
    let name = "clock"
    let summary =
        "calls without an outcome, clocks put forward by minutes and days, a provider that shows no trace or nothing at all, and an "
        + "operator's word"
    private let deeds: [Deed] = [.create, .confirm, .capture, .cancel, .refund]

    func run(on stage: Stage) async throws -> Outcome {
        let rounds = Array(1...stage.scale.pick(short: 1, long: 10))
        return try await stage.twoAtATime(rounds) { round in
            async let silent = runSilent(round: round, on: stage)
            async let answering = runAnswering(round: round, on: stage)
            var outcome = try await silent
            outcome += try await answering
            return outcome
        }
    }

    /// The provider answers no look-up: an operator ends one call of each kind, and the other waits until the provider speaks again.
    private func runSilent(round: Int, on stage: Stage) async throws -> Outcome {
        var random = stage.random(for: "\(name) silent \(round)")
        let cases = cases(ofEach: 2, using: &random)
        let scenarios = cases.map(\.scenario) + ["{match: {operation: retrieve}, fault: error_500_before_effect}"]
        return try await stage.withWorld(plan(scenarios)) { world in
            // One round in two has the process that made the calls live through both jumps; then the keys are not purged.
            var days = SilentDays(world: world, cases: cases, restarts: !round.isMultiple(of: 2), place: "silent, round \(round)")
            try await days.run()
            return days.calls.outcome
        }
    }

    /// The provider shows no trace of the calls.
    private func runAnswering(round: Int, on stage: Stage) async throws -> Outcome {
        var random = stage.random(for: "\(name) answering \(round)")
        let cases = cases(ofEach: 1, using: &random)
        let late = LatePayer(cents: 99_900)
        return try await stage.withWorld(plan(cases.map(\.scenario) + [late.scenario])) { world in
            var days = TracelessDays(world: world, cases: cases, late: late, place: "traceless, round \(round)")
            try await days.run()
            return days.calls.outcome
        }
    }

    private func plan(_ scenarios: [String]) -> WorldPlan {
        WorldPlan(strikes: true, mockSettings: ", scenarios: [\(scenarios.joined(separator: ", "))]")
    }

    /// Each case has an amount of its own, by which its scenario knows it; the thousands tell the cases apart.
    private func cases(ofEach count: Int, using random: inout SplitMix64) -> [SilentDeed] {
        (0..<count * deeds.count).map { number in
            SilentDeed(deed: deeds[number % deeds.count], cents: 10_000 * .random(in: 1...8, using: &random) + 1000 * number)
        }
    }
}
