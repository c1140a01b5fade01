import GatewayHarness

/// The same request under the same idempotency key many times at once: one effect, and one answer for all.
struct KeyRaces: Check {
    let name = "key-races"
    let summary = "50 identical requests at once under each of 20 keys (--long: 1,000)"
    private let racers = 50
    private let deeds: [Deed] = [.order, .create, .confirm, .decline, .capture, .cancel, .refund]

    func run(on stage: Stage) async throws -> Outcome {
        let parts = Array(1...stage.scale.pick(short: 1, long: 20))
        return try await stage.twoAtATime(parts) { try await run(part: $0, on: stage) }
    }

    /// Books are compared as a whole: several worlds keep each of them small.
    private func run(part: Int, on stage: Stage) async throws -> Outcome {
        var random = stage.random(for: "\(name) \(part)")
        return try await stage.withWorld { world in
            var outcome = Outcome()
            for number in 1...stage.scale.pick(short: 20, long: 50) {
                let findings = try await race(deeds[number % deeds.count], in: world, using: &random)
                outcome.findings += world.note(findings, at: "part \(part), key \(number)")
            }
            outcome.findings += try await world.comeToRest(at: "part \(part)")
            outcome.findings += try await world.audit(at: "part \(part)")
            outcome += try world.figures()
            return outcome
        }
    }

    private func race(_ deed: Deed, in world: World, using random: inout SplitMix64) async throws -> [Finding] {
        let prepared = try await deed.prepare(in: world, keyed: true, using: &random)
        let before = try effects(in: world)
        let first = try await atOnce(racers) { _ in try await prepared.shopper.send(prepared.call) }
        let later = try await atOnce(racers) { _ in try await prepared.shopper.settle(prepared.call) }
        let made = try effects(in: world) - before

        let key = prepared.call.key ?? ""
        var findings: [Finding] = []
        let final = first.filter(\.isFinal)
        if final.isEmpty {
            findings.append(Finding(rule: "I6", detail: "\(deed) \(key): none of \(racers) was answered at once"))
        }
        let bodies = Set((final + later).map { "\($0.status) \($0.text)" })
        if bodies.count != 1 {
            let detail = "\(deed) \(key): \(bodies.count) different answers: \(bodies.sorted().joined(separator: " | "))"
            findings.append(Finding(rule: "I6", detail: detail))
        }
        for answer in later where answer.status != deed.finalStatus || answer.header("idempotency-replayed") != "true" {
            findings.append(Finding(rule: "I6", detail: "\(deed) \(key): replayed later, it answered \(answer)"))
        }
        // Orders have no effect at the provider; the one body with the one id tells that there is one.
        let expected = deed == .order ? 0 : 1
        if made != expected {
            findings.append(Finding(rule: "I1", detail: "\(deed) \(key): \(made) effects, expected \(expected)"))
        }
        for answer in first where !answer.isFinal && answer.status != 409 {
            findings.append(Finding(rule: "answer", detail: "\(deed) \(key): while in flight it answered \(answer)"))
        }
        return findings
    }

    /// How many effects the mock has had. Nobody else is at work in this world.
    private func effects(in world: World) throws -> Int {
        world.gateway.folder.read("var/mock-journal.jsonl").utf8.count { $0 == UInt8(ascii: "\n") }
    }
}
