/// A recorded case that faults are derived from: everything about it went well.
struct Sample: Sendable {
    let name: String
    let recorded: RecordedCase

    var kind: RecordedCall.Kind { recorded.call.kind }

    /// The requests to strike at: the first and the last.
    var strikePoints: [Int] {
        recorded.exchanges.count > 1 ? [0, recorded.exchanges.count - 1] : [0]
    }

    /// What comes back for a request.
    func answer(at index: Int) -> RecordedExchange.Response? {
        guard case .details(let answer)? = recorded.exchanges.dropFirst(index).first?.response else { return nil }
        return answer
    }

    /// The case and what is done to it, for findings.
    func place(_ strike: String, at index: Int) -> String {
        "\(name): \(strike) at request \(index + 1)"
    }
}

extension Workbench {
    /// The first cases of each kind of call that went well and had something to ask the provider.
    ///
    /// A few of each are enough, and keep a suite of hundreds of cases within seconds. They are always the same ones.
    func samples(perKind limit: Int = 3, where condition: (Sample) -> Bool = { _ in true }) -> [Sample] {
        let plain = recording.cases.filter { $0.recorded.isPlain && !$0.recorded.exchanges.isEmpty }
            .map { Sample(name: $0.name, recorded: $0.recorded) }
            .filter(condition)
        let byKind = Dictionary(grouping: plain, by: \.kind)
        return RecordedCall.Kind.allCases.flatMap { byKind[$0, default: []].prefix(limit) }
    }

    /// Runs a sample up to a request, which then meets `steps`, and `then` for whatever the module sends after that.
    func run(
        _ sample: Sample, at index: Int, meeting steps: [ScriptedTransport.Step] = [], then: ScriptedTransport.Step?
    ) async -> TrialRun {
        var trial = trial(of: sample.recorded)
        trial.steps = Array(trial.steps.prefix(index)) + steps
        trial.then = then
        return await run(trial)
    }
}
