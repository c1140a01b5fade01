import ProviderAPI

extension ConformanceCheck {
    static let deadline = ConformanceCheck(
        "deadline",
        title: "A call ends at its deadline, its own repeats and waits included",
        why: "The gateway stops waiting then and keeps the operation open; what a module goes on sending happens behind its back "
            + "(CallContext.deadline in ProviderAPI)."
    ) { bench in
        let busy = HTTPResponse(status: 503, headers: [HTTPField("Retry-After", "3600")])
        return await withTaskGroup(of: Tally.self) { group in
            for sample in bench.samples(perKind: 1) {
                for index in sample.strikePoints {
                    group.addTask {
                        await bench.checkDeadline(of: sample, at: index, meeting: .hang, "a server that never answers")
                    }
                }
                group.addTask {
                    await bench.checkDeadline(of: sample, at: 0, meeting: .answer(busy), "503, to be tried in an hour")
                }
                group.addTask { await bench.checkDeadline(of: sample, at: 0, meeting: .lost, "the answer lost each time") }
            }
            return await group.reduce(into: Tally()) { $0.add($1) }
        }
    }
}

extension Workbench {
    fileprivate func checkDeadline(
        of sample: Sample, at index: Int, meeting step: ScriptedTransport.Step, _ strike: String
    ) async -> Tally {
        var trial = trial(of: sample.recorded)
        trial.steps = Array(trial.steps.prefix(index))
        trial.then = step
        // What is late shows at once by a request or a wait; this is for calls that do neither and do not end.
        trial.grace = .seconds(2)
        let place = sample.place(strike, at: index)
        // A busy machine may hold a module up between its look at the clock and its request or wait. A module that minds no deadline
        // is late however much time it has.
        var time = Duration.milliseconds(150)
        for _ in 1...2 {
            let (tally, isLate) = await checkDeadline(of: trial, within: &time, reaching: index, at: place, of: sample, step)
            if !isLate { return tally }
            time *= 3
        }
        return await checkDeadline(of: trial, within: &time, reaching: index, at: place, of: sample, step).0
    }

    /// - Returns: what was found, and whether any of it is that the module was late.
    private func checkDeadline(
        of trial: Trial, within time: inout Duration, reaching index: Int, at place: String, of sample: Sample,
        _ step: ScriptedTransport.Step
    ) async -> (Tally, isLate: Bool) {
        let (run, waitPastDeadline) = await runInTime(trial, within: &time, reaching: index)
        var tally = Tally()
        if case .hang = step {
            tally.check(run.result, at: place, is: outcomeWithoutAnswer(of: sample, at: index))
        } else {
            // What it ends with is the concern of other checks.
            tally.check(run.result, at: place, is: Expectation("an end") { if case .unending = $0 { false } else { true } })
        }
        let late = run.sent.filter(\.isLate).count
        if late > 0 {
            tally.find(place, expected: "no request after the deadline", actual: "\(late) of them")
        }
        if let waitPastDeadline {
            tally.find(place, expected: "no wait beyond the deadline", actual: "a wait of \(waitPastDeadline)")
        }
        return (tally, late > 0 || waitPastDeadline != nil)
    }

    /// Runs a trial within a short time; within a longer one where the machine is so busy that the deadline passed before the
    /// request to strike at was sent.
    private func runInTime(
        _ trial: Trial, within time: inout Duration, reaching index: Int
    ) async -> (TrialRun, waitPastDeadline: Duration?) {
        var trial = trial
        while true {
            let clock = DeadlineClock()
            trial.time = time
            trial.clock = { clock }
            trial.onStart = clock.begin
            let run = await run(trial, on: ScriptedTransport(trial.steps, then: trial.then))
            let isReached = run.sent.count > index && !run.sent[index].isLate
            if isReached || time > .seconds(100) { return (run, clock.waitPastDeadline) }
            time *= 6
        }
    }
}
