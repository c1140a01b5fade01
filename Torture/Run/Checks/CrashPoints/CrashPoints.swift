import GatewayHarness
import StrikeControl

/// Kills the gateway before and after every system call of every kind of request that leaves a mark on disk or on the wire.
///
/// A first run of each request lists the calls; then one run for each of them and each side of it. After the kill the gateway is
/// started again, has to recover, has to give the client's repeated request one final answer, and all books have to agree.
struct CrashPoints: Check {
    let name = "crash-points"
    let summary = "kill before and after every sync, effect and reply of every kind of request (--long: every write)"

    /// One kind of request under one set of circumstances, in a world of its own.
    struct Line: Sendable, CustomStringConvertible {
        let deed: Deed
        let keyed: Bool
        let webhooks: Bool

        var description: String {
            "\(deed.rawValue)\(deed.takesKey && !keyed ? " without a key" : "")\(webhooks ? " with webhooks" : "")"
        }
    }

    func run(on stage: Stage) async throws -> Outcome {
        var lines = Deed.allCases.map { Line(deed: $0, keyed: true, webhooks: false) }
        if stage.scale == .long {
            lines += Deed.allCases.filter(\.takesKey).map { Line(deed: $0, keyed: false, webhooks: false) }
            // With the mock's own webhooks, the one that the check sends is a duplicate: nothing to strike.
            lines += Deed.allCases.filter(\.takesKey).map { Line(deed: $0, keyed: true, webhooks: true) }
        }
        return try await stage.twoAtATime(lines) { try await run($0, on: stage) }
    }

    private func run(_ line: Line, on stage: Stage) async throws -> Outcome {
        let kinds = stage.scale.pick(short: [StrikePoint.Kind.sync, .effect, .reply], long: StrikePoint.Kind.allCases)
        let random = stage.random(for: "\(name) \(line)")
        return try await stage.withWorld(WorldPlan(webhooks: line.webhooks, strikes: true)) { world in
            guard let strikes = world.strikes else { throw HarnessError("the world has nothing to strike with") }
            var striker = Striker(world: world, strikes: strikes, line: line, random: random)
            let points = try await striker.points(of: kinds)
            guard !points.isEmpty else { throw HarnessError("\(line) makes no call at which it could be struck") }
            for point in points {
                try await striker.strike(at: point)
                // What is wrong once would be found again at each further point, after as long a wait.
                if !striker.outcome.findings.isEmpty { break }
            }
            striker.outcome += try world.figures()
            return striker.outcome
        }
    }
}
