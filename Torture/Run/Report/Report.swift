import Foundation

/// What a run of the checks has shown; also the form of `--report`.
struct Report: Sendable, Codable {
    /// What one check has shown.
    struct Entry: Sendable, Codable {
        let check: String
        let points: Int
        let struck: Int
        let kills: Int
        let requests: Int
        let events: Int
        let violations: [Finding]
        /// Milliseconds; nil where nothing was recovered.
        let recoveryMedian: Double?
        /// Milliseconds.
        let recoveryP99: Double?
        let seconds: Double
        /// The command line that does it again; nil where nothing was found.
        let again: String?
    }

    let scale: Scale
    let seed: UInt64
    let gateway: String
    var entries: [Entry] = []

    /// Whether anything was found.
    var hasViolations: Bool { entries.contains { !$0.violations.isEmpty } }

    /// Adds what a check has shown.
    mutating func add(_ outcome: Outcome, of check: String, after duration: Duration) {
        let recoveries = Percentiles(outcome.recoveries)
        entries.append(
            Entry(
                check: check, points: outcome.points, struck: outcome.struck, kills: outcome.kills, requests: outcome.requests,
                events: outcome.events, violations: outcome.findings, recoveryMedian: recoveries.milliseconds(at: 50),
                recoveryP99: recoveries.milliseconds(at: 99), seconds: duration / .seconds(1),
                again: outcome.findings.isEmpty ? nil : "gateway-torture --\(scale.rawValue) --seed \(seed) --only \(check)"
            )
        )
    }

    /// Writes it as JSON.
    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        try encoder.encode(self).write(to: URL(filePath: path))
    }
}

/// Values by their rank.
struct Percentiles: Sendable {
    private let sorted: [Duration]

    /// Sorts the values.
    init(_ values: [Duration]) {
        sorted = values.sorted()
    }

    /// The value that `percent` of all do not exceed, by the nearest rank; nil where there is none.
    func milliseconds(at percent: Int) -> Double? {
        guard !sorted.isEmpty else { return nil }
        let rank = (sorted.count * percent + 99) / 100
        return sorted[max(0, rank - 1)] / .milliseconds(1)
    }
}
