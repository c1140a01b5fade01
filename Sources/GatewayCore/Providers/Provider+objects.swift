import ProviderAPI

/// What the gateway fetches, where some providers have a way of their own to say that there is nothing.
extension Provider {
    /// Fetches a payment intent. An intent that is gone is shown as expired.
    func retrieve(
        _ intentID: String, of amount: Money?, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        do throws(ProviderError) {
            return try await service.retrievePaymentIntent(intentID, in: call)
        } catch {
            guard case .rejected(let rejection) = error, rejection.reason == .gone, let amount else { throw error }
            return rejection.paymentIntent ?? PaymentIntent(id: intentID, status: .expired, amount: amount)
        }
    }

    /// Fetches the list of all refunds of an intent; nil where the provider has none.
    func listRefunds(ofPaymentIntent id: String, in call: CallContext) async throws(ProviderError) -> [Refund]? {
        try await ifSupported { () async throws(ProviderError) in try await service.listRefunds(ofPaymentIntent: id, in: call) }
    }

    /// Fetches one refund; nil where the provider shows none.
    func retrieveRefund(_ id: String, in call: CallContext) async throws(ProviderError) -> Refund? {
        try await ifSupported { () async throws(ProviderError) in try await service.retrieveRefund(id, in: call) }
    }

    /// Fetches the list of all disputes of an intent; nil where the provider has none.
    func listDisputes(ofPaymentIntent id: String, in call: CallContext) async throws(ProviderError) -> [Dispute]? {
        try await ifSupported { () async throws(ProviderError) in try await service.listDisputes(ofPaymentIntent: id, in: call) }
    }

    private func ifSupported<Value>(
        _ question: () async throws(ProviderError) -> Value
    ) async throws(ProviderError) -> Value? {
        do throws(ProviderError) {
            return try await question()
        } catch {
            guard case .rejected(let rejection) = error, rejection.reason == .unsupported else { throw error }
            return nil
        }
    }
}
