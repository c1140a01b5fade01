import ProviderAPI

extension ConformanceCheck {
    static let wrongAmount = ConformanceCheck(
        "wrong-amount",
        title: "An answer with another amount is told as answered, or leaves the outcome unknown",
        why: "The gateway compares what the provider says with its books; a module that repeats the request's amount hides a "
            + "payment of another one (the failure model, webhooks: amounts that differ are never applied silently)."
    ) { bench in
        var tally = Tally()
        for answer in bench.struckAnswers(at: \.amount) {
            guard let recorded = await bench.run(bench.trial(of: answer.sample.recorded)).result.amount else { continue }
            for (numerator, denominator) in [(Int64(10), Int64(1)), (2, 1)] {
                guard let value = Decimals.scaled(answer.recorded, by: numerator, over: denominator) else { continue }
                let told = Money(minorUnits: recorded.minorUnits * numerator / denominator, currency: recorded.currency)
                let run = await bench.run(answer, with: value)
                tally.check(
                    run.result, at: answer.sample.place("the amount \(value) answered", at: answer.index),
                    is: .unknown || Expectation("the amount \(told)") { $0.amount == told })
            }
        }
        return tally
    }
}
