import ProviderAPI

extension ConformanceCheck {
    static let amountsExact = ConformanceCheck(
        "amounts-exact",
        title: "Amounts go over and come back exactly, in currencies with zero, two and three decimals",
        why: "Money is whole minor units of ISO 4217, and no floating point touches it (Money in ProviderAPI)."
    ) { bench in
        var tally = Tally()
        let creations = bench.recording.cases.filter { named in
            named.recorded.call.kind == .create && (named.recorded.isPlain || named.recorded.isRefusedUnsent)
        }
        for decimals in [0, 2, 3] where !creations.contains(where: { $0.recorded.call.amount?.currency.exponent == decimals }) {
            tally.find(
                bench.recording.folder,
                expected: "a creation in a currency with \(decimals) decimals, paid or refused before anything is sent",
                actual: "none is recorded")
        }
        let creating = bench.samples(perKind: .max) { $0.kind == .create }
        for sample in creating + bench.samples(where: { [.capture, .refund].contains($0.kind) }) {
            tally.add(await bench.sweepCalls(like: sample))
        }
        for answer in bench.struckAnswers(at: \.amount) where answer.sample.kind == .retrieve {
            tally.add(await bench.sweepAnswers(of: answer))
        }
        return tally
    }
}

extension RecordedCase {
    /// Whether the module refuses it without asking the provider.
    fileprivate var isRefusedUnsent: Bool {
        guard exchanges.isEmpty, case .object(let members) = outcome else { return false }
        return members.keys.contains("rejected")
    }
}

/// Amounts that show a rounding step or a wrong number of decimals.
enum AmountSweep {
    /// Amounts in the currency of `recorded`, which is one of them: 0.29, 1.15 and 4.35 are none that binary fractions can
    /// state, and the last fills twelve digits.
    static func amounts(like recorded: Money) -> [Money] {
        let minorUnits: [Int64] = [29, 115, 435, 1250, 1_000_000, 90_071_992_547, 999_999_999_990]
        return [recorded] + minorUnits.map { Money(minorUnits: $0, currency: recorded.currency) }.filter { $0 != recorded }
    }
}

extension Workbench {
    /// Makes the call with other amounts, and compares what is sent and told in proportion to the recording.
    fileprivate func sweepCalls(like sample: Sample) async -> Tally {
        var tally = Tally()
        guard let recorded = sample.recorded.call.amount else { return tally }
        let original = await run(trial(of: sample.recorded))
        let answer = StruckAnswer(sample, at: \.amount, in: recording.description.answers)
        for amount in AmountSweep.amounts(like: recorded) {
            var trial = trial(of: sample.recorded)
            trial.call = trial.call.with(amount)
            // A capture's answer tells the amount of the payment, of which the call's may be a part.
            let right =
                sample.kind == .capture
                ? original.result.amount?.scaled(by: amount.minorUnits, over: recorded.minorUnits) : amount
            var told = amount == recorded ? right : nil
            if let answer, let value = Decimals.scaled(answer.recorded, by: amount.minorUnits, over: recorded.minorUnits) {
                trial.steps[answer.index] = answer.step(with: value)
                told = right
            }
            let run = await run(trial)
            tally.cases += 1
            // Limits of the provider's may forbid the amount: that is exact, too.
            if case .failure(.rejected) = run.result, run.requests.isEmpty, amount != recorded { continue }
            let place = "\(sample.name) with \(amount)"
            for (index, (before, after)) in zip(original.requests, run.requests).enumerated() {
                for sent in SentAmount.places(in: before, for: recorded)
                where sent.number(in: after) != sent.expected(for: amount) {
                    tally.find(
                        "\(place): \(sent.place) of request \(index + 1)", expected: "\(sent.expected(for: amount))",
                        actual: sent.number(in: after).map { "\($0)" } ?? "no number")
                }
            }
            if let told, !run.result.isUnknown, run.result.amount != told {
                tally.find(place, expected: "the answered amount \(told)", actual: "\(run.result.outcome)")
            }
        }
        return tally
    }

    /// Changes the amount of an answer to a question, which has no amount of its own that could be repeated.
    fileprivate func sweepAnswers(of answer: StruckAnswer) async -> Tally {
        var tally = Tally()
        guard let recorded = await run(trial(of: answer.sample.recorded)).result.amount else { return tally }
        for amount in AmountSweep.amounts(like: recorded) {
            guard let value = Decimals.scaled(answer.recorded, by: amount.minorUnits, over: recorded.minorUnits) else { continue }
            let result = await run(answer, with: value).result
            tally.check(
                result, at: "\(answer.sample.name): \(value) answered",
                is: .unknown || Expectation("the amount \(amount)") { $0.amount == amount })
        }
        return tally
    }
}

extension Money {
    /// This amount times `numerator / denominator`; nil where that is no whole number of minor units.
    fileprivate func scaled(by numerator: Int64, over denominator: Int64) -> Money? {
        let (product, isTooMuch) = minorUnits.multipliedReportingOverflow(by: numerator)
        guard !isTooMuch, denominator != 0, product.isMultiple(of: denominator) else { return nil }
        return Money(minorUnits: product / denominator, currency: currency)
    }
}
