import Foundation

/// I3: no operation is open, and the books equal the provider's.
extension Comparison {
    var equalityViolations: [Violation] {
        var findings = Findings(.i3)
        for operation in gateway.operations.values.sorted(by: { $0.id < $1.id }) { checkEnd(of: operation, &findings) }
        for operation in operations { checkEffect(of: operation, &findings) }
        checkIntents(&findings)
        checkRefunds(&findings)
        let payments = Dictionary(grouping: gateway.transactions.values, by: \.orderID)
        for order in gateway.orders.values.sorted(by: { $0.id < $1.id }) { check(order, payments[order.id] ?? [], &findings) }
        return findings.violations
    }

    // MARK: Operations

    private func checkEnd(of operation: OperationRow, _ findings: inout Findings) {
        guard operation.isOpen, !(operation.isOverdue && isExpectedReview(operation.transactionID)) else { return }
        findings.report(
            "operation \(operation.id) (\(operation.kind) of transaction \(operation.transactionID)) is \(operation.state)")
    }

    /// What the books say of an operation is what the provider did.
    private func checkEffect(of operation: OperationRow, _ findings: inout Findings) {
        guard !operation.isOpen, !isExpectedReview(operation.transactionID) else { return }
        let lines = effects(of: operation)
        let what = "operation \(operation.id) (\(operation.kind)) is \(operation.state)"
        switch operation.state {
        // Intents and refunds are compared below, with whatever came later.
        case "failed" where operation.mayTakeEffectLater:
            break
        case "failed":
            // A refund that the provider made and that failed at once ends as failed too.
            for line in lines where line.isDone && !(line.effect == "refund" && isFailed(line.refund)) {
                findings.report("\(what), and the provider made the effect \(line.effect) of \(line.object)")
            }
            if operation.outcome == "declined", !lines.contains(where: { $0.effect == "decline" }) {
                findings.report("\(what), and the provider does not know of a decline")
            }
        // An operator's word is not the provider's.
        case "succeeded" where operation.outcome == "resolved":
            break
        case "succeeded":
            // A payer may have answered an earlier challenge while a confirmation got lost: then it succeeded without an effect.
            if operation.kind != "confirm", !lines.contains(where: \.isDone) {
                findings.report("\(what), and the provider made no effect")
            }
        default:
            break
        }
    }

    private func isFailed(_ refund: ProviderRefund?) -> Bool {
        guard let refund, let now = provider.refunds[refund.id] else { return false }
        return now.status == "failed" || now.status == "canceled"
    }

    // MARK: Intents

    private func checkIntents(_ findings: inout Findings) {
        for intent in provider.intents.values.sorted(by: { $0.id < $1.id }) {
            guard let made = intent.operationID, isOurs(identity: made) else { continue }
            let rows = transactionsByIntent[intent.id] ?? []
            if let operation = operation(identity: made), isExpectedReview(operation.transactionID) { continue }
            if rows.count != 1 {
                findings.report("\(intent.id) of operation \(made) is in \(rows.count) transactions, not in one")
            } else if let operation = operation(identity: made), operation.transactionID != rows[0].id {
                findings.report(
                    "\(intent.id) is of transaction \(rows[0].id), its operation \(made) of \(operation.transactionID)")
            }
        }
        for transaction in transactions {
            if let code = transaction.reviewCode, !isExpectedReview(transaction.id) {
                findings.report("transaction \(transaction.id) waits for a person: \(code)")
            }
            guard let id = transaction.intentID, !isExpectedReview(transaction.id) else { continue }
            guard let intent = provider.intents[id] else {
                findings.report("transaction \(transaction.id) is \(id), which the provider does not have")
                continue
            }
            compare(transaction, intent, &findings)
        }
        for transaction in transactions where transaction.intentID == nil && transaction.status != "canceled" {
            if isExpectedReview(transaction.id) { continue }
            findings.report("transaction \(transaction.id) is \(transaction.status) and has no payment intent")
        }
    }

