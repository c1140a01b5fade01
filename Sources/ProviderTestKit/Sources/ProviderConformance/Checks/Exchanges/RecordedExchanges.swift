import ProviderAPI

extension ConformanceCheck {
    static let recordedExchanges = ConformanceCheck(
        "recorded-exchanges",
        title: "Every recorded call sends exactly the recorded requests, tells the recorded outcome and warns where recorded",
        why: "The recording is the provider's documentation in a form that runs; a module that differs from it pays by guesswork."
    ) { bench in
        var tally = Tally()
        for named in bench.recording.cases {
            tally.add(await bench.replay(named))
        }
        return tally
    }
}

extension Workbench {
    /// Runs a case as it was recorded, and compares requests, outcome and warnings.
    func replay(_ named: NamedCase) async -> Tally {
        let recorded = named.recorded
        let run = await run(trial(of: recorded))
        var tally = Tally(cases: 1)
        func expect(_ differences: [String], as expected: String) {
            guard !differences.isEmpty else { return }
            tally.find(named.name, expected: expected, actual: differences.joined(separator: "; "))
        }
        let outcome = run.result.outcome
        expect(
            recorded.outcome.differences(from: outcome, optional: JSONValue.optionalInOutcomes),
            as: "the outcome \(recorded.outcome)")
        if run.requests.count != recorded.exchanges.count {
            tally.find(
                named.name, expected: recorded.exchanges.count == 1 ? "1 request" : "\(recorded.exchanges.count) requests",
                actual: "\(run.requests.count): \(run.requests.map { "\($0.method) \($0.url)" })")
        }
        for (index, (exchange, sent)) in zip(recorded.exchanges, run.requests).enumerated() {
            let comparison = RequestComparison(description: recording.description, version: module.information.version)
            expect(
                comparison.differences(between: exchange, and: sent, after: index == 0 ? nil : run.requests[index - 1]),
                as: "request \(index + 1) as recorded")
        }
        let warnings = run.log.filter { $0.hasPrefix("warning") }
        if warnings.isEmpty == (recorded.warning ?? false) {
            tally.find(
                named.name, expected: recorded.warning == true ? "a warning in the log" : "no warning in the log",
                actual: warnings.isEmpty ? "none" : "\(warnings)")
        }
        return tally
    }
}
