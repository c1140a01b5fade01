/// I4: refunds and reservations never exceed what was captured, in the books and at the provider.
extension Comparison {
    var amountViolations: [Violation] {
        var findings = Findings(.i4)
        for transaction in gateway.transactions.values.sorted(by: { $0.id < $1.id }) { check(transaction, &findings) }
        for intent in provider.intents.values.sorted(by: { $0.id < $1.id }) { check(intent, &findings) }
        for operation in operations where operation.kind == "refund" && operation.state == "failed" {
            check(operation, &findings)
        }
        return findings.violations
    }

    private func check(_ transaction: TransactionRow, _ findings: inout Findings) {
        let what = "transaction \(transaction.id)"
        // A provider can capture more, which is a discrepancy.
        if transaction.captured > transaction.amount, !wasReviewed(transaction.id) {
            findings.report("\(what): captured \(transaction.captured) of \(transaction.amount)")
        }
        if transaction.refunded + transaction.reserved > transaction.captured {
            findings.report(
                "\(what): refunded \(transaction.refunded) and reserved \(transaction.reserved) of captured \(transaction.captured)"
            )
        }
        if transaction.disputed > transaction.captured {
            findings.report("\(what): disputed \(transaction.disputed) of captured \(transaction.captured)")
        }
        if transaction.captured > 0, !transaction.isPaid {
            findings.report("\(what): captured \(transaction.captured) while it is \(transaction.status)")
        }
        let rows = gateway.refundsByTransaction[transaction.id] ?? []
        // What a provider shows beyond what was captured is a discrepancy, and the amounts stop there.
        let captured = transaction.captured
        let refunded = min(captured, rows.filter { $0.status == "succeeded" }.reduce(0) { $0 + $1.currentAmount })
        let reserved = min(captured - refunded, rows.filter(\.isOnItsWay).reduce(0) { $0 + $1.currentAmount })
        let held = (gateway.disputes[transaction.id] ?? []).filter(\.holdsMoney)
        let disputed = min(captured, held.reduce(0) { $0 + ($1.currency == transaction.currency ? $1.amount : captured) })
        if refunded != transaction.refunded {
            findings.report("\(what): refunded \(transaction.refunded), its succeeded refunds make \(refunded)")
        }
        if reserved != transaction.reserved {
            findings.report("\(what): reserved \(transaction.reserved), its pending refunds make \(reserved)")
        }
        if disputed != transaction.disputed {
            findings.report("\(what): disputed \(transaction.disputed), its open and lost disputes make \(disputed)")
        }
    }

    private func check(_ intent: ProviderIntent, _ findings: inout Findings) {
        let given = provider.refunds.values.filter {
            $0.intentID == intent.id && $0.status != "failed" && $0.status != "canceled"
        }
        let sum = given.reduce(0) { $0 + $1.amount }
        if sum > intent.captured { findings.report("\(intent.id): the provider gave back \(sum) of captured \(intent.captured)") }
        if intent.captured > intent.amount {
            findings.report("\(intent.id): the provider captured \(intent.captured) of \(intent.amount)")
        }
    }

    /// A refund for which nothing was left must be refused before the provider is asked: the reservation is there for that.
    private func check(_ operation: OperationRow, _ findings: inout Findings) {
        // Only a refund made elsewhere can have taken the money that the books still had.
        let isMadeElsewhere = (gateway.refundsByTransaction[operation.transactionID] ?? []).contains { $0.operationID == nil }
        guard operation.outcome == "rejected", !isMadeElsewhere, !isExpectedReview(operation.transactionID) else { return }
        let body = gateway.keys.first { $0.operationID == operation.id }?.body ?? ""
        let told = evidence.told.first { $0.requestID == operation.requestID && $0.status >= 400 }?.body ?? ""
        let details = (gateway.history[operation.transactionID] ?? []).filter { $0.operationID == operation.id }.compactMap(
            \.detail)
        let signs = ["amount_too_large", "charge_already_refunded", "unrefunded amount", "already been refunded"]
        if ([body, told] + details).contains(where: { text in signs.contains { text.contains($0) } }) {
            findings.report(
                "operation \(operation.id) asked the provider for a refund of transaction \(operation.transactionID) that exceeds what is left"
            )
        }
    }
}
