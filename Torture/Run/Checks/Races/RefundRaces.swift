import GatewayHarness

/// Many partial refunds of one payment at once: as many as the captured amount has room for succeed, and no more.
struct RefundRaces: Check {
    let name = "refund-races"
    let summary = "50 partial refunds at once of each of 10 payments (--long: 1,000)"
    private let racers = 50

    func run(on stage: Stage) async throws -> Outcome {
        let parts = Array(1...stage.scale.pick(short: 1, long: 20))
        return try await stage.twoAtATime(parts) { try await run(part: $0, on: stage) }
    }

    /// Books are compared as a whole: several worlds keep each of them small.
    private func run(part: Int, on stage: Stage) async throws -> Outcome {
        var random = stage.random(for: "\(name) \(part)")
        return try await stage.withWorld { world in
            var outcome = Outcome()
            for number in 1...stage.scale.pick(short: 10, long: 50) {
                outcome.findings += world.note(try await race(in: world, using: &random), at: "part \(part), payment \(number)")
            }
            outcome.findings += try await world.comeToRest(at: "part \(part)")
            outcome.findings += try await world.audit(at: "part \(part)")
            outcome += try world.figures()
            return outcome
        }
    }

    private func race(in world: World, using random: inout SplitMix64) async throws -> [Finding] {
        let shopper = Shopper(in: world)
        let purchase = try await shopper.pay(.random(using: &random))
        // From one that succeeds to more room than there are refunds.
        let fitting = Int.random(in: 1...(racers + 10), using: &random)
        let part = Amount(cents: max(1, purchase.amount.cents / fitting))
        let expected = min(racers, purchase.amount.cents / part.cents)
        let isKeyed = Bool.random(using: &random)
        let answers = try await atOnce(racers) { _ in
            let call = Call.refund(purchase.intent, part, key: isKeyed ? world.log.newName("k") : nil)
            return isKeyed ? try await shopper.settle(call) : try await shopper.send(call)
        }
        var findings: [Finding] = []
        let succeeded = answers.count { $0.status == 200 }
        if succeeded != expected {
            let detail =
                "\(succeeded) of \(racers) refunds of \(part.literal) succeeded, and \(purchase.amount.literal) of "
                + "\(purchase.intent) has room for \(expected)"
            findings.append(Finding(rule: "I4", detail: detail))
        }
        for answer in answers where answer.status != 200 {
            guard answer.status == 422, answer["code"].string == "refund_exceeds_captured" else {
                let detail = "a refund too much of \(purchase.intent) answered \(answer.status) \(answer.text)"
                findings.append(Finding(rule: "answer", detail: detail))
                continue
            }
        }
        return findings
    }
}
