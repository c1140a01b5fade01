import Foundation

/// I2: whatever a client was told is durable; nothing is durable that nobody attempted.
extension Comparison {
    var durabilityViolations: [Violation] {
        var findings = Findings(.i2)
        for told in evidence.told {
            if (200..<300).contains(told.status) {
                for object in ToldObject.all(in: told.body) { check(object, told, &findings) }
            }
            checkOutcome(told, &findings)
        }
        if let sent = evidence.sentRequestIDs {
            for operation in gateway.operations.values.sorted(by: { $0.id < $1.id })
            where !sent.contains(operation.requestID) && !operation.isGatewaysOwn {
                findings.report("operation \(operation.id) is of the request \(operation.requestID), which nobody sent")
            }
        }
        return findings.violations
    }

    private func check(_ object: ToldObject, _ told: Told, _ findings: inout Findings) {
        let source = "request \(told.requestID) was told"
        switch object.subject {
        case .order(let id):
            guard let order = gateway.orders[id] else {
                findings.report("\(source) of order \(id), which is not in the books")
                return
            }
            check(object, source, "order \(id)", amount: order.amount, currency: order.currency, &findings)
            if object.json["user_id"]?.string != order.userID { findings.report("\(source) another owner of order \(id)") }
            let paid: Set = ["completed", "partially_refunded", "refunded"]
            if let status = object.status, paid.contains(status), !paid.contains(order.status) {
                findings.report("\(source) that order \(id) is \(status); it is \(order.status)")
            }
        case .transaction(let id):
            checkTransaction(id, object, told, &findings)
        case .refund(let id):
            checkRefund(id, object, told, &findings)
        }
    }

    private func check(
        _ object: ToldObject, _ source: String, _ what: String, amount: Int64, currency: String, _ findings: inout Findings
    ) {
        if object.amount() != amount || object.currency != currency {
            findings.report(
                "\(source) \(object.amount().map(String.init) ?? "no") \(object.currency ?? "") for \(what); it is \(amount) \(currency)"
            )
        }
    }

    private func checkTransaction(_ id: Int64, _ object: ToldObject, _ told: Told, _ findings: inout Findings) {
        let source = "request \(told.requestID) was told"
        guard let row = gateway.transactions[id] else {
            findings.report("\(source) of transaction \(id), which is not in the books")
            return
        }
        check(object, source, "transaction \(id)", amount: row.amount, currency: row.currency, &findings)
        if let intent = object.json["payment_intent_id"]?.string, intent != row.intentID {
            findings.report("\(source) that transaction \(id) is \(intent); it is \(row.intentID ?? "none")")
        } else if row.provider == evidence.provider, let intent = row.intentID, object.json["payment_intent_id"]?.string != nil,
            provider.intents[intent] == nil
        {
            findings.report("\(source) of \(intent), which the provider does not have")
        }
        if let secret = object.json["client_secret"]?.string, secret != row.clientSecret {
            findings.report("\(source) another client secret of transaction \(id)")
        }
        if let order = object.json["order_id"]?.integer, order != row.orderID {
            findings.report("\(source) that transaction \(id) is of order \(order); it is of \(row.orderID)")
        }
        guard told.status != 202, let status = object.status else { return }
        // What was told was committed before, so the history has a line of it.
        if !(gateway.history[id] ?? []).contains(where: { $0.to == status }) {
            findings.report("\(source) that transaction \(id) is \(status), which its history never says")
        }
        if Status.paid.contains(status) {
            if !row.isPaid, !isExpectedReview(id) {
                findings.report("\(source) that transaction \(id) is \(status); it is \(row.status)")
            }
            if let captured = object.amount("amount_captured"), captured != row.captured, !wasReviewed(id) {
                findings.report("\(source) that \(captured) of transaction \(id) were captured; it is \(row.captured)")
            }
        }
        let everAsked = (gateway.refundsByTransaction[id] ?? []).filter { $0.providerID != nil }.reduce(0) {
            $0 + $1.currentAmount
        }
        if let refunded = object.amount("amount_refunded"), refunded > everAsked {
            findings.report("\(source) that \(refunded) of transaction \(id) were refunded; all its refunds make \(everAsked)")
        }
        // A payment that is paid after it was canceled has a discrepancy.
        if status == "canceled", row.status != "canceled", !isExpectedReview(id), !wasReviewed(id) {
            findings.report("\(source) that transaction \(id) is canceled; it is \(row.status)")
        }
    }

    private func checkRefund(_ id: String?, _ object: ToldObject, _ told: Told, _ findings: inout Findings) {
        let source = "request \(told.requestID) was told"
        guard let id else {
            // Refunds whose outcome is not known are in lists, and in the 202 of their request.
            if told.method != "GET", told.status != 202 || object.status != "unknown" {
                findings.report("\(source) of a refund without the provider's id")
            }
            return
        }
        guard let row = refundRow(id) else {
            findings.report("\(source) of refund \(id), which is not in the books")
            return
        }
        check(object, source, "refund \(id)", amount: row.amount, currency: row.currency, &findings)
        let transaction = gateway.transactions[row.transactionID]
        let segments = told.path.prefix { $0 != "?" }.split(separator: "/")
        if let intent = transaction?.intentID, !segments.contains(Substring(intent)) {
            findings.report("\(source) of refund \(id) at \(told.path); it is of \(intent)")
        }
        if object.status == "succeeded", row.status != "succeeded", row.status != "failed" {
            findings.report("\(source) that refund \(id) succeeded; it is \(row.status)")
        }
        if transaction?.provider == evidence.provider, provider.refunds[id]?.amount != row.currentAmount,
            !evidence.expected.misnamedRefunds.contains(row.transactionID)
        {
            findings.report("\(source) of refund \(id), which the provider does not have so")
        }
    }

    private func refundRow(_ id: String) -> RefundRow? {
        let transaction = provider.refunds[id].flatMap { intent in transactionsByIntent[intent.intentID]?.first }
        let near = transaction.flatMap { gateway.refundsByTransaction[$0.id] }?.first { $0.providerID == id }
        return near ?? gateway.refunds.first { $0.providerID == id }
    }

    /// An answer tells what became of the operations that the request started.
    private func checkOutcome(_ told: Told, _ findings: inout Findings) {
        guard told.method != "GET", !told.isReplay, !told.isAboutKey else { return }
        let started = (operationsByRequest[told.requestID] ?? []).filter { !isExpectedReview($0.transactionID) }
        guard !started.isEmpty else { return }
        let ids = started.map { "\($0.id)" }.joined(separator: ", ")
        if told.isFinalSuccess, !started.contains(where: { $0.state == "succeeded" }) {
            findings.report("request \(told.requestID) was told \(told.status), and its operation \(ids) is \(started[0].state)")
        }
        let isRefusal = (400..<500).contains(told.status) || told.status == 503
        let hadEffect = started.allSatisfy { operation in
            !operation.mayTakeEffectLater && effects(of: operation).contains(where: \.isDone)
        }
        if isRefusal, hadEffect {
            findings.report("request \(told.requestID) was told \(told.status), and its operation \(ids) had an effect")
        }
        if isRefusal, !started.contains(where: { $0.state == "failed" }) {
            findings.report("request \(told.requestID) was told \(told.status), and its operation \(ids) is \(started[0].state)")
        }
        if told.status == 402,
            !started.contains(where: { operation in effects(of: operation).contains { $0.effect == "decline" } })
        {
            findings.report("request \(told.requestID) was told of a decline that the provider does not know (operation \(ids))")
        }
    }
}
