/// I5: status changes follow the state machine, and the history has all of them.
extension Comparison {
    var historyViolations: [Violation] {
        var findings = Findings(.i5)
        for transaction in gateway.transactions.values.sorted(by: { $0.id < $1.id }) {
            checkChain(of: transaction, gateway.history[transaction.id] ?? [], &findings)
        }
        for operation in gateway.operations.values.sorted(by: { $0.id < $1.id }) {
            checkLines(of: operation, gateway.history[operation.transactionID] ?? [], &findings)
        }
        return findings.violations
    }

    private func checkChain(of transaction: TransactionRow, _ lines: [HistoryRow], _ findings: inout Findings) {
        let what = "transaction \(transaction.id)"
        var status: String?
        for line in lines {
            if line.from != status {
                findings.report(
                    "\(what): line \(line.id) (\(line.type)) starts at \(line.from ?? "nothing"), it was \(status ?? "nothing")")
            }
            if let from = line.from, !Status.mayStep(from: from, to: line.to, by: line.actor) {
                findings.report("\(what): line \(line.id) (\(line.type)) leads from \(from) to \(line.to)")
            }
            status = line.to
        }
        if status != transaction.status {
            findings.report("\(what) is \(transaction.status), its history ends with \(status ?? "nothing")")
        }
    }

    /// An operation was asked for once and ended at most once.
    private func checkLines(of operation: OperationRow, _ history: [HistoryRow], _ findings: inout Findings) {
        let what = "operation \(operation.id) (\(operation.kind))"
        let lines = history.filter { $0.operationID == operation.id }
        let asked = lines.count { $0.type == "\(operation.kind).requested" }
        if asked != 1 {
            findings.report("\(what) was asked for \(asked) times in the history of transaction \(operation.transactionID)")
        }
        let passing = Set(["requested", "taken_over", "unknown"].map { "\(operation.kind).\($0)" })
        let ends = lines.filter {
            !passing.contains($0.type) && !$0.actor.hasPrefix("operator:") && $0.type != "\(operation.kind).review"
        }
        if ends.count > 1 { findings.report("\(what) ended \(ends.count) times: \(ends.map(\.type).joined(separator: ", "))") }
        if operation.state == "succeeded" || operation.state == "failed", operation.outcome != "resolved", ends.isEmpty {
            findings.report("\(what) is \(operation.state), and the history has no line of it")
        }
        if operation.isOpen, !ends.isEmpty { findings.report("\(what) is \(operation.state), and the history has its end") }
    }
}
