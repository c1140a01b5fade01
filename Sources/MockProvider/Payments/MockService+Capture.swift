package import ProviderAPI

extension MockService {
    /// Captures an authorised payment, or part of it; the rest is given up.
    package func capturePayment(
        _ request: CapturePaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        let subject = CallSubject(.capture, amount: request.amount)
        return try await perform(request, about: subject, ofIntent: request.paymentIntentID, as: operation, in: call) {
            books, now, scenario throws(ProviderError) in
            var intent = try books.intent(request.paymentIntentID)
            guard intent.status == .requiresCapture, let token = intent.paymentMethod else {
                throw .unexpectedState(intent, "captured")
            }
            let amount = try request.amount.positiveMinorUnits(in: intent.currency)
            guard amount <= intent.amount else {
                throw .invalid(
                    "amount", code: "amount_too_large",
                    "The payment cannot be captured because the requested capture amount is greater than the authorized amount."
                )
            }
            let card = try TestCard(token: token)
            intent.take(amount, disputedAfter: scenario?.disputedAfter ?? card.disputedAfter, at: now)
            // As at Stripe, giving up the rest of an authorisation looks like a refund of the charge, without a refund object.
            let events: [EventType] = amount < intent.amount ? [.paymentSucceeded, .chargeRefunded] : [.paymentSucceeded]
            return Change(.capture, amount: amount, of: intent, events: events)
        } answer: {
            $0.intent.answer
        }
    }
}

extension Money {
    /// The minor units of an amount that must be positive and in this currency.
    func positiveMinorUnits(in expected: Currency) throws(ProviderError) -> Int64 {
        guard currency == expected else {
            throw .invalid("currency", code: "currency_mismatch", "The payment is in \(expected.code), not in \(currency.code).")
        }
        guard minorUnits > 0 else {
            throw .invalid(
                "amount", code: "parameter_invalid_integer", "Invalid positive integer: the amount must be at least 1.")
        }
        return minorUnits
    }
}
