import ProviderAPI

extension RecordedCall {
    /// Makes the call.
    ///
    /// - Parameter webhook: what a webhook's call delivers.
    func perform(
        with service: any PaymentService, as operation: OperationIdentity, webhook: WebhookRequest?, in call: CallContext
    ) async -> CallResult {
        do throws(ProviderError) {
            return try await answer(of: service, as: operation, webhook: webhook, in: call)
        } catch {
            return .failure(error)
        }
    }

    private func answer(
        of service: any PaymentService, as operation: OperationIdentity, webhook: WebhookRequest?, in call: CallContext
    ) async throws(ProviderError) -> CallResult {
        switch self {
        case .create, .confirm, .capture, .cancel:
            return .paymentIntent(try await changedIntent(by: service, as: operation, in: call))
        case .retrieve(let id):
            return .paymentIntent(try await service.retrievePaymentIntent(id, in: call))
        case .refund(let paymentIntent, let amount, let reason, let metadata):
            var request = CreateRefundRequest(paymentIntentID: paymentIntent, amount: amount.money)
            request.reason = reason
            request.metadata = metadata ?? [:]
            return .refund(try await service.createRefund(request, as: operation, in: call))
        case .retrieveRefund(let id):
            return .refund(try await service.retrieveRefund(id, in: call))
        case .listRefunds(let paymentIntent):
            return .refunds(try await service.listRefunds(ofPaymentIntent: paymentIntent, in: call))
        case .listDisputes(let paymentIntent):
            return .disputes(try await service.listDisputes(ofPaymentIntent: paymentIntent, in: call))
        case .findIntent(let operation):
            return try await service.findPaymentIntent(createdBy: operation, in: call).map(CallResult.paymentIntent) ?? .nothing
        case .findRefund(let operation, let paymentIntent):
            let refund = try await service.findRefund(createdBy: operation, ofPaymentIntent: paymentIntent, in: call)
            return refund.map(CallResult.refund) ?? .nothing
        case .listEvents(let since):
            return .events(try await service.listEvents(since: Timestamp(unixSeconds: since), in: call))
        case .webhook:
            guard let webhook else { throw .unsupported("a webhook that nobody delivers") }
            try await service.verifyWebhookSignature(webhook)
            return .event(try await service.parseWebhookEvent(webhook, in: call))
        }
    }

    private func changedIntent(
        by service: any PaymentService, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        switch self {
        case .create(
            let amount, let captureMethod, let description, let receiptEmail, let suffix, let customer, let metadata,
            let returnURL):
            var request = CreatePaymentIntentRequest(amount: amount.money, orderID: 7, userID: "42")
            request.captureMethod = captureMethod ?? .automatic
            request.description = description
            request.receiptEmail = receiptEmail
            request.statementDescriptorSuffix = suffix
            request.customer = customer
            request.metadata = metadata ?? [:]
            request.returnURL = returnURL
            return try await service.createPaymentIntent(request, as: operation, in: call)
        case .confirm(let id, let paymentMethod, let returnURL):
            var request = ConfirmPaymentRequest(paymentIntentID: id)
            request.paymentMethod = paymentMethod
            request.returnURL = returnURL
            return try await service.confirmPayment(request, as: operation, in: call)
        case .capture(let id, let amount):
            return try await service.capturePayment(
                CapturePaymentRequest(paymentIntentID: id, amount: amount.money), as: operation, in: call)
        case .cancel(let id, let reason):
            var request = CancelPaymentRequest(paymentIntentID: id)
            request.reason = reason
            return try await service.cancelPayment(request, as: operation, in: call)
        default:
            throw .unsupported("a call that changes no payment intent")
        }
    }
}
