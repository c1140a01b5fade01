import ProviderAPI

extension Operation {
    /// What the provider shows of the operation's effect; nil where that settles nothing, which proves nothing.
    func lookUp(
        installation: String, at provider: Provider, within deadline: Duration = OperationRunner.deadline
    ) async throws(ProviderError) -> OperationRunner.Answer? {
        let call = CallContext(deadline: .now + deadline, requestID: requestID)
        let identity = identity(installation: installation)
        switch request {
        case .create:
            return try await provider.service.findPaymentIntent(createdBy: identity.id, in: call).map { .intent($0) }
        case .confirm(let request):
            let intent = try await provider.service.retrievePaymentIntent(request.paymentIntentID, in: call)
            switch intent.status {
            case .requiresPaymentMethod, .requiresConfirmation: return nil
            default: return .intent(intent)
            }
        case .capture(let request):
            let intent = try await provider.service.retrievePaymentIntent(request.paymentIntentID, in: call)
            return intent.status == .succeeded || intent.status == .canceled ? .intent(intent) : nil
        case .cancel(let request):
            let intent = try await provider.service.retrievePaymentIntent(request.paymentIntentID, in: call)
            return intent.status == .canceled || intent.status == .succeeded ? .intent(intent) : nil
        case .refund(let request):
            return try await provider.service.findRefund(
                createdBy: identity.id, ofPaymentIntent: request.paymentIntentID, in: call
            ).map { .refund($0) }
        }
    }
}
