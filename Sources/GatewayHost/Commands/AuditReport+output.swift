import GatewayCore

extension AuditReport {
    /// What was found, one line each, for a terminal.
    var lines: [String] {
        let found = differences.map { ($0.payment, $0.line) } + uncompared.map { ($0.payment, $0.line) }
        return found.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// How many of what there are, for a terminal.
    var summary: String {
        var lines = ["\(Output.count(compared, "payment")) compared, \(Output.count(differences.count, "difference"))"]
        let outcomes = Dictionary(grouping: differences, by: \.outcome).mapValues(\.count)
        let counts = [Outcome.booked, .discrepancy, .canceling, .notBooked].compactMap { outcome in
            outcomes[outcome].map { "\($0) \(outcome.words)" }
        }
        if !counts.isEmpty { lines[0] += ": " + counts.joined(separator: ", ") }
        if !uncompared.isEmpty { lines.append("\(Output.count(uncompared.count, "payment")) not compared") }
        for (provider, count) in notLoaded.sorted(by: { $0.key < $1.key }) {
            lines.append("\(Output.count(count, "payment")) not compared: the provider \(provider) is not loaded")
        }
        for (reason, count) in withoutIntent.sorted(by: { $0.key < $1.key }) {
            lines.append("\(Output.count(count, "payment")) without a payment intent skipped: \(reason)")
        }
        lines += limits.sorted().map { "\($0)" }
        return lines.joined(separator: "\n")
    }
}

extension AuditReport.Difference {
    /// The difference on one line.
    fileprivate var line: String {
        let became = outcome == .discrepancy ? "discrepancy \(code ?? "")" : outcome.words
        return Output.line("payment \(payment) (\(provider)): the books said \(books); the provider shows \(shown): \(became)")
    }
}

extension AuditReport.Uncompared {
    fileprivate var line: String { Output.line("payment \(payment) (\(provider)): not compared: \(reason)") }
}

extension AuditReport.Outcome {
    /// The outcome for people.
    fileprivate var words: String {
        switch self {
        case .booked: "booked"
        case .discrepancy: "discrepancy"
        case .canceling: "canceling at the provider"
        case .notBooked: "not booked"
        }
    }
}

/// An audit as programs read it.
struct AuditOutput: Encodable {
    struct Difference: Encodable {
        let payment: Int64
        let provider: String
        let books: String
        let shown: String
        let outcome: String
        let code: String?
    }

    struct Uncompared: Encodable {
        let payment: Int64
        let provider: String
        let reason: String
    }

    let compared: Int
    let differences: [Difference]
    let notCompared: [Uncompared]
    let providersNotLoaded: [String: Int]
    let withoutIntent: [String: Int]
    let limits: [String]
    let isComplete: Bool
    let continueAfter: Int64?

    private enum CodingKeys: String, CodingKey {
        case compared
        case differences
        case notCompared = "not_compared"
        case providersNotLoaded = "providers_not_loaded"
        case withoutIntent = "without_intent"
        case limits
        case isComplete = "complete"
        case continueAfter = "continue_after"
    }

    /// - Parameter continuation: from which payment another run goes on; nil where this one came to its end.
    init(_ report: AuditReport, continuation: Int64?) {
        compared = report.compared
        differences = report.differences.map {
            Difference(
                payment: $0.payment, provider: $0.provider, books: $0.books, shown: $0.shown, outcome: $0.outcome.rawValue,
                code: $0.code)
        }
        notCompared = report.uncompared.map { Uncompared(payment: $0.payment, provider: $0.provider, reason: $0.reason) }
        providersNotLoaded = report.notLoaded
        withoutIntent = report.withoutIntent
        limits = report.limits.sorted()
        isComplete = continuation == nil && report.isComplete
        continueAfter = continuation
    }
}
