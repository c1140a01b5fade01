import GatewayHarness
import StrikeControl

/// Calls whose answers come late, or after somebody else has taken over.
struct LateAnswers: Sendable {
    private let amount = Amount(cents: 7777)

    /// Recovery keeps its hands off a call that is under way.
    func leavesLiveRequestAlone(on stage: Stage) async throws -> Outcome {
        let scenario = "{match: {operation: confirm, amount: 7777}, delay: 3s}"
        return try await perform("a live request", [scenario], on: stage) { world, shopper, call in
            let answer = try await shopper.send(call)
            return expect(200, answer) + (try await expectOperations(of: call, in: world, count: 1, attempts: 1))
        }
    }

    /// A worker whose lease ran out is told that it could not reach the provider, while the one that took over is at it: that must not
    /// settle what the other does.
    func ignoresStaleWorker(on stage: Stage) async throws -> Outcome {
        let match = "match: {operation: confirm, amount: 7777}, times: 1"
        let scenarios = ["{\(match), delay: 10s, fault: refuse}", "{\(match), delay: 12s}"]
        return try await perform("a stale worker", scenarios, strikes: true, on: stage) { world, shopper, call in
            guard let strikes = world.strikes else { throw HarnessError("the world has nothing to strike with") }
            async let first = shopper.send(call)
            try await eventually("the first worker's call is under way") {
                let metrics = try await HTTPRequest(path: "/metrics").send(toPort: world.gateway.port).text
                return metrics.contains(#"gateway_provider_calls_in_flight{provider="mock"} 1"# + "\n")
            }
            strikes.advanceClock(by: .seconds(61))
            _ = try? await first
            let answer = try await shopper.settle(call)
            return expect(200, answer) + (try await expectOperations(of: call, in: world, count: 1, attempts: 2))
        }
    }

    /// A refusal that follows an attempt without an answer proves nothing about that attempt: it was a decline, and stays one.
    func settlesOnceAfterLaterRefusal(on stage: Stage) async throws -> Outcome {
        let match = "match: {operation: confirm, amount: 7777}, times: 1"
        let scenarios = ["{\(match), fault: hang_after_effect}", "{\(match), fault: refuse}"]
        let card = "pm_card_chargeDeclined"
        return try await perform("a later refusal", scenarios, card: card, on: stage) { world, shopper, call in
            let answer = try await shopper.settle(call)
            let declines = try world.gateway.effects("decline")
            let findings = declines == 1 ? [] : [Finding(rule: "I1", detail: "\(declines) declines for one key")]
            return findings + expect(402, answer)
        }
    }

    private func perform(
        _ place: String, _ scenarios: [String], strikes: Bool = false, card: String = "pm_card_visa", on stage: Stage,
        _ body: (World, Shopper, Call) async throws -> [Finding]
    ) async throws -> Outcome {
        let plan = WorldPlan(strikes: strikes, mockSettings: ", scenarios: [\(scenarios.joined(separator: ", "))]")
        return try await stage.withWorld(plan) { world in
            let shopper = Shopper(in: world)
            let call = Call.confirm(try await shopper.begin(amount).intent, card, key: world.log.newName("k"))
            var outcome = Outcome()
            outcome.points = 1
            outcome.struck = 1
            outcome.findings += try await world.note(body(world, shopper, call), at: place)
            outcome.findings += try await world.comeToRest(at: place)
            outcome.findings += try await world.audit(at: place)
            outcome += try world.figures()
            return outcome
        }
    }

    private func expect(_ status: Int, _ answer: HTTPAnswer) -> [Finding] {
        guard answer.status != status else { return [] }
        return [Finding(rule: "answer", detail: "the confirmation should end with \(status), and was answered \(answer)")]
    }

    private func expectOperations(of call: Call, in world: World, count: Int, attempts: Int) async throws -> [Finding] {
        let operations = try await world.operations(ofKey: call.key ?? "")
        guard operations.count != count || operations.contains(where: { $0.attempts != attempts }) else { return [] }
        let detail = "\(count) operation with \(attempts) attempts was expected, and these are there: \(operations)"
        return [Finding(rule: "I1", detail: detail)]
    }
}
