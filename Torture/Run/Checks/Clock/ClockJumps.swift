import GatewayHarness

/// The provider never tells what became of a call, and days pass: nothing is failed by a timer, a person is asked, and decides.
struct ClockJumps: Check {
    let name = "clock"
    let summary =
        "a provider that never tells what became of a call, clocks put forward by 25 and 73 hours, and an operator's word"
    private let deeds: [Deed] = [.create, .confirm, .capture, .cancel, .refund]

    func run(on stage: Stage) async throws -> Outcome {
        let rounds = Array(1...stage.scale.pick(short: 1, long: 10))
        return try await stage.twoAtATime(rounds) { try await run(round: $0, on: stage) }
    }

    private func run(round: Int, on stage: Stage) async throws -> Outcome {
        var random = stage.random(for: "\(name) \(round)")
        // Each kind has amounts of its own, by which its scenario knows it; the first cents tell the kinds apart.
        let cases = deeds.enumerated().map { number, deed in
            SilentDeed(deed: deed, cents: 10_000 * .random(in: 1...9, using: &random) + 1000 * number)
        }
        // One round in two has the process that made the call live through both jumps; then the keys are not purged.
        let restarts = round % 2 == 1
        let scenarios = cases.map(\.scenario).joined(separator: ", ")
        let plan = WorldPlan(strikes: true, mockSettings: ", scenarios: [\(scenarios)]")
        return try await stage.withWorld(plan) { world in
            var days = SilentDays(world: world, cases: cases, restarts: restarts, place: "round \(round)")
            try await days.run()
            days.outcome += try world.figures()
            return days.outcome
        }
    }
}
