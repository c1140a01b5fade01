import Foundation

extension Report.Entry {
    /// The figures in one line.
    var line: String {
        var parts: [String] = []
        if points > 0 { parts.append("struck \(struck) of \(points) points") }
        if kills > 0, points == 0 { parts.append("\(kills) kills or stops") }
        parts.append("\(requests) requests")
        if events > 0 { parts.append("\(events) events") }
        if let median = recoveryMedian, let p99 = recoveryP99 {
            parts.append("recovered within \(Self.rounded(median)) ms (p50), \(Self.rounded(p99)) ms (p99)")
        }
        parts.append(violations.isEmpty ? "no violation" : "\(violations.count) VIOLATIONS")
        return "\(check): \(parts.joined(separator: ", ")); \(Int(seconds.rounded())) s"
    }

    /// The cells of its row.
    fileprivate var cells: [String] {
        [
            check, points > 0 ? "\(struck)/\(points)" : "-", "\(kills)", "\(requests)", "\(events)", "\(violations.count)",
            recoveryMedian.map(Self.rounded) ?? "-", recoveryP99.map(Self.rounded) ?? "-", "\(Int(seconds.rounded()))",
        ]
    }

    private static func rounded(_ milliseconds: Double) -> String { "\(Int(milliseconds.rounded()))" }
}

extension Report {
    /// The table of all checks, and the seed.
    var table: String {
        let header = ["check", "points", "kills", "requests", "events", "violations", "p50 ms", "p99 ms", "s"]
        let rows = [header] + entries.map(\.cells)
        let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + padding : padding + cell
            }.joined(separator: "  ")
        }
        return lines.joined(separator: "\n") + "\nseed \(seed)"
    }

    /// Every violation, and how to see it again; empty where there is none.
    var violations: String {
        var lines: [String] = []
        for entry in entries where !entry.violations.isEmpty {
            lines += entry.violations.map { "\($0.rule) \(entry.check): \($0.detail)" }
            if let again = entry.again { lines.append("again: \(again)") }
        }
        return lines.joined(separator: "\n")
    }
}
