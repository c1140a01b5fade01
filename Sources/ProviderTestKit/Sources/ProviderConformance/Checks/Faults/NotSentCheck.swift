import ProviderAPI

extension ConformanceCheck {
    static let notSent = ConformanceCheck(
        "not-sent",
        title: "Where nothing could be sent, the gateway is told so",
        why: "notSent is the one failure after which a payment may be tried again or elsewhere; it is true only while no earlier "
            + "request of the call may have been carried out (ProviderError in ProviderAPI)."
    ) { bench in
        var tally = Tally()
        for sample in bench.samples() {
            for index in sample.strikePoints {
                let run = await bench.run(sample, at: index, then: .connectionRefused)
                // An event's subject may be left to a later question.
                let expectation: Expectation = index == 0 && sample.kind != .webhook ? .notSent : .notSent || .unknown
                tally.check(
                    run.result, at: sample.place("no connection", at: index), is: expectation.orNothing(for: sample.kind))
            }
        }
        return tally
    }
}
