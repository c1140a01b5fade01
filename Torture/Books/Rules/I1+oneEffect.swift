/// I1: at most one effect at the provider per operation.
extension Comparison {
    var oneEffectViolations: [Violation] {
        var findings = Findings(.i1)
        for (key, lines) in provider.linesByKey.sorted(by: { $0.key < $1.key }) {
            if lines.count > 1 {
                findings.report(
                    "\(lines.count) effects under the provider's key \(key): \(lines.map(\.object).joined(separator: ", "))")
            }
        }
        for line in provider.lines { checkOrigin(of: line, &findings) }
        checkObjects(&findings)
        checkClientKeys(&findings)
        checkOrders(&findings)
        return findings.violations
    }

    /// Every effect that was asked for was asked for by an operation of its kind, about its object.
    private func checkOrigin(of line: JournalLine, _ findings: inout Findings) {
        guard let kind = line.kind else { return }
        let what = "the effect \(line.effect) of \(line.object)"
        guard let key = line.key else {
            // A payer answers a 3-D Secure challenge on the provider's page.
            if kind != "confirm", !evidence.expected.foreignRefunds.contains(line.object) {
                findings.report("\(what) has no key")
            }
            return
        }
        guard !evidence.expected.foreignKeys.contains(key) else { return }
        guard key.hasPrefix("gw-"), let operation = operation(identity: String(key.dropFirst(3))) else {
            findings.report("\(what) has the key \(key), which is no operation's of this database")
            return
        }
        if operation.kind != kind {
            findings.report("\(what) was made under the key of operation \(operation.id), a \(operation.kind)")
        }
        guard let transaction = gateway.transactions[operation.transactionID] else { return }
        if let intent = transaction.intentID, intent != line.intent.id {
            findings.report("\(what) is about \(line.intent.id), its operation \(operation.id) about \(intent)")
        }
        // Which operation an object is of stands on the object too; the two must agree.
        let made =
            kind == "refund" ? line.refund?.operationID : kind == "create" ? line.intent.operationID : identity(of: operation)
        if made != identity(of: operation) {
            findings.report(
                "\(what) has the key of operation \(operation.id) and the operation \(made ?? "none") in its metadata")
        }
    }

    /// No operation made two objects.
    private func checkObjects(_ findings: inout Findings) {
        let intents = provider.intents.values.compactMap { intent in intent.operationID.map { ($0, intent.id) } }
        let refunds = provider.refunds.values.compactMap { refund in refund.operationID.map { ($0, refund.id) } }
        for made in [intents, refunds] {
            for (operation, objects) in Dictionary(grouping: made, by: \.0) where objects.count > 1 {
                findings.report("operation \(operation) made \(objects.map(\.1).sorted().joined(separator: " and "))")
            }
        }
    }

    /// No two operations of one client's key had an effect, unless the key had been forgotten in between.
    private func checkClientKeys(_ findings: inout Findings) {
        let day: Int64 = 24 * 60 * 60 * 1000
        let keyed = operations.filter { $0.key != nil && !effects(of: $0).isEmpty }
        for (_, used) in Dictionary(grouping: keyed, by: { [$0.owner ?? "", $0.key ?? ""] }) {
            let inOrder = used.sorted { $0.id < $1.id }
            for (earlier, later) in zip(inOrder, inOrder.dropFirst()) where later.createdAt - earlier.updatedAt < day {
                findings.report(
                    "the operations \(earlier.id) and \(later.id) of one idempotency key (\(earlier.key ?? "")) both had an effect"
                )
            }
        }
    }
    /// An order is charged once. Where its provider charged it twice all the same, a person was asked about it.
    private func checkOrders(_ findings: inout Findings) {
        for (order, payments) in Dictionary(grouping: gateway.transactions.values, by: \.orderID).sorted(by: { $0.key < $1.key })
        {
            let paid = payments.filter(\.isPaid).sorted { $0.id < $1.id }
            let keeping = paid.filter { $0.refunded < $0.captured }
            if keeping.count > 1, !paid.contains(where: { wasReviewed($0.id) }) {
                let ids = keeping.map { "\($0.id)" }.joined(separator: " and ")
                findings.report("order \(order) is paid by transactions \(ids), and no discrepancy was opened")
            }
            // A payer could pay it a second time. What is processed cannot be canceled.
            guard !paid.isEmpty else { continue }
            for other in payments where other.mayStillBePaid && other.status != "processing" && !isBeingCanceled(other.id) {
                findings.report(
                    "transaction \(other.id) can be paid beside transaction \(paid[0].id) of its order, which is paid")
            }
        }
    }

    private func isBeingCanceled(_ transaction: Int64) -> Bool {
        gateway.operations.values.contains { $0.transactionID == transaction && $0.kind == "cancel" && $0.isOpen }
    }
}
