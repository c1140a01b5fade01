import GatewayHarness
import TortureBooks

/// One fault in several kinds of call at the same time: each has an amount of its own, by which its scenario knows it.
struct FaultWorld: Sendable {
    let fault: ProviderFault
    let deeds: [Deed]

    /// Makes the calls, and holds what comes of them against the failure model.
    func run(on stage: Stage) async throws -> Outcome {
        let scenarios = deeds.indices.map {
            "{match: {operation: \(deeds[$0].rawValue), amount: \(amount($0).cents)}, times: 1, fault: \(fault.rawValue)}"
        }
        // Only events show that the id in an answer is wrong.
        let plan = WorldPlan(webhooks: fault == .wrongID, mockSettings: ", scenarios: [\(scenarios.joined(separator: ", "))]")
        return try await stage.withWorld(plan) { world in
            var outcome = Outcome()
            outcome.points = deeds.count
            outcome.struck = deeds.count
            let cases = try await atOnce(deeds.count) { try await deeds[$0].prepare(in: world, amount: amount($0)) }
            let place = deeds.count == 1 ? "\(fault.rawValue) in \(deeds[0])" : fault.rawValue
            if fault == .trap {
                outcome.findings += try await world.note(crash(cases, in: world), at: place)
                outcome.kills += cases.count
            } else {
                let findings = try await atOnce(cases.count) { try await firstAnswer(to: cases[$0], deeds[$0]) }
                outcome.findings += world.note(findings.flatMap { $0 }, at: place)
            }
            if fault.isCleared {
                let findings = try await atOnce(cases.count) { try await finalAnswer(to: cases[$0], deeds[$0]) }
                outcome.findings += world.note(findings.flatMap { $0 }, at: place)
                outcome.findings += try await world.comeToRest(at: place)
                outcome.findings += try await world.audit(at: place)
            } else {
                outcome.findings += try await endOfUnclear(cases, in: world, at: place)
            }
            outcome += try world.figures()
            return outcome
        }
    }

    private func amount(_ index: Int) -> Amount { Amount(cents: 5000 + 100 * index) }

    private func firstAnswer(to prepared: Deed.Prepared, _ deed: Deed) async throws -> [Finding] {
        let answer = try await prepared.shopper.send(prepared.call)
        var findings: [Finding] = []
        if let status = fault.firstStatus, answer.status != status {
            findings.append(Finding(rule: "answer", detail: "\(deed) should be answered \(status) at first, and was \(answer)"))
        }
        if answer.status == 503, answer.header("retry-after") == nil {
            findings.append(Finding(rule: "answer", detail: "\(deed) was answered 503 without Retry-After"))
        }
        if fault.firstStatus == nil, ![200, 201, 202, 409].contains(answer.status) {
            findings.append(Finding(rule: "answer", detail: "\(deed) was answered as if it had failed: \(answer)"))
        }
        return findings
    }

    private func finalAnswer(to prepared: Deed.Prepared, _ deed: Deed) async throws -> [Finding] {
        let answer = try await prepared.shopper.settle(prepared.call)
        guard answer.status != deed.finalStatus else { return [] }
        return [Finding(rule: "I6", detail: "\(deed) should end with \(deed.finalStatus), and was answered \(answer)")]
    }

    /// The module crashes with the effect made: the client hears nothing, and the gateway is started again.
    private func crash(_ cases: [Deed.Prepared], in world: World) async throws -> [Finding] {
        var findings: [Finding] = []
        for prepared in cases {
            do {
                let answer = try await prepared.shopper.send(prepared.call)
                findings.append(Finding(rule: "answer", detail: "a crashed gateway answered \(answer)"))
            } catch is NoAnswer {
                guard await world.gateway.waitForEnd() != nil else { throw HarnessError("the gateway did not crash") }
                try await world.start()
            }
        }
        return findings
    }

