import ProviderAPI

extension ConformanceCheck {
    static let lostAnswer = ConformanceCheck(
        "lost-answer",
        title: "A request whose answer was lost leaves the outcome unknown, whatever its repeats meet",
        why: "It may have been carried out: such a call is kept open and asked about, never failed, and that a repeat was not "
            + "sent, or was refused, settles nothing (\"Outcomes\" in the guide of ProviderAPI)."
    ) { bench in
        var tally = Tally()
        for sample in bench.samples() {
            for index in sample.strikePoints {
                let lost = await bench.run(sample, at: index, then: .lost)
                let expectation = bench.outcomeWithoutAnswer(of: sample, at: index)
                tally.check(lost.result, at: sample.place("the answer lost", at: index), is: expectation)

                let refused = await bench.run(sample, at: index, meeting: [.lost], then: .connectionRefused)
                tally.check(
                    refused.result, at: sample.place("the answer lost, then no connection", at: index),
                    is: sample.kind.mutates ? expectation : expectation || .notSent)
            }
        }
        for refusal in bench.refusedChanges() {
            var trial = bench.trial(of: refusal.recorded)
            trial.steps.insert(.lost, at: 0)
            let settled = Expectation("declined") { if case .failure(.declined) = $0 { true } else { false } }
            tally.check(
                await bench.run(trial).result, at: refusal.place("the answer lost, then refused", at: 0), is: .unknown || settled)
        }
        return tally
    }
}

extension Workbench {
    /// The first recorded changes of each kind that the provider refused at once: a repeat may meet the same answer.
    fileprivate func refusedChanges() -> [Sample] {
        let refused = recording.cases.filter { named in
            guard named.recorded.call.kind.mutates, named.recorded.exchanges.count == 1,
                case .details? = named.recorded.exchanges.first?.response, case .object(let members) = named.recorded.outcome
            else { return false }
            return ["rejected", "not_sent"].contains(where: members.keys.contains)
        }
        let byKind = Dictionary(grouping: refused, by: \.recorded.call.kind)
        return RecordedCall.Kind.allCases.flatMap { byKind[$0, default: []].prefix(3) }
            .map { Sample(name: $0.name, recorded: $0.recorded) }
    }
}
