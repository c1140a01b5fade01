import ProviderAPI

extension ConformanceCheck {
    static let noSharedState = ConformanceCheck(
        "no-shared-state",
        title: "Many calls at once, interleaved: each sends its own requests and tells its own outcome",
        why: "Calls arrive concurrently, and a module that keeps something of one call beside another's mixes up payments "
            + "(PaymentService in ProviderAPI: be stateless where the protocol allows)."
    ) { bench in
        let calls = await bench.simultaneousCalls()
        guard !calls.isEmpty else { return Tally() }
        var attempt = await bench.makeAtOnce(calls)
        for _ in 1..<Patience.attempts where attempt?.isDisturbed == true {
            attempt = await bench.makeAtOnce(calls)
        }
        return attempt?.tally ?? Tally()
    }
}

/// One of many calls, and what comes of it when it runs alone.
private struct SimultaneousCall: Sendable {
    let id: String
    let name: String
    let trial: Trial
    let alone: TrialRun
    let number: Int

    /// Its answers, each after a pause of its own, so that the calls overtake each other.
    var delayedSteps: [ScriptedTransport.Step] {
        trial.steps.enumerated().map { .after(.milliseconds((number * 7 + $0.offset * 5) % 19), $0.element) }
    }
}

extension Workbench {
    /// Makes all calls on one service, and compares each with what it does alone.
    ///
    /// - Returns: what was found, and whether a call ended after its deadline, which says more about the machine than about the module;
    ///   nil where there is no service.
    fileprivate func makeAtOnce(_ calls: [SimultaneousCall]) async -> (tally: Tally, isDisturbed: Bool)? {
        let transport = ScriptedTransport([])
        let settings = settings()
        guard let service = try? await module.makeService(host: .testing(settings: settings, http: transport)) else { return nil }
        for call in calls {
            transport.script(call.delayedSteps, forCall: call.id)
        }
        let results = await withTaskGroup(of: (Int, CallResult, isLate: Bool).self) { group in
            for (index, call) in calls.enumerated() {
                let webhook = webhook(of: call.trial.call, settings: settings)
                group.addTask {
                    let context = CallContext.testing(requestID: call.id, within: CallContext.usualTime)
                    let result = await Patience.within(Patience.forACall) {
                        await call.trial.call.perform(
                            with: service, as: call.trial.operation, webhook: webhook, in: context)
                    }
                    return (index, result ?? .unending, isLate: result != nil && context.deadline <= .now)
                }
            }
            return await group.reduce(into: [Int: (CallResult, isLate: Bool)]()) { $0[$1.0] = ($1.1, $1.2) }
        }
        var tally = Tally()
        for (index, call) in calls.enumerated() {
            tally.check(results[index]?.0 ?? .unending, at: "\(call.name) among \(calls.count) calls", as: call.alone.result)
            if transport.requests(ofCall: call.id) != call.alone.requests {
                tally.find(
                    "\(call.name) among \(calls.count) calls", expected: "the requests that it sends alone",
                    actual: "other requests")
            }
        }
        return (tally, results.values.contains { $0.isLate })
    }

    /// Some cases of each kind, several times, each under an operation of its own that its answers name too.
    fileprivate func simultaneousCalls() async -> [SimultaneousCall] {
        var calls: [SimultaneousCall] = []
        let samples = samples(where: { $0.recorded.settings == nil })
        for round in 1...4 {
            for sample in samples {
                let number = calls.count + 1
                var trial = trial(of: sample.recorded)
                if sample.kind.mutates {
                    trial.operation = .testing("op_\(round)\(number)")
                    trial.steps = trial.steps.map { $0.replacing("op_1", with: trial.operation.id) }
                }
                let name = "\(sample.name) as \(trial.operation.id)"
                calls.append(
                    SimultaneousCall(id: "req-\(number)", name: name, trial: trial, alone: await run(trial), number: number))
            }
        }
        return calls
    }
}

extension ScriptedTransport.Step {
    /// The same answer with another text in place of one.
    fileprivate func replacing(_ text: String, with other: String) -> Self {
        guard case .answer(var response) = self else { return self }
        response.body = Array(String(decoding: response.body, as: UTF8.self).replacing(text, with: other).utf8)
        return .answer(response)
    }
}
