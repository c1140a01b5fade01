import ProviderAPI

extension ConformanceCheck {
    static let noSharedState = ConformanceCheck(
        "no-shared-state",
        title: "Many calls at once, interleaved: each sends its own requests and tells its own outcome",
        why: "Calls arrive concurrently, and a module that keeps something of one call beside another's mixes up payments "
            + "(PaymentService in ProviderAPI: be stateless where the protocol allows)."
    ) { bench in
        let calls = await bench.simultaneousCalls()
        let transport = ScriptedTransport([])
        let settings = bench.settings()
        guard !calls.isEmpty,
            let service = try? await bench.module.makeService(host: .testing(settings: settings, http: transport))
        else { return Tally() }
        for call in calls {
            transport.script(call.delayedSteps, forCall: call.id)
        }
        let results = await withTaskGroup(of: (Int, CallResult).self) { group in
            for (index, call) in calls.enumerated() {
                let webhook = bench.webhook(of: call.trial.call, settings: settings)
                group.addTask {
                    let result = await Patience.within(.seconds(20)) {
                        await call.trial.call.perform(
                            with: service, as: call.trial.operation, webhook: webhook, in: .testing(requestID: call.id))
                    }
                    return (index, result ?? .unending)
                }
            }
            return await group.reduce(into: [Int: CallResult]()) { $0[$1.0] = $1.1 }
        }
        var tally = Tally()
        for (index, call) in calls.enumerated() {
            tally.check(results[index] ?? .unending, at: "\(call.name) among \(calls.count) calls", as: call.alone.result)
            if transport.requests(ofCall: call.id) != call.alone.requests {
                tally.find(
                    "\(call.name) among \(calls.count) calls", expected: "the requests that it sends alone",
                    actual: "other requests")
            }
        }
        return tally
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
