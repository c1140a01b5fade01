import ProviderAPI

extension Explanation {
    /// What will happen by itself, and what somebody has to do.
    static func steps(_ rows: ExplanationRows) -> [Step] {
        var steps = rows.operations.compactMap { step(for: $0, rows.transaction) }
        for webhook in rows.webhooks where webhook.record.state == .pending {
            let why = webhook.result.map { ": \($0)" } ?? ""
            steps.append(
                Step(
                    .gateway,
                    "the webhook \(webhook.record.event.id) is applied at \(webhook.nextTryAt.rfc3339), while a gateway runs\(why)"
                ))
        }
        for refund in rows.refunds where refund.providerRefundID != nil && refund.status.isOnItsWay {
            steps.append(Step(.provider, "a webhook tells when the refund \(refund.id) has succeeded or failed"))
        }
        if let step = step(for: rows.transaction, isBusy: !steps.isEmpty) { steps.append(step) }
        return steps
    }

    private static func step(for standing: OperationStanding, _ transaction: PaymentTransaction) -> Step? {
        let operation = standing.operation
        let name = "operation \(operation.id) (\(operation.kind.rawValue))"
        switch operation.state {
        case .pending, .unknown:
            if standing.isLeased { return Step(.gateway, "\(name) is being worked on now") }
            return Step(
                .gateway, "the provider is asked about \(name) at \(standing.nextCheckAt.rfc3339), while a gateway runs")
        case .manualReview:
            let object = operation.kind == .create || operation.kind == .refund ? " [--object ID]" : ""
            return Step(
                .operator,
                "\(name) waits for a decision: see what \(transaction.provider) shows of it, then "
                    + "gateway operations resolve \(operation.id) --as succeeded|failed --note \"...\"\(object)"
            )
        case .succeeded, .failed: return nil
        }
    }

    /// - Parameter isBusy: whether something else is under way that may move the transaction.
    private static func step(for transaction: PaymentTransaction, isBusy: Bool) -> Step? {
        switch transaction.status {
        case .manualReview:
            return Step(
                .operator,
                "the books and \(transaction.provider) contradict each other (see the review above): compare the payment there "
                    + "with the amounts here, and settle the difference with the customer"
            )
        case _ where isBusy: return nil
        case .requiresPaymentMethod, .requiresConfirmation:
            return Step(.client, "the client confirms the payment with a payment method, or cancels it")
        case .requiresAction: return Step(.client, "the payer completes what the provider asks for, such as 3-D Secure")
        case .processing: return Step(.provider, "a webhook tells how the payment ends")
        case .requiresCapture: return Step(.client, "an admin captures the payment, or cancels it")
        case .failed: return Step(.client, "the client may confirm it again with another payment method, or cancel it")
        case .canceled: return Step(.nobody, "nothing; the order may be paid by a new payment unless it is paid already")
        case .succeeded: return Step(.nobody, "nothing; it is paid")
        case .partiallyRefunded: return Step(.nobody, "nothing; it is paid, and some of it was given back")
        case .refunded: return Step(.nobody, "nothing; all of it was given back")
        }
    }
}

extension Refund.Status {
    /// Whether the provider has not settled it yet.
    fileprivate var isOnItsWay: Bool {
        switch self {
        case .pending, .requiresAction: true
        case .succeeded, .failed, .canceled: false
        @unknown default: true
        }
    }
}
