import GatewayHarness
import TortureBooks

/// SIGTERM under load: the gateway finishes what runs, answers it whole, and leaves nothing to recover.
struct Shutdown: Check {
    let name = "shutdown"
    let summary = "SIGTERM under the load of 32 clients at 4 random moments (--long: 50)"
    private let clients = 32

    func run(on stage: Stage) async throws -> Outcome {
        var random = stage.random(for: name)
        var outcome = Outcome()
        for round in 1...stage.scale.pick(short: 4, long: 50) {
            let moment = random.milliseconds(in: 200...1500)
            outcome += try await stage.withWorld { try await stop($0, after: moment, in: "stop \(round)") }
        }
        return outcome
    }

    private func stop(_ world: World, after moment: Duration, in place: String) async throws -> Outcome {
        var outcome = Outcome()
        let (findings, unanswered) = try await stop(world, after: moment)
        outcome.kills += 1
        outcome.findings += world.note(findings, at: place)
        // The process is gone and has not been started again: what the books say now, they say without any recovery.
        outcome.findings += try await world.audit(at: place)
        try await world.start()
        outcome.findings += world.note(try await lost(unanswered), at: place)
        outcome += try world.figures()
        return outcome
    }

    /// Puts load on the gateway and stops it.
    ///
    /// - Returns: what is wrong, and the calls that nobody answered.
    private func stop(_ world: World, after moment: Duration) async throws -> ([Finding], [Deed.Prepared]) {
        var unanswered: [Deed.Prepared] = []
        var findings: [Finding] = []
        try await withThrowingTaskGroup(of: ([Finding], Deed.Prepared?).self) { group in
            for _ in 0..<clients {
                group.addTask {
                    let shopper = Shopper(in: world)
                    let left = await LoadClient(shopper: shopper).run()
                    return (left.findings, left.unanswered.map { Deed.Prepared(shopper: shopper, call: $0) })
                }
            }
            try await Task.sleep(for: moment)
            // How long it takes is no finding: what it cuts off to be done in time is, see `lost`.
            let end = try await world.gateway.terminate()
            if end != .exited(0) { findings.append(Finding(rule: "stop", detail: "after SIGTERM it ended as \(end)")) }
            for try await (found, call) in group {
                findings += found
                if let call { unanswered.append(call) }
            }
        }
        let open = try BookCheck.openOperations(databasePath: world.databasePath)
        if open > 0 { findings.append(Finding(rule: "stop", detail: "\(open) operations are open after exit 0")) }
        return (findings, unanswered)
    }

    /// Sends again what was not answered: what had been carried out should have been answered before the process ended.
    private func lost(_ calls: [Deed.Prepared]) async throws -> [Finding] {
        var findings: [Finding] = []
        for prepared in calls {
            let answer = try await prepared.shopper.settle(prepared.call)
            if answer.header("idempotency-replayed") == "true" {
                let detail = "\(prepared.call.path) with key \(prepared.call.key ?? "") was carried out, and its client cut off"
                findings.append(Finding(rule: "stop", detail: detail))
            }
        }
        return findings
    }
}

/// A client that pays without a pause until the gateway is gone.
struct LoadClient: Sendable {
    let shopper: Shopper

    /// What was left when the gateway was gone.
    struct Left: Sendable {
        var unanswered: Call?
        var findings: [Finding] = []
    }

    /// Pays until an answer fails to come.
    func run() async -> Left {
        var left = Left()
        let amount = Amount(cents: 1234)
        do {
            while !Task.isCancelled {
                guard let order = try await send(.order(amount), &left)["id"].integer else { continue }
                let created = try await send(.intent(order: order, amount), &left)
                guard let intent = created["payment_intent_id"].string else { continue }
                _ = try await send(.confirm(intent), &left)
                _ = try await send(.refund(intent, Amount(cents: 34)), &left)
            }
        } catch {
            // The end of the load; what is wrong with it has been noted.
        }
        return left
    }

    private func send(_ call: Call, _ left: inout Left) async throws -> HTTPAnswer {
        var call = call
        call.key = shopper.world.log.newName("k")
        do {
            return try await shopper.send(call)
        } catch NoAnswer.torn(let status, let reason) {
            left.findings.append(Finding(rule: "stop", detail: "\(call.path): an answer \(status) was cut off: \(reason)"))
            throw NoAnswer.torn(status: status, reason)
        } catch {
            left.unanswered = call
            throw error
        }
    }
}
