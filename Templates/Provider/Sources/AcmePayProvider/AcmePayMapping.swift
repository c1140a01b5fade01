import ProviderAPI

/// Acme Pay's objects as the gateway's.
///
/// Every answer is believed only as far as it makes sense: an amount or a currency that is none is an `unknown` outcome, since
/// the call may have been carried out all the same.
struct AcmePayMapping: Sendable {
    let log: any ProviderLog
    let redaction: Redaction

    /// - Throws: `unknown` where the amounts make no sense.
    func paymentIntent(_ payment: AcmePayPayment, requestID: String? = nil) throws(ProviderError) -> PaymentIntent {
        let amount = try money(payment.amount, payment.currency, requestID)
        guard (0...amount.minorUnits).contains(payment.captured) else {
            throw .senseless("Acme Pay answered with more captured than there is to pay", requestID)
        }
        var intent = PaymentIntent(id: payment.id, status: status(of: payment), amount: amount)
        intent.amountCaptured = payment.captured
        intent.captureMethod = payment.capture == "manual" ? .manual : .automatic
        intent.clientSecret = payment.clientToken
        intent.nextAction = payment.challengeUrl.map { NextAction(type: "redirect", redirectURL: $0) }
        intent.paymentMethod = payment.method
        intent.lastError = payment.lastDecline.map { decline in
            PaymentFailure(
                code: decline.code, declineCode: decline.declineCode, message: decline.message.map(redaction.callAsFunction))
        }
        intent.operationID = payment.reference
        intent.metadata = payment.metadata
        intent.requestID = requestID
        return intent
    }

    /// - Throws: `unknown` where the amount makes no sense.
    func refund(_ refund: AcmePayRefund, requestID: String? = nil) throws(ProviderError) -> Refund {
        var mapped = Refund(
            id: refund.id, paymentIntentID: refund.payment, amount: try money(refund.amount, refund.currency, requestID),
            status: status(of: refund)
        )
        mapped.reason = refund.reason
        mapped.failureReason = refund.failureReason
        mapped.operationID = refund.reference
        mapped.metadata = refund.metadata
        mapped.requestID = requestID
        return mapped
    }

    /// Each status of docs/acme-pay-api.md, "Payments". The compiler sees to it that none is forgotten.
    private func status(of payment: AcmePayPayment) -> PaymentIntent.Status {
        switch AcmePayPayment.Status(rawValue: payment.status) {
        case .open: return .requiresPaymentMethod
        case .challenge: return .requiresAction
        case .pending: return .processing
        case .authorised: return .requiresCapture
        case .paid: return .succeeded
        case .voided: return .canceled
        case nil:
            // Neither paid nor given up as far as anyone knows: it stays open, and is asked for again.
            warn("Acme Pay reports a payment's status that this module does not know; it is taken for processing", payment.status)
            return .processing
        }
    }

    /// Each status of docs/acme-pay-api.md, "Refunds".
    private func status(of refund: AcmePayRefund) -> Refund.Status {
        switch AcmePayRefund.Status(rawValue: refund.status) {
        case .queued: return .pending
        case .done: return .succeeded
        case .failed: return .failed
        case nil:
            warn("Acme Pay reports a refund's status that this module does not know; it is taken for pending", refund.status)
            return .pending
        }
    }

    private func warn(_ message: String, _ status: String) {
        log.write(.warning, message, fields: ["status": redaction(status)])
    }

    /// Amounts are minor units at Acme Pay too. Where a provider counts otherwise ("10.50", or hundredths of a yen), this and the
    /// requests are the places that convert, with whole numbers only: see `Money(majorUnits:currency:)` and `Money.majorUnits`.
    private func money(_ amount: Int64, _ code: String, _ requestID: String?) throws(ProviderError) -> Money {
        guard let currency = Currency(code), (1...Money.maximumMinorUnits).contains(amount) else {
            throw .senseless("Acme Pay answered with an amount or a currency that is none", requestID)
        }
        return Money(minorUnits: amount, currency: currency)
    }
}

extension ProviderError {
    /// An answer that cannot be believed: what was asked for may have happened. The message repeats nothing of the answer.
    static func senseless(_ message: String, _ requestID: String?) -> ProviderError {
        var failure = CallFailure(message)
        failure.requestID = requestID
        return .unknown(failure)
    }
}
