import GatewayHarness

/// Clients of every habit, while the gateway is killed again and again.
struct Storm: Check {
    let name = "storm"
    let summary = "32 clients of every habit, webhooks on, kill -9 at 10 random moments (--long: 1,000)"
    private let clients = 32

    func run(on stage: Stage) async throws -> Outcome {
        // Books are compared as a whole: several worlds keep each of them small.
        let batches = stage.scale.pick(short: 1, long: 40)
        let kills = stage.scale.pick(short: 10, long: 25)
        var outcome = Outcome()
        for batch in 1...batches {
            outcome += try await weather(kills: kills, in: "batch \(batch)", on: stage)
        }
        return outcome
    }

    private func weather(kills: Int, in place: String, on stage: Stage) async throws -> Outcome {
        var random = stage.random(for: "\(name) \(place)")
        return try await stage.withWorld(WorldPlan(webhooks: true)) { world in
            let control = StormControl()
            let seeds = (0..<clients).map { _ in random.fork() }
            var outcome = Outcome()
            let killer = random.fork()
            try await withThrowingTaskGroup(of: Outcome.self) { group in
                for seed in seeds {
                    group.addTask {
                        var client = StormClient(in: world, control: control, random: seed)
                        return try await client.run()
                    }
                }
                group.addTask {
                    defer { control.end() }
                    return try await Self.kill(kills, in: world, control: control, random: killer)
                }
                for try await part in group { outcome += part }
            }
            outcome.findings = world.note(outcome.findings, at: place)
            outcome.findings += try await world.comeToRest(at: place)
            outcome.findings += try await world.audit(at: place)
            outcome += try world.figures()
            return outcome
        }
    }

    private static func kill(
        _ count: Int, in world: World, control: StormControl, random: SplitMix64
    ) async throws -> Outcome {
        var random = random
        var outcome = Outcome()
        for number in 1...count {
            try await Task.sleep(for: random.milliseconds(in: 50...1000))
            guard world.gateway.isRunning else { throw HarnessError("the gateway ended by itself before kill \(number)") }
            await world.gateway.kill()
            outcome.kills += 1
            // Half of the times the clients are back at once, half of the times the recovery is looked at for itself.
            let isMeasured = Bool.random(using: &random)
            if isMeasured { control.pause() }
            try await world.start()
            guard isMeasured else { continue }
            if let duration = try await world.recover() {
                outcome.recoveries.append(duration)
            } else {
                outcome.findings.append(try world.unsettled(recoveryLimit))
            }
            control.resume()
        }
        return outcome
    }
}
