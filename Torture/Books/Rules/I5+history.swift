import GatewayLifecycle

/// I5: status changes follow the state machine, and the history has all of them.
extension Comparison {
    var historyViolations: [Violation] {
        var findings = Findings(.i5)
        for transaction in gateway.transactions.values.sorted(by: { $0.id < $1.id }) {
            let lines = gateway.history[transaction.id] ?? []
            checkChain(of: transaction, lines, &findings)
            checkDiscrepancy(of: transaction, lines, &findings)
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
            if let from = line.from { checkStep(line, from: from, lines, what, &findings) }
            status = line.to
        }
        if status != transaction.status {
            findings.report("\(what) is \(transaction.status), its history ends with \(status ?? "nothing")")
        }
    }

    private func checkStep(
        _ line: HistoryRow, from: String, _ lines: [HistoryRow], _ what: String, _ findings: inout Findings
    ) {
        let step = "\(what): line \(line.id) (\(line.type)) leads from \(from) to \(line.to)"
        if from == line.to, PaymentStatus(rawValue: from) != nil { return }
        guard let row = Status.step(from: from, to: line.to) else { return findings.report(step) }
        switch row.condition {
        case .declaredBefore:
            if !lines.contains(where: { $0.id < line.id && $0.actor.hasPrefix("operator:") }) {
                findings.report("\(step), and no operator had declared it paid")
            }
        case .showsDiscrepancy:
            // The discrepancy closes at once where all is refunded.
            let isOpened = lines.contains { $0.id > line.id && $0.type == "review.opened" }
            if !isOpened, line.to != PaymentStatus.refunded.rawValue {
                findings.report("\(step), and no discrepancy was opened")
            }
        case nil: break
        }
    }

    /// The history tells of each discrepancy, and of each dispute.
    private func checkDiscrepancy(of transaction: TransactionRow, _ lines: [HistoryRow], _ findings: inout Findings) {
        let what = "transaction \(transaction.id)"
        let last = lines.last { $0.type == "review.opened" || $0.type == "review.closed" || $0.type == "review.accepted" }?.type
        if let code = transaction.reviewCode, last != "review.opened" {
            findings.report("\(what) has the discrepancy \(code), of which its history has no line")
        }
        if transaction.reviewCode == nil, last == "review.opened" {
            findings.report("\(what) has no discrepancy any more, and its history has no line of the end")
        }
        if !(gateway.disputes[transaction.id] ?? []).isEmpty, !lines.contains(where: { $0.type.contains("dispute") }) {
            findings.report("\(what) is disputed, and its history has no line of it")
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
        let passing = Set(["requested", "taken_over", "unknown", "overdue"].map { "\(operation.kind).\($0)" })
        // The line of an operation that a cancellation ended names the cancellation.
        let ends = lines.filter {
            $0.type.hasPrefix("\(operation.kind).") && !passing.contains($0.type) && !$0.actor.hasPrefix("operator:")
        }
        let isEndedByCancel = operation.outcome == "canceled" && history.contains { $0.type == "\(operation.kind).canceled" }
        if ends.count > 1 { findings.report("\(what) ended \(ends.count) times: \(ends.map(\.type).joined(separator: ", "))") }
        if operation.state == "succeeded" || operation.state == "failed", operation.outcome != "resolved", ends.isEmpty,
            !isEndedByCancel
        {
            findings.report("\(what) is \(operation.state), and the history has no line of it")
        }
        // The call, and two look-ups without a trace.
        if operation.outcome == "not_executed", operation.attempts < 3 {
            findings.report("\(what) ended without a trace at its provider, and was looked at \(operation.attempts - 1) times")
        }
        if operation.isOpen, !ends.isEmpty { findings.report("\(what) is \(operation.state), and the history has its end") }
    }
}
