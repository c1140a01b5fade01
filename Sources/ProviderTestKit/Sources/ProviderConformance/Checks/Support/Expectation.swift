/// How a call may end.
struct Expectation: Sendable {
    let text: String
    let holds: @Sendable (CallResult) -> Bool

    init(_ text: String, holds: @escaping @Sendable (CallResult) -> Bool) {
        self.text = text
        self.holds = holds
    }

    static let unknown = Expectation("unknown") { $0.isUnknown }
    static let notSent = Expectation("notSent") { $0.isNotSent }
    /// A look-up may find nothing, which proves nothing.
    static let nothing = Expectation("nothing found") { $0.isNothing }

    static func || (left: Expectation, right: Expectation) -> Expectation {
        Expectation("\(left.text) or \(right.text)") { left.holds($0) || right.holds($0) }
    }

    /// This, or what a look-up may say besides.
    func orNothing(for kind: RecordedCall.Kind) -> Expectation {
        kind.isLookUp ? self || .nothing : self
    }
}

extension Tally {
    /// Counts a case, and notes a finding where it did not end as expected.
    mutating func check(_ result: CallResult, at place: String, is expectation: Expectation) {
        cases += 1
        guard !expectation.holds(result) else { return }
        find(place, expected: expectation.text, actual: "\(result.outcome)")
    }

    /// Counts a case, and notes a finding where it did not end as another one did.
    mutating func check(_ result: CallResult, at place: String, as other: CallResult) {
        let outcome = other.outcome
        check(result, at: place, is: Expectation("\(outcome)") { $0.outcome == outcome })
    }
}

extension Workbench {
    /// How a call must end that got no usable answer to its request number `index`, sent and perhaps carried out.
    ///
    /// While only preparations have been made (a token was asked for, an object looked at), nothing can have happened, and a
    /// module may say so.
    func outcomeWithoutAnswer(of sample: Sample, at index: Int) -> Expectation {
        let exchanges = sample.recorded.exchanges
        let isPreparation =
            sample.kind.mutates
            ? !exchanges.prefix(index + 1).contains(where: bearsKey) : index + 1 < exchanges.count
        return (isPreparation ? .unknown || .notSent : .unknown).orNothing(for: sample.kind)
    }
}