    /// Of what the provider cannot tell nothing may be failed; it may stay open or wait for a person, and the rest has to agree.
    private func endOfUnclear(_ cases: [Deed.Prepared], in world: World, at place: String) async throws -> [Finding] {
        let keys = cases.compactMap(\.call.key)
        let requests = Set(world.log.told.filter { told in told.key.map(keys.contains) ?? false }.map(\.requestID))
        // The calls are repeated once, or known to be of no use to repeat, by the second look-up after five seconds: those that are not
        // repeated have no end that could be waited for. A wrong id always becomes known, by the event.
        let end = ContinuousClock.now + (fault == .wrongID ? recoveryLimit : .seconds(8))
        var struck: [StandingOperation] = []
        var reviewed: Set<Int64> = []
        repeat {
            try await Task.sleep(for: .milliseconds(500))
            struck = try await world.operations().filter { requests.contains($0.requestID) }
            reviewed = try BookCheck.reviewedTransactions(databasePath: world.databasePath)
        } while struck.contains { !isAtEnd($0, reviewed) } && ContinuousClock.now < end
        var findings: [Finding] = []
        if struck.count != cases.count {
            findings.append(Finding(rule: "check", detail: "\(cases.count) calls made \(struck.count) operations"))
        }
        for operation in struck where operation.state == "failed" {
            findings.append(Finding(rule: "I3", detail: "operation \(operation.id) is failed, which nobody can know"))
        }
        // A wrong id in the answer to a refund is believed until an event tells of the refund that was made.
        for operation in struck where fault == .wrongID && !reviewed.contains(operation.transaction) {
            findings.append(
                Finding(rule: "I3", detail: "operation \(operation.id) is \(operation.state), with the id of no object"))
        }
        let open = struck.filter(\.isUnsettled)
        var expected = ExpectedTrouble(reviewedTransactions: Set(open.map(\.transaction)))
        // The answer was taken for what it says, and the discrepancy lasts until an operator or a later look closes it.
        if fault == .wrongID || fault == .wrongAmount {
            expected.reviewedTransactions = reviewed.intersection(struck.map(\.transaction))
            expected.misnamedRefunds = expected.reviewedTransactions
        }
        let accepted = open.map { "operation \($0.id) (" }
        let audited = try await world.audit(at: place, expected: expected) { finding in
            // That these are open is what is expected of them.
            finding.rule == "I3" && accepted.contains(where: finding.detail.hasPrefix)
                && (finding.detail.hasSuffix(" is unknown") || finding.detail.hasSuffix(" is pending"))
                || fault == .wrongID && finding.detail.contains("contradicts the books: ")
        }
        return world.note(findings, at: place) + audited
    }

    /// Whether nothing more is to come of a call whose outcome is unclear.
    private func isAtEnd(_ operation: StandingOperation, _ reviewed: Set<Int64>) -> Bool {
        if fault == .wrongID { return reviewed.contains(operation.transaction) }
        return !operation.isUnsettled || operation.attempts >= 2
    }
}

extension Deed {
    /// Prepares a request about all of an amount, with a key.
    fileprivate func prepare(in world: World, amount: Amount) async throws -> Prepared {
        let shopper = Shopper(in: world)
        let key = world.log.newName("k")
        switch self {
        case .create:
            return Prepared(shopper: shopper, call: .intent(order: try await shopper.placeOrder(amount), amount, key: key))
        case .capture:
            let intent = try await shopper.pay(amount, isManual: true).intent
            return Prepared(shopper: Shopper(in: world, isAdmin: true), call: .capture(intent, key: key))
        case .cancel:
            return Prepared(shopper: shopper, call: .cancel(try await shopper.begin(amount).intent, key: key))
        case .refund:
            return Prepared(shopper: shopper, call: .refund(try await shopper.pay(amount).intent, key: key))
        default:
            return Prepared(shopper: shopper, call: .confirm(try await shopper.begin(amount).intent, key: key))
        }
    }
}
