import ProviderAPI

extension ConformanceCheck {
    static let cancellation = ConformanceCheck(
        "cancellation",
        title: "A cancelled call ends at once, and sends nothing more",
        why: "A gateway that stops cancels what runs; the outcome of a request that is on its way is unknown by then "
            + "(PaymentService in ProviderAPI)."
    ) { bench in
        await withTaskGroup(of: Tally.self) { group in
            for sample in bench.samples(perKind: 1) {
                for index in sample.strikePoints {
                    group.addTask { await bench.checkCancellation(of: sample, at: index) }
                }
            }
            return await group.reduce(into: Tally()) { $0.add($1) }
        }
    }
}

extension Workbench {
    fileprivate func checkCancellation(of sample: Sample, at index: Int) async -> Tally {
        var trial = trial(of: sample.recorded)
        trial.steps = Array(trial.steps.prefix(index))
        trial.then = .hang
        let transport = ScriptedTransport(trial.steps, then: trial.then)
        let work = Task { [trial] in await self.run(trial, on: transport) }
        // The request is out, or the call has ended without it.
        let isSent = await Patience.poll(for: Patience.forACall) { transport.requests.count > index }
        let place = sample.place("cancelled", at: index)
        var tally = Tally()
        work.cancel()
        guard isSent else {
            tally.find(place, expected: "request \(index + 1)", actual: "none within \(Patience.forACall)")
            return tally
        }
        let ended = await Patience.within(.seconds(3)) { await work.value }
        let result = ended?.result ?? .unending
        tally.check(result, at: place, is: outcomeWithoutAnswer(of: sample, at: index))
        let surplus = transport.requests.count - index - 1
        if surplus > 0 {
            tally.find(place, expected: "no request after the cancellation", actual: "\(surplus) of them")
        }
        return tally
    }
}
