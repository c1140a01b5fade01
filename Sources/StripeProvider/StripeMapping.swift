import ProviderAPI

/// Stripe's objects as the gateway's.
struct StripeMapping: Sendable {
    let log: any ProviderLog
    let redaction: Redaction

    /// - Throws: `unknown` where the amounts make no sense.
    func paymentIntent(_ object: StripePaymentIntent, requestID: String? = nil) throws(ProviderError) -> PaymentIntent {
        let status = status(ofPaymentIntent: object)
        let amount = try money(object.amount, object.currency, of: object.id, requestID: requestID)
        var intent = PaymentIntent(id: object.id, status: status, amount: amount)

        if let captured = object.reportedCaptured {
            intent.amountCaptured = try money(captured, object.currency, of: object.id, requestID: requestID).minorUnits
        } else if status == .succeeded {
            // Stripe always reports it; what stands in for Stripe in tests does not, and takes the whole amount.
            intent.amountCaptured = amount.minorUnits
        }
        intent.clientSecret = object.clientSecret
        intent.nextAction = object.nextAction.map { NextAction(type: $0.type, redirectURL: $0.url) }
        intent.paymentMethod = object.paymentMethodKind
        intent.customerID = object.customer?.id
        intent.chargeID = object.latestCharge?.id ?? object.charges?.data.first?.id
        intent.lastError = object.lastPaymentError.map { error in
            PaymentFailure(code: error.code, declineCode: error.declineCode, message: error.message.map(redaction.callAsFunction))
        }
        // `automatic_async` differs for Stripe only: the money is taken at once.
        intent.captureMethod = object.captureMethod == CaptureMethod.manual.rawValue ? .manual : .automatic
        intent.metadata = object.metadata ?? [:]
        intent.operationID = intent.metadata[OperationIdentity.metadataKey]
        intent.requestID = requestID
        return intent
    }

    /// - Throws: `unknown` where the amount makes no sense, or the refund belongs to a charge without a payment intent.
    func refund(_ object: StripeRefund, requestID: String? = nil) throws(ProviderError) -> Refund {
        guard let paymentIntentID = object.paymentIntent?.id else {
            throw .senseless("the refund \(object.id) belongs to no payment intent", requestID: requestID)
        }
        var refund = Refund(
            id: object.id, paymentIntentID: paymentIntentID,
            amount: try money(object.amount, object.currency, of: object.id, requestID: requestID),
            status: status(ofRefund: object)
        )
        refund.reason = object.reason
        refund.failureReason = object.failureReason
        refund.metadata = object.metadata ?? [:]
        refund.operationID = refund.metadata[OperationIdentity.metadataKey]
        refund.requestID = requestID
        return refund
    }

    /// - Throws: `unknown` where the amount makes no sense, or the dispute belongs to a charge without a payment intent.
    func dispute(_ object: StripeDispute) throws(ProviderError) -> Dispute {
        guard let paymentIntentID = object.paymentIntent?.id else {
            throw .senseless("the dispute \(object.id) belongs to no payment intent")
        }
        return Dispute(
            id: object.id, paymentIntentID: paymentIntentID, amount: try money(object.amount, object.currency, of: object.id),
            status: object.status, reason: object.reason
        )
    }

    /// https://docs.stripe.com/payments/paymentintents/lifecycle
    private func status(ofPaymentIntent object: StripePaymentIntent) -> PaymentIntent.Status {
        switch object.status {
        // The second name of each is from before version 2019-02-11.
        case "requires_payment_method", "requires_source": return .requiresPaymentMethod
        case "requires_action", "requires_source_action": return .requiresAction
        case "requires_confirmation": return .requiresConfirmation
        case "processing": return .processing
        case "requires_capture": return .requiresCapture
        case "canceled": return .canceled
        case "succeeded": return .succeeded
        default:
            // Neither paid nor given up as far as anyone knows: it stays open, and is asked for again.
            log.write(
                .warning, "Stripe reports a payment intent's status that this module does not know; it is taken for processing",
                fields: ["payment_intent": object.id, "status": object.status]
            )
            return .processing
        }
    }

    /// https://docs.stripe.com/refunds
    private func status(ofRefund object: StripeRefund) -> Refund.Status {
        switch object.status {
        case "pending": return .pending
        case "requires_action": return .requiresAction
        case "succeeded": return .succeeded
        case "failed": return .failed
        case "canceled": return .canceled
        default:
            log.write(
                .warning, "Stripe reports a refund's status that this module does not know; it is taken for pending",
                fields: ["refund": object.id, "status": object.status ?? "none"]
            )
            return .pending
        }
    }

    private func money(
        _ amount: Int64, _ currency: String, of id: String, requestID: String? = nil
    ) throws(ProviderError) -> Money {
        guard let money = StripeCurrency.money(amount: amount, currency: currency) else {
            throw .senseless("\(id) has an amount of \(amount) \(currency), which is no amount of ISO 4217", requestID: requestID)
        }
        return money
    }
}

extension StripePaymentIntent {
    /// What has been captured, in Stripe's units; nil where the answer does not say.
    var reportedCaptured: Int64? {
        amountReceived ?? latestCharge?.object?.amountCaptured
    }

    /// The kind of payment method in use: of the charge, else of the method itself, else the only one it can be.
    fileprivate var paymentMethodKind: String? {
        if let kind = latestCharge?.object?.paymentMethodDetails?.type ?? charges?.data.first?.paymentMethodDetails?.type {
            return kind
        }
        if let kind = paymentMethod?.object?.type ?? lastPaymentError?.paymentMethod?.object?.type {
            return kind
        }
        guard paymentMethod != nil, let kinds = paymentMethodTypes, kinds.count == 1 else { return nil }
        return kinds.first
    }
}
