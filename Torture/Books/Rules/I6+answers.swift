/// I6: one idempotency key, one final answer.
extension Comparison {
    var answerViolations: [Violation] {
        var findings = Findings(.i6)
        let keyed = evidence.told.filter { $0.key != nil && $0.status < 500 && $0.status != 202 && !$0.isAboutKey }
        for (_, told) in Dictionary(grouping: keyed, by: { [$0.caller ?? "", $0.key ?? ""] }) { check(told, &findings) }
        for row in gateway.keys { check(row, &findings) }
        return findings.violations
    }

    /// All answers that clients got under one key, in their order.
    private func check(_ told: [Told], _ findings: inout Findings) {
        // A refusal of the request's form leaves the key free, and so does one that passes by itself. Other refusals are stored: only a
        // replay shows that one was.
        let final = told.filter { $0.isFinalSuccess || $0.status == 402 || $0.isReplay }
        guard let first = final.first, let key = first.key else { return }
        for other in final.dropFirst() where other.status != first.status || other.body != first.body {
            findings.report(
                """
                the requests \(first.requestID) and \(other.requestID) of the key \(key) were answered differently: \
                \(first.status) and \(other.status)
                """)
        }
        let position = told.firstIndex { $0.requestID == first.requestID && $0.isReplay == first.isReplay } ?? 0
        let exempt: Set = [400, 401, 403, 405, 413, 415, 429]
        for later in told[position...]
        where !exempt.contains(later.status) && (later.status, later.body) != (first.status, first.body) {
            if later.isFinalSuccess || later.status == 402 || later.isReplay { continue }
            findings.report(
                "request \(later.requestID) of the key \(key) was told \(later.status) after \(first.status) had been told")
        }

        let rows = gateway.keysByName[key] ?? []
        // Without the owner's name a key of two owners can't be told apart.
        guard rows.count < 2 else { return }
        guard let row = rows.first else {
            if !evidence.expected.keysMayBePurged { findings.report("the key \(key) has a final answer and is not in the books") }
            return
        }
        if row.state != "complete" {
            findings.report("the key \(key) has a final answer and is \(row.state)")
        } else if row.status != first.status || row.body != first.body {
            findings.report(
                "the key \(key) is stored with \(row.status ?? 0), request \(first.requestID) was told \(first.status)")
        }
    }

    /// A key waits only as long as its operation is open, and its answer says what became of it.
    private func check(_ row: KeyRow, _ findings: inout Findings) {
        guard let id = row.operationID else {
            if row.state != "complete" { findings.report("the key \(row.key) is \(row.state) and has no operation") }
            return
        }
        guard let operation = gateway.operations[id] else { return }
        if operation.key != row.key || operation.owner != row.owner {
            findings.report("the key \(row.key) is of operation \(id), which has the key \(operation.key ?? "none")")
        }
        switch (row.state, operation.state) {
        case ("in_flight", "succeeded"), ("in_flight", "failed"):
            findings.report("the key \(row.key) is in flight, and its operation \(id) is \(operation.state)")
        case ("complete", "pending"), ("complete", "unknown"):
            findings.report("the key \(row.key) has an answer, and its operation \(id) is \(operation.state)")
        case ("complete", "succeeded") where !(200..<300).contains(row.status ?? 0):
            findings.report("the key \(row.key) is stored with \(row.status ?? 0), and its operation \(id) succeeded")
        case ("complete", "failed") where (row.status ?? 0) < 400:
            findings.report("the key \(row.key) is stored with \(row.status ?? 0), and its operation \(id) failed")
        case ("complete", _) where row.status == 202:
            findings.report("the key \(row.key) is stored with 202, which is not final")
        default:
            break
        }
    }
}
