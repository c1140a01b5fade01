import ProviderAPI

extension Explanation {
    /// The story that a payment's rows tell.
    package init(_ rows: ExplanationRows) {
        let transaction = rows.transaction
        transactionID = transaction.id
        orderID = transaction.orderID
        provider = transaction.provider
        paymentIntentID = transaction.paymentIntentID
        status = transaction.status
        amount = transaction.amount
        captured = transaction.captured
        refunded = transaction.refunded
        reserved = transaction.reserved
        disputed = transaction.disputed
        refundable = transaction.refundable
        entries = Self.story(rows)
        next = Self.steps(rows)
    }

    private static func story(_ rows: ExplanationRows) -> [Entry] {
        var entries: [Entry] = []
        if let order = rows.order { entries.append(Self.entry(of: order)) }
        let operations = Dictionary(rows.operations.map { ($0.operation.id, $0) }) { first, _ in first }
        for line in rows.history {
            let operation = line.change.operationID.flatMap { operations[$0] }
            entries.append(Self.entry(of: line, operation, rows.transaction))
        }
        entries += rows.refunds.map(Self.entry)
        entries += rows.webhooks.map(Self.entry)
        // What happened in the same millisecond keeps the order in which it was put down.
        return entries.enumerated()
            .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            .map(\.element)
    }

    private static func entry(of order: Order) -> Entry {
        Entry(at: order.createdAt, .order, "order \(order.id) over \(order.amount) made for the user \(order.userID)")
    }

    private static func entry(
        of line: HistoryEntry, _ standing: OperationStanding?, _ transaction: PaymentTransaction
    ) -> Entry {
        let change = line.change
        var parts: [String] = []
        if let amount = change.amount {
            parts.append("\(Money(minorUnits: amount, currency: transaction.amount.currency))")
        }
        if let id = change.operationID { parts.append("operation \(id)") }
        let subject = Self.subject(of: change)
        if subject == .request, let operation = standing?.operation {
            parts.append("request \(operation.requestID)")
            if let key = operation.idempotency?.key { parts.append("idempotency key \(key)") }
            if operation.attempts > 1 { parts.append("attempts so far: \(operation.attempts)") }
            if operation.deaths > 0 {
                parts.append("the gateway crashed meanwhile, \(operation.deaths == 1 ? "once" : "\(operation.deaths) times")")
            }
        }
        if let id = change.providerRequestID { parts.append("provider's request \(id)") }
        var text = "\(change.type) by \(change.actor)"
        if !parts.isEmpty { text += " (\(parts.joined(separator: ", ")))" }
        if let from = change.fromStatus, from != change.toStatus {
            text += ": \(from.rawValue) -> \(change.toStatus.rawValue)"
        } else if change.fromStatus == nil {
            text += ": \(change.toStatus.rawValue)"
        }
        if let detail = change.detail { text += "; \(detail)" }

        var entry = Entry(at: line.createdAt, subject, text)
        entry.operationID = change.operationID
        entry.providerRequestID = change.providerRequestID
        if subject == .request {
            entry.requestID = standing?.operation.requestID
            entry.idempotencyKey = standing?.operation.idempotency?.key.text
        }
        return entry
    }

    private static func subject(of change: HistoryChange) -> Entry.Subject {
        if change.actor.hasPrefix("operator:") { return .operator }
        if change.type.hasPrefix("review.") || change.toStatus == .manualReview { return .review }
        if change.type.hasSuffix(".requested") { return .request }
        return change.actor.hasPrefix("webhook:") ? .change : .provider
    }

    private static func entry(of refund: RefundRecord) -> Entry {
        let origin = refund.operationID.map { "operation \($0)" } ?? "made at the provider, without the gateway"
        let name = refund.providerRefundID.map { " \($0)" } ?? ""
        var text = "refund \(refund.id)\(name) of \(refund.amount) (\(origin)): \(refund.status.rawValue)"
        if refund.updatedAt != refund.createdAt { text += " since \(refund.updatedAt.rfc3339)" }
        var entry = Entry(at: refund.createdAt, .refund, text)
        entry.operationID = refund.operationID
        return entry
    }

    private static func entry(of webhook: WebhookStanding) -> Entry {
        let record = webhook.record
        var text = "\(record.event.id) (\(record.event.type)) arrived: \(record.state.rawValue)"
        if let result = webhook.result { text += ", \(result)" }
        if record.state == .pending { text += "; attempts so far: \(record.attempts)" }
        return Entry(at: record.receivedAt, .webhook, text)
    }
}
