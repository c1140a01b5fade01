package import ProviderAPI

extension MockService {
    private static let cancellationReasons = ["duplicate", "fraudulent", "requested_by_customer", "abandoned"]

    /// Gives up an intent that is not paid; what was authorised is released.
    package func cancelPayment(
        _ request: CancelPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        try await perform(
            request, about: CallSubject(.cancel), ofIntent: request.paymentIntentID, as: operation, in: call
        ) { books, _, _ throws(ProviderError) in
            let intent = try books.intent(request.paymentIntentID)
            try Self.check(reason: request.reason, among: Self.cancellationReasons)
            return try intent.canceled(because: request.reason)
        } answer: {
            $0.intent.answer
        }
    }

    /// Checks a reason, where there is one.
    static func check(reason: String?, among known: [String]) throws(ProviderError) {
        guard let reason, !known.contains(reason) else { return }
        throw .invalid(
            "reason", code: "parameter_invalid_enum", "Invalid reason: must be one of \(known.joined(separator: ", ")).")
    }
}