    private func compare(_ transaction: TransactionRow, _ intent: ProviderIntent, _ findings: inout Findings) {
        let what = "transaction \(transaction.id), \(intent.id)"
        let refunds = provider.refundsByIntent[intent.id] ?? []
        let refunded = refunds.filter { $0.status == "succeeded" }.reduce(0) { $0 + $1.amount }
        let pending = refunds.filter { $0.status == "pending" || $0.status == "requires_action" }.reduce(0) { $0 + $1.amount }
        findings.compare("\(what): status", transaction.status, Status.ofTransaction(intent, refunded: refunded))
        findings.compare("\(what): amount", transaction.amount, intent.amount)
        findings.compare("\(what): currency", transaction.currency, intent.currency)
        findings.compare("\(what): captured", transaction.captured, intent.captured)
        findings.compare("\(what): refunded", transaction.refunded, refunded)
        findings.compare("\(what): reserved", transaction.reserved, pending)
        findings.compare("\(what): capture method", transaction.captureMethod, intent.captureMethod)
        findings.compare("\(what): customer", transaction.customerID, intent.customer)
        if transaction.clientSecret != intent.clientSecret { findings.report("\(what): the client secrets differ") }
        // A charge of an attempt that was declined means nothing once the payment was given up.
        if intent.status != "canceled" { findings.compare("\(what): charge", transaction.chargeID, intent.charge) }
        // The books keep a failure only as long as it is the last word. A declined capture leaves its error beside the authorization.
        if intent.status != "requires_capture" {
            let failure = intent.status == "requires_payment_method" ? intent.lastError : nil
            findings.compare("\(what): error code", transaction.errorCode, failure?.code)
            findings.compare("\(what): decline code", transaction.declineCode, failure?.declineCode)
        }
        let dispute = transaction.dispute.flatMap(JSON.init(parsing:))
        findings.compare("\(what): dispute", dispute?["id"]?.string, intent.dispute?.id)
        findings.compare("\(what): dispute's status", dispute?["status"]?.string, intent.dispute?.status)
        let rows = (gateway.disputes[transaction.id] ?? []).map { "\($0.providerID) \($0.amount) \($0.currency) \($0.status)" }
        let shown = intent.dispute.map { ["\($0.id) \($0.amount) \(intent.currency) \($0.status)"] } ?? []
        findings.compare("\(what): rows of disputes", rows, shown)
    }

    // MARK: Refunds

    private func checkRefunds(_ findings: inout Findings) {
        let ours = Dictionary(transactions.map { ($0.id, $0) }) { first, _ in first }
        let rows = gateway.refunds.filter { ours[$0.transactionID] != nil && !isExpectedReview($0.transactionID) }
        let known = Dictionary(grouping: rows.filter { $0.providerID != nil }) { $0.providerID ?? "" }
        for refund in provider.refunds.values.sorted(by: { $0.id < $1.id }) {
            guard let transaction = transactionsByIntent[refund.intentID]?.first?.id, !isExpectedReview(transaction) else {
                continue
            }
            let count = known[refund.id]?.count ?? 0
            if count != 1 {
                findings.report("\(refund.id) of transaction \(transaction) is in \(count) rows of refunds, not in one")
            }
        }
        for row in rows {
            let what = "refund \(row.id) of transaction \(row.transactionID)"
            guard let id = row.providerID else {
                if row.status != "failed", row.status != "canceled" {
                    findings.report("\(what) is \(row.status) and has no provider's id")
                }
                continue
            }
            guard let refund = provider.refunds[id] else {
                findings.report("\(what) is \(id), which the provider does not have")
                continue
            }
            findings.compare("\(what), \(id): amount", row.currentAmount, refund.amount)
            findings.compare("\(what), \(id): currency", row.currency, refund.currency)
            findings.compare("\(what), \(id): status", row.status, refund.status)
            findings.compare("\(what), \(id): intent", ours[row.transactionID]?.intentID, refund.intentID)
            let asked = row.operationID.flatMap { gateway.operations[$0] }.map(identity)
            let made = refund.operationID.flatMap { isOurs(identity: $0) ? $0 : nil }
            findings.compare("\(what), \(id): operation", asked, made)
        }
    }

    // MARK: Orders

    /// The order's status is the one that its payments make.
    private func check(_ order: OrderRow, _ payments: [TransactionRow], _ findings: inout Findings) {
        let payments = payments.sorted { $0.id < $1.id }
        if payments.contains(where: { isExpectedReview($0.id) }) { return }
        guard let status = Status.ofOrder(payments) else {
            if order.status != "pending" { findings.report("order \(order.id) is \(order.status) and has no payment") }
            return
        }
        guard status != order.status else { return }
        let made = payments.map { "\($0.id) \($0.status)" }.joined(separator: ", ")
        findings.report("order \(order.id) is \(order.status), its transactions (\(made)) make it \(status)")
    }
}
