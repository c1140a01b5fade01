import GatewayHarness
import Glibc
import StrikeControl

/// Clients pay and refund, and the power is cut: what had not been synced is lost or torn, as the seed says.
///
/// The mock's journal survives: a provider's disk is another company's.
struct PowerCuts: Check {
    let name = "power-cuts"
    let summary = "cut the power under 8 clients at 6 random calls, un-synced writes lost or torn (--long: 100)"
    private let clients = 8

    func run(on stage: Stage) async throws -> Outcome {
        var random = stage.random(for: name)
        return try await stage.withWorld(WorldPlan(strikes: true, keepsUndoLog: true)) { world in
            guard let strikes = world.strikes else { throw HarnessError("the world has nothing to strike with") }
            var outcome = Outcome()
            for _ in 0..<stage.scale.pick(short: 6, long: 100) {
                outcome.points += 1
                // Most at replies and effects: where commits are not synced, no sync comes by to strike at.
                guard let kind = [StrikePoint.Kind.reply, .reply, .effect, .sync].randomElement(using: &random),
                    let moment = StrikePoint.Moment.allCases.randomElement(using: &random)
                else { continue }
                let point = StrikePoint(kind: kind, ordinal: .random(in: 20...120, using: &random), moment: moment)
                // Seed 0 loses every write that was not synced.
                let seed = random.oneIn(2) ? 0 : UInt64.random(in: 1...UInt64.max, using: &random)
                try await cut(at: point, seed: seed, in: world, strikes, &outcome)
                // What is lost once is missed in every later comparison.
                if !outcome.findings.isEmpty { break }
            }
            outcome += try world.figures()
            return outcome
        }
    }

    private func cut(
        at point: StrikePoint, seed: UInt64, in world: World, _ strikes: StrikeControl, _ outcome: inout Outcome
    ) async throws {
        let place = "power cut \(point), writes by \(seed)"
        strikes.arm((point, .powerCut(seed: seed)))
        var unanswered: [Deed.Prepared] = []
        await withTaskGroup(of: Deed.Prepared?.self) { group in
            for _ in 0..<clients {
                group.addTask {
                    let shopper = Shopper(in: world)
                    return await LoadClient(shopper: shopper).run().unanswered.map { Deed.Prepared(shopper: shopper, call: $0) }
                }
            }
            for await call in group { if let call { unanswered.append(call) } }
        }
        let end = await world.gateway.waitForEnd(within: recoveryLimit)
        guard strikes.hasStruck, end == .signaled(SIGKILL) else {
            throw HarnessError("\(place): the process ended as \(end.map { "\($0)" } ?? "not at all"), and was not struck")
        }
        strikes.disarm()
        outcome.struck += 1
        outcome.kills += 1
        try await world.start()
        if let duration = try await world.recover() {
            outcome.recoveries.append(duration)
        } else {
            outcome.findings += world.note([try world.unsettled(recoveryLimit)], at: place)
        }
        for prepared in unanswered { _ = try await prepared.shopper.settle(prepared.call) }
        outcome.findings += try await world.comeToRest(at: place)
        outcome.findings += try await world.audit(at: place)
    }
}
