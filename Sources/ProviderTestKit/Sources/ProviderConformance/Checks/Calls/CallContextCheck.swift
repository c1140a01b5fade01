import ProviderAPI

extension ConformanceCheck {
    static let callContext = ConformanceCheck(
        "call-context",
        title: "Every request is sent within the call's own context",
        why: "The context carries the deadline, the request's id for the logs and the trace; the host's transport keeps them "
            + "(CallContext in ProviderAPI)."
    ) { bench in
        var tally = Tally()
        for sample in bench.samples() {
            let run = await bench.run(bench.trial(of: sample.recorded))
            tally.cases += 1
            for (index, sent) in run.sent.enumerated() {
                let place = sample.place("the context", at: index)
                if sent.call.requestID != run.context.requestID {
                    tally.find(place, expected: "the request id \(run.context.requestID)", actual: sent.call.requestID)
                }
                if sent.call.traceparent != run.context.traceparent {
                    tally.find(
                        place, expected: "the trace context \(run.context.traceparent ?? "none")",
                        actual: sent.call.traceparent ?? "none")
                }
                if sent.call.deadline > run.context.deadline {
                    let excess = sent.call.deadline - run.context.deadline
                    tally.find(place, expected: "the call's deadline, or an earlier one", actual: "one that is \(excess) later")
                }
            }
        }
        return tally
    }
}
