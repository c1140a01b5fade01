import GatewayLifecycle
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
        for refund in rows.refunds where refund.providerRefundID != nil && RefundStatus(refund.status).isOnItsWay {
            steps.append(Step(.provider, "a webhook tells when the refund \(refund.id) has succeeded or failed"))
        }
        if let dispute = rows.transaction.dispute, !DisputeStage(dispute.status).isClosed {
            steps.append(
                Step(
                    .operator,
                    "the payer disputes the payment (\(dispute.id), \(dispute.status)): answer it in the dashboard of "
                        + rows.transaction.provider))
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
            if operation.isOverdue {
                let object = operation.kind == .create || operation.kind == .refund ? " [--object ID]" : ""
                return Step(
                    .operator,
                    "\(name) has had no outcome for 72 hours: see what \(transaction.provider) shows of it, then "
                        + "gateway operations resolve \(operation.id) --as succeeded|failed --note \"...\"\(object)"
                )
            }
            return Step(
                .gateway, "the provider is asked about \(name) at \(standing.nextCheckAt.rfc3339), while a gateway runs")
        case .succeeded, .failed: return nil
        }
    }

    /// - Parameter isBusy: whether something else is under way that may move the transaction.
    private static func step(for transaction: PaymentTransaction, isBusy: Bool) -> Step? {
        if let review = transaction.review, review.discrepancy.code != .outcomeUnknown {
            return Step(
                .operator,
                "the discrepancy \(review.discrepancy.code.rawValue) is open: compare the payment at \(transaction.provider) with the "
                    + "amounts here, then gateway payments resolve \(transaction.id) --accept|--refund --note \"...\""
            )
        }
        switch transaction.status {
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
