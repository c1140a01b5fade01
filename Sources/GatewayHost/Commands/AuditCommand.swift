import ArgumentParser
import GatewayCore
import GatewayStorage

/// `gateway audit`
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Checks that the history of payments was not changed.",
        discussion: """
            Each line of history has a hash over itself and the lines before it, and each day has a root over all lines. The audit \
            recomputes all of them, and compares every payment with its history. It only reads, with or without a gateway running, \
            also a backup:

              gateway audit --history
              gateway audit --history --database sqlite:/path/to/backup.db

            A person who can write to the database can compute all hashes again, or remove the newest payments with all their lines. Roots that \
            were kept elsewhere, such as the gateway's log lines on another machine, show it for all lines up to theirs:

              gateway audit --history --root 6f1d... --root 90ab...

            Exit code 1 where anything does not hold; the first broken line is named first.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Flag(name: .long, help: "Audit the history of payments.")
    var history = false

    @Option(name: .long, help: "A root that was kept elsewhere, as the log has it. May be given several times.")
    var root: [String] = []

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func validate() throws {
        guard history else { throw ValidationError("Say what to audit: --history.") }
        for root in root where root.wholeMatch(of: /[0-9A-Fa-f]{64}/) == nil {
            throw ValidationError("--root must have 64 hexadecimal digits.")
        }
    }

    func run() async throws {
        let audit = try await options.withBooks(for: "audit") { try await $0.auditHistory(expecting: root) }
        print(json ? try Output.json(AuditReport(audit)) : audit.text)
        guard audit.findings.isEmpty else {
            for finding in audit.findings { StandardError.write("gateway audit: \(finding)") }
            throw ExitCode(1)
        }
    }
}

extension HistoryAudit {
    /// What was checked, for a terminal.
    var text: String {
        var parts = [
            Output.count(payments, "payment"), Output.count(lines, "line") + " of history", Output.count(roots, "daily root"),
        ]
        if linesBeforeChain > 0 { parts.append(Output.count(linesBeforeChain, "line") + " from before the chain") }
        if erasedLines > 0 { parts.append(Output.count(erasedLines, "line") + " with erased personal data") }
        var text = parts.joined(separator: ", ")
        if let newestRoot {
            text += "\nnewest root: \(newestRoot.day), up to line \(newestRoot.lastLine): \(newestRoot.hex)"
        }
        guard findings.isEmpty else { return text }
        let covered = newestRoot?.lastLine ?? 0
        text += "\nno contradiction was found"
        if lastLine > covered { text += "; no root covers lines \(covered + 1) to \(lastLine) yet" }
        return text
    }
}

/// An audit as programs read it.
private struct AuditReport: Encodable {
    struct Finding: Encodable {
        let line: Int64?
        let payment: Int64?
        let text: String
    }

    struct Root: Encodable {
        let day: String
        let lastLine: Int64
        let root: String

        private enum CodingKeys: String, CodingKey {
            case day
            case lastLine = "last_line"
            case root
        }
    }

    let payments: Int
    let lines: Int
    let linesBeforeChain: Int
    let erasedLines: Int
    let roots: Int
    let newestRoot: Root?
    let findings: [Finding]

    private enum CodingKeys: String, CodingKey {
        case payments
        case lines
        case linesBeforeChain = "lines_before_chain"
        case erasedLines = "erased_lines"
        case roots
        case newestRoot = "newest_root"
        case findings
    }

    init(_ audit: HistoryAudit) {
        payments = audit.payments
        lines = audit.lines
        linesBeforeChain = audit.linesBeforeChain
        erasedLines = audit.erasedLines
        roots = audit.roots
        newestRoot = audit.newestRoot.map { Root(day: $0.day, lastLine: $0.lastLine, root: $0.hex) }
        findings = audit.findings.map { Finding(line: $0.line, payment: $0.payment, text: $0.text) }
    }
}
