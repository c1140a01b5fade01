import ProviderAPI

/// Payments at Acme Pay. It holds no state but its settings: calls arrive at once, and a process can die between any two of them.
struct AcmePayService: PaymentService {
    let settings: AcmePaySettings
    let client: AcmePayClient
    let mapping: AcmePayMapping

    init(settings: AcmePaySettings, host: ProviderHost) {
        let redaction = Redaction(secrets: [settings.apiKey] + settings.webhookSecrets)
        self.settings = settings
        client = AcmePayClient(settings: settings, host: host, redaction: redaction)
        mapping = AcmePayMapping(log: host.log, redaction: redaction)
    }

    var capabilities: ProviderCapabilities {
        var capabilities = ProviderCapabilities()
        capabilities.manualCapture = true
        capabilities.partialCapture = true
        capabilities.refunds = true
        capabilities.partialRefunds = true
        capabilities.webhooks = !settings.webhookSecrets.isEmpty
        capabilities.findsByOperation = true
        return capabilities
    }

    /// Acme Pay remembers keys for 24 hours; the hour less allows for clocks and for calls under way.
    var idempotencyKeyMemory: Duration { .seconds(23 * 3600) }

    /// `POST /v1/payments`
    func createPaymentIntent(
        _ request: CreatePaymentIntentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        // What a provider cannot do is refused, and not silently left out.
        guard request.customer == nil else {
            var rejection = Rejection(.invalidRequest, message: "Acme Pay keeps no customers")
            rejection.field = "customer"
            throw .rejected(rejection)
        }
        let own = ["order_id": "\(request.orderID)", "user_id": request.userID]
        let body = AcmePayNewPayment(
            amount: request.amount.minorUnits, currency: request.amount.currency.code, capture: request.captureMethod.rawValue,
            // By the operation's id a payment is found whose answer was lost.
            reference: operation.id,
            description: request.description, receiptEmail: request.receiptEmail,
            metadata: request.metadata.merging(own) { _, own in own }
        )
        let answer: AcmePayAnswer<AcmePayPayment> = try await client.post("/v1/payments", body, as: operation, in: call)
        let intent = try mapping.paymentIntent(answer.object, requestID: answer.requestID)
        // An answer about something else is no answer.
        guard intent.amount == request.amount, intent.operationID == operation.id else {
            throw .senseless("Acme Pay answered with a payment that was not asked for", answer.requestID)
        }
        return intent
    }

    /// `GET /v1/payments/{id}`
    func retrievePaymentIntent(_ id: String, in call: CallContext) async throws(ProviderError) -> PaymentIntent {
        try paymentIntent(id, in: try await client.get("/v1/payments/\(id.percentEncoded)", in: call))
    }

    /// `POST /v1/payments/{id}/confirm`
    func confirmPayment(
        _ request: ConfirmPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        let body = AcmePayConfirmation(token: request.paymentMethod, returnUrl: request.returnURL)
        return try await act("confirm", on: request.paymentIntentID, body, as: operation, in: call)
    }

    /// `POST /v1/payments/{id}/capture`
    func capturePayment(
        _ request: CapturePaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        let body = AcmePayCapture(amount: request.amount.minorUnits)
        let intent = try await act("capture", on: request.paymentIntentID, body, as: operation, in: call)
        let captured = Money(minorUnits: intent.amountCaptured, currency: intent.amount.currency)
        guard intent.status != .succeeded || captured == request.amount else {
            throw .senseless("Acme Pay answered with a capture of another amount", intent.requestID)
        }
        return intent
    }

    /// `POST /v1/payments/{id}/cancel`
    func cancelPayment(
        _ request: CancelPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        let body = AcmePayCancellation(reason: request.reason)
        return try await act("cancel", on: request.paymentIntentID, body, as: operation, in: call)
    }

    /// `GET /v1/payments?reference=`. The gateway asks so for a payment whose answer was lost; nil proves nothing.
    func findPaymentIntent(
        createdBy operationID: String, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent? {
        let answer: AcmePayAnswer<AcmePayPayments> = try await client.get(
            "/v1/payments?reference=\(operationID.percentEncoded)", in: call)
        guard let payment = answer.object.payments.first(where: { $0.reference == operationID }) else { return nil }
        return try mapping.paymentIntent(payment, requestID: answer.requestID)
    }

    /// A mutating call on a payment, which answers with the payment.
    private func act(
        _ action: String, on id: String, _ body: some Encodable, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        let path = "/v1/payments/\(id.percentEncoded)/\(action)"
        return try paymentIntent(id, in: try await client.post(path, body, as: operation, in: call))
    }

    private func paymentIntent(_ id: String, in answer: AcmePayAnswer<AcmePayPayment>) throws(ProviderError) -> PaymentIntent {
        guard answer.object.id == id else {
            throw .senseless("Acme Pay answered with a payment that was not asked for", answer.requestID)
        }
        return try mapping.paymentIntent(answer.object, requestID: answer.requestID)
    }
}
