import ArgumentParser
import GatewayCore

/// `gateway reconcile`
struct ReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Asks the providers about everything that is open, now, and reports what became of it.",
        discussion: """
            One pass over every open operation and every stored webhook that waits, whatever their schedule says: each is looked up, \
            or repeated with its own key where that is safe, exactly as the gateway does by itself. A gateway that runs does the pass; \
            otherwise this command does, under the gateway's lock file.

            Exit code 0 also where something is still open afterwards; with --fail-if-open that is 1.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    @Flag(name: .long, help: "Exit with 1 where anything is open afterwards, or waits for a person.")
    var failIfOpen = false

    func run() async throws {
        let report = try await options.act(for: "reconcile") { try await $0.reconcile() }
        let remains = try await options.readBooks(for: "reconcile") { try $0.workload() }
        print(json ? try Output.json(report) : Self.text(report, remains))
        if failIfOpen, remains.openOperations + remains.openDiscrepancies.values.reduce(0, +) > 0 { throw ExitCode.failure }
    }

    private static func text(_ report: ReconcileReport, _ remains: Workload) -> String {
        var lines: [String] = []
        if !report.lines.isEmpty {
            var table = TextTable(["OPERATION", "KIND", "TRANSACTION", "PROVIDER", "BEFORE", "AFTER", "OUTCOME"])
            for line in report.lines {
                table.add([
                    "\(line.operation)", line.kind, "\(line.transaction)", line.provider, line.before, line.after,
                    line.outcome ?? "-",
                ])
            }
            lines.append(table.text)
        }
        var summary = "\(Output.count(report.lines.count, "operation")) looked at, "
        summary += "\(report.lines.count - report.stillOpen) of them settled; "
        if report.leased > 0 { summary += "\(Output.count(report.leased, "operation")) left to the process that works on them; " }
        summary += "\(Output.count(report.webhooks, "webhook")) looked at. "
        summary += "Open now: \(Output.count(remains.openOperations, "operation")), "
        summary += "\(Output.count(remains.pendingWebhooks, "webhook")); "
        summary += "for a person: \(Output.count(remains.overdueOperations, "operation")), "
        summary += "\(Output.count(remains.openDiscrepancies.values.reduce(0, +), "payment"))."
        lines.append(summary)
        return lines.joined(separator: "\n")
    }
}
