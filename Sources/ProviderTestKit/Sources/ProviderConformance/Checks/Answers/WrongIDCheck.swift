extension ConformanceCheck {
    static let wrongID = ConformanceCheck(
        "wrong-id",
        title: "An answer with another id is told as answered, or leaves the outcome unknown",
        why:
            "An answer about something else is no answer; under the id that was asked for it would be booked on the wrong payment."
    ) { bench in
        var tally = Tally()
        for answer in bench.struckAnswers(at: \.id) {
            guard let recorded = await bench.run(bench.trial(of: answer.sample.recorded)).result.id,
                let value = answer.recorded.anotherID
            else { continue }
            let run = await bench.run(answer, with: value)
            // An id may be made of more than what was changed.
            let isWhole = recorded == answer.recorded.plainText
            let told = Expectation(isWhole ? "the id \(value)" : "another id than \(recorded)") { result in
                guard let id = result.id else { return false }
                return isWhole ? id == value.plainText : id != recorded
            }
            tally.check(
                run.result, at: answer.sample.place("the id \(value) answered", at: answer.index), is: .unknown || told)
        }
        return tally
    }
}

extension JSONValue {
    /// An id of the same kind that is another.
    fileprivate var anotherID: JSONValue? {
        switch self {
        case .string(let text): .string("\(text)9")
        case .integer(let number): .integer(number &+ 1)
        default: nil
        }
    }
}
