import ProviderAPI
import ProviderConformance

extension CertificationReport {
    /// More findings of one check than this are counted and not shown.
    private static let shownFindings = 5

    /// The report for a terminal.
    ///
    /// - Parameter isVerbose: whether the reason of each check is there, and every finding.
    func text(isVerbose: Bool) -> String {
        var lines = [
            "\(module): \(conformance.module.displayName) \(conformance.module.version)",
            "  sha256     \(sha256)",
            "  built by   Swift \(compiler), for version \(abi) of the provider ABI",
            "  recording  \(recording), \(Output.count(recordedCases, "case"))",
            "",
        ]
        var table = TextTable()
        for result in conformance.results { table.add(["  " + result.status.word, result.check, result.summary]) }
        let rows = table.text.split(separator: "\n").map(String.init)
        for (row, result) in zip(rows, conformance.results) {
            lines.append(row)
            if isVerbose || result.status == .failed { lines.append("      \(result.why)") }
            let shown = isVerbose ? result.findings.count : Self.shownFindings
            for finding in result.findings.prefix(shown) {
                lines += [
                    "      - \(Output.line(finding.place))", "        expected  \(Output.line(finding.expected))",
                    "        found     \(Output.line(finding.actual))",
                ]
            }
            if result.findings.count > shown { lines.append("      - and \(result.findings.count - shown) more (--verbose)") }
        }
        return (lines + ["", verdict]).joined(separator: "\n")
    }

    /// The last line.
    var verdict: String {
        let statuses: [ConformanceReport.Status] = [.passed, .failed, .notApplicable]
        let counts = statuses.compactMap { status -> String? in
            let count = count(status)
            return count == 0 ? nil : "\(count) \(status.words)"
        }
        return "\(passed ? "Passed" : "Not passed"): \(counts.joined(separator: ", ")), in \(milliseconds) ms."
    }
}

extension ConformanceReport.Result {
    /// What it is about, and how much of it there was.
    var summary: String {
        switch status {
        case .notApplicable: "\(title) (\(reason ?? "no reason given"))"
        default: "\(title) (\(cases) \(cases == 1 ? "case" : "cases"))"
        }
    }
}

extension ConformanceReport.Status {
    /// As a mark at the start of a line.
    var word: String {
        switch self {
        case .passed: "passed"
        case .failed: "FAILED"
        case .notApplicable: "does not apply"
        }
    }

    /// Behind a count.
    var words: String {
        switch self {
        case .passed: "passed"
        case .failed: "failed"
        case .notApplicable: "not applicable"
        }
    }
}
