import ProviderAPI
import ProviderTestKit

extension FixtureCall {
    /// When webhooks arrive.
    private static let now = Timestamp(unixSeconds: 1_767_834_000)

    /// Makes the call, and tells its outcome as fixtures state it.
    func outcome(with service: any PaymentService) async throws -> JSONValue {
        do {
            return try await success(with: service)
        } catch let error as ProviderError {
            return .outcome(of: error)
        }
    }

    private func success(with service: any PaymentService) async throws -> JSONValue {
        let operation = OperationIdentity.testing("op_1")
        let call = CallContext.testing()
        switch self {
        case .create, .retrieve, .confirm, .capture, .cancel:
            return .object(["payment_intent": .outcome(of: try await paymentIntent(from: service, as: operation, in: call))])
        case .refund(let paymentIntent, let amount, let reason, let metadata):
            var request = CreateRefundRequest(paymentIntentID: paymentIntent, amount: amount.money)
            request.reason = reason
            request.metadata = metadata ?? [:]
            return .object(["refund": .outcome(of: try await service.createRefund(request, as: operation, in: call))])
        case .retrieveRefund(let id):
            return .object(["refund": .outcome(of: try await service.retrieveRefund(id, in: call))])
        case .listRefunds(let paymentIntent):
            let refunds = try await service.listRefunds(ofPaymentIntent: paymentIntent, in: call)
            return .object(["refunds": .array(refunds.map { .outcome(of: $0) })])
        case .findIntent(let operation):
            let intent = try await service.findPaymentIntent(createdBy: operation, in: call)
            return intent.map { .object(["payment_intent": .outcome(of: $0)]) } ?? .string("nothing")
        case .findRefund(let operation, let paymentIntent):
            let refund = try await service.findRefund(createdBy: operation, ofPaymentIntent: paymentIntent, in: call)
            return refund.map { .object(["refund": .outcome(of: $0)]) } ?? .string("nothing")
        case .listEvents(let since):
            let events = try await service.listEvents(since: Timestamp(unixSeconds: since), in: call)
            return .object(["events": .array(events.map { .outcome(of: $0) })])
        case .webhook(let body):
            let webhook = try Self.signed(try body.body())
            try await service.verifyWebhookSignature(webhook)
            return .object(["event": .outcome(of: try await service.parseWebhookEvent(webhook, in: call))])
        }
    }

    /// Throws for a call that has another answer.
    private func paymentIntent(
        from service: any PaymentService, as operation: OperationIdentity, in call: CallContext
    ) async throws -> PaymentIntent {
        switch self {
        case .create(
            let amount, let captureMethod, let description, let receiptEmail, let suffix, let customer, let metadata):
            var request = CreatePaymentIntentRequest(amount: amount.money, orderID: 7, userID: "42")
            request.captureMethod = captureMethod ?? .automatic
            request.description = description
            request.receiptEmail = receiptEmail
            request.statementDescriptorSuffix = suffix
            request.customer = customer
            request.metadata = metadata ?? [:]
            return try await service.createPaymentIntent(request, as: operation, in: call)
        case .retrieve(let id):
            return try await service.retrievePaymentIntent(id, in: call)
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
            throw ProviderError.unsupported("a call that answers with no payment intent")
        }
    }

    private static func signed(_ body: [UInt8]) throws -> WebhookRequest {
        let signature = TimestampedSignature.header(body: body, secret: ScriptedStripe.webhookSecret, at: now)
        return WebhookRequest(
            headers: [HTTPField("Stripe-Signature", signature)], query: "", body: body, receivedAt: now)
    }
}
