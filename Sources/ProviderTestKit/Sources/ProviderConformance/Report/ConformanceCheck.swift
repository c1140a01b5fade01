/// One check of the suite.
public struct ConformanceCheck: Sendable {
    /// Its name in reports, documentation and `not_applicable`; it never changes.
    public let id: String
    /// What it checks, in a sentence.
    public let title: String
    /// Which rule that is, and where it comes from.
    public let why: String

    /// Tries what there is to try.
    let body: @Sendable (Workbench) async -> Tally

    init(_ id: String, title: String, why: String, body: @escaping @Sendable (Workbench) async -> Tally) {
        self.id = id
        self.title = title
        self.why = why
        self.body = body
    }
}

/// What a check has tried and found so far.
struct Tally: Sendable {
    /// How many cases were tried.
    var cases = 0
    var findings: [ConformanceReport.Finding] = []
    /// Why the check does not apply to the module, whatever is recorded.
    var notApplicable: String?

    /// A check that does not apply.
    static func notApplicable(_ reason: String) -> Tally {
        var tally = Tally()
        tally.notApplicable = reason
        return tally
    }

    /// Notes that something is not as it should be.
    mutating func find(_ place: String, expected: String, actual: String) {
        findings.append(ConformanceReport.Finding(place: place, expected: expected, actual: actual))
    }

    /// The first findings; how many more there are is one more.
    func firstFindings(_ limit: Int) -> [ConformanceReport.Finding] {
        guard findings.count > limit else { return findings }
        let rest = ConformanceReport.Finding(
            place: "other cases", expected: "no further findings", actual: "\(findings.count - limit) of the same kind")
        return findings.prefix(limit) + [rest]
    }

    /// Adds what another part has tried and found.
    mutating func add(_ other: Tally) {
        cases += other.cases
        findings += other.findings
    }
}
