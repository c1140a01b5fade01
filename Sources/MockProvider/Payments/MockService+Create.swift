package import ProviderAPI

extension MockService {
    /// Creates an intent that waits for a payment method.
    package func createPaymentIntent(
        _ request: CreatePaymentIntentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        let subject = CallSubject(.create, amount: request.amount, metadata: request.metadata(as: operation))
        return try await perform(request, about: subject, ofIntent: nil, as: operation, in: call) {
            books, now, _ throws(ProviderError) in
            guard request.amount.minorUnits > 0 else {
                throw .invalid(
                    "amount", code: "parameter_invalid_integer", "Invalid positive integer: the amount must be at least 1.")
            }
            guard request.amount.minorUnits <= Money.maximumMinorUnits else {
                throw .invalid(
                    "amount", code: "amount_too_large", "Amount must be no more than \(Money.maximumMinorUnits) minor units.")
            }
            let intent = IntentRecord(
                number: books.lastIntent + 1, ids: books.ids, request: request, operation: operation, at: now)
            return Change(.create, amount: intent.amount, of: intent)
        } answer: {
            $0.intent.answer
        }
    }
}
