import ArgumentParser
import GatewayCore
import GatewayStorage
import ProviderAPI

/// `gateway audit`
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Compares payments with their providers; --history checks that the history was not changed.",
        discussion: """
            The audit asks the providers about every payment, open or closed, and compares status, amounts, refunds and disputes. What \
            differs is booked, or opens a discrepancy, as everything that a provider shows:

              gateway audit
              gateway audit --since 2026-01-31 --provider stripe
              gateway audit --after 48213

            It asks each provider --rate questions a second: one for a payment, three where money was captured. A million payments take \
            hours. Run it beside a running gateway, which does the work; without one this command does, and no gateway can start until \
            it ends. Ctrl-C stops it, and it says where to go on. Payments that a provider does not answer for are listed as not compared.

            Exit code 0 without a difference, 1 with one, 2 where not every payment could be compared and no difference was found.

            With --history it only reads the database, with or without a gateway running, also a backup. Each line of history has a hash \
            over itself and the lines before it, and each day has a root over all lines. The audit recomputes all of them, and compares \
            every payment with its history:

              gateway audit --history
              gateway audit --history --database sqlite:/path/to/backup.db

            A person who can write to the database can compute all hashes again, or remove the newest payments with all their lines. Roots that \
            were kept elsewhere, such as the gateway's log lines on another machine, show it for all lines up to theirs:

              gateway audit --history --root 6f1d... --root 90ab...

            Exit code 1 where anything does not hold; the first broken line is named first.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Option(
        name: .long, help: "Only payments made on this day or later (2026-01-31), or at this time or later (RFC 3339).",
        transform: Since.read)
    var since: Timestamp?

    @Option(name: .long, help: "Only payments of this provider, by its name in providers.yaml.")
    var provider: String?

    @Option(name: .long, help: "Only payments with a higher number: where an audit was stopped.")
    var after: Int64?

    @Option(name: .long, help: "Questions to each provider in a second, from 1 to 1000. Default: 10.")
    var rate: Int?

    @Flag(name: .long, help: "Audit the history of payments, in the database alone.")
    var history = false

    @Option(name: .long, help: "With --history: a root that was kept elsewhere, as the log has it. May be given several times.")
    var root: [String] = []

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func validate() throws {
        if history, since != nil || provider != nil || after != nil || rate != nil {
            throw ValidationError("--history reads the database alone: it takes none of --since, --provider, --after and --rate.")
        }
        if !history, !root.isEmpty { throw ValidationError("--root belongs to --history.") }
        for root in root where root.wholeMatch(of: /[0-9A-Fa-f]{64}/) == nil {
            throw ValidationError("--root must have 64 hexadecimal digits.")
        }
        if let after, after < 0 { throw ValidationError("--after must be a payment's number.") }
        if let rate, !(1...AuditSelection.highestRate).contains(rate) {
            throw ValidationError("--rate must be from 1 to \(AuditSelection.highestRate).")
        }
    }

    func run() async throws {
        if history { try await auditHistory() } else { try await auditPayments() }
    }

    private func auditHistory() async throws {
        let audit = try await options.withBooks(for: "audit") { try await $0.auditHistory(expecting: root) }
        print(json ? try Output.json(HistoryAuditOutput(audit)) : audit.text)
        guard audit.findings.isEmpty else {
            for finding in audit.findings { StandardError.write("gateway audit: \(finding)") }
            throw ExitCode(1)
        }
    }

    private func auditPayments() async throws {
        let selection = AuditSelection(
            after: after ?? 0, since: since, provider: provider, rate: rate ?? AuditSelection.usualRate)
        let isText = !json
        let run = AuditRun(selection) { part in
            // At once: the whole audit may take hours, and be piped into a file.
            if isText { for line in part.lines { StandardOutput.write(line) } }
        }
        let end: AuditRun.End
        do {
            end = try await options.act(for: "audit") { await run.run(with: $0) }
        } catch let code as ExitCode where code == .failure {
            throw Self.incomplete
        }
        let report = run.report
        let continuation = end == .finished ? nil : run.continuation
        StandardOutput.write(
            json ? try Output.json(AuditOutput(report, continuation: continuation)) : report.summary)
        switch end {
        case .finished: break
        case .interrupted: tell("stopped", continuation)
        case .unanswered: tell("no provider has answered for \(AuditRun.mostUnanswered) payments", continuation)
        case .failed(let reason): tell(reason, continuation)
        }
        if case .failed = end { throw Self.incomplete }
        if !report.differences.isEmpty { throw ExitCode.failure }
        if end != .finished || !report.isComplete { throw Self.incomplete }
    }

    private func tell(_ reason: String, _ continuation: Int64?) {
        StandardError.write("gateway audit: \(reason); go on with --after \(continuation ?? 0)")
    }

    /// Not every payment could be compared.
    private static let incomplete = ExitCode(2)

    /// A day or a time on the command line.
    private enum Since {
        static func read(_ text: String) throws -> Timestamp {
            guard let time = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + "T00:00:00Z") else {
                throw ValidationError(
                    "It must be a day, such as 2026-01-31, or a time of RFC 3339, such as 2026-01-31T00:00:00Z.")
            }
            return time
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

/// An audit of the history as programs read it.
private struct HistoryAuditOutput: Encodable {
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
