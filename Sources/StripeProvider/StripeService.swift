import ProviderAPI

/// Payments over Stripe's PaymentIntents. It holds no state but its settings.
struct StripeService: PaymentService {
    let settings: StripeSettings
    let client: StripeClient
    let mapping: StripeMapping
    let log: any ProviderLog

    init(settings: StripeSettings, host: ProviderHost) {
        let redaction = Redaction(secrets: [settings.secretKey] + settings.webhookSecrets)
        let mapping = StripeMapping(log: host.log, redaction: redaction)
        self.settings = settings
        self.mapping = mapping
        log = host.log
        client = StripeClient(
            settings: settings, host: host, errors: StripeErrors(mapping: mapping, redaction: redaction), redaction: redaction)
    }

    var capabilities: ProviderCapabilities {
        var capabilities = ProviderCapabilities()
        capabilities.manualCapture = true
        capabilities.partialCapture = true
        capabilities.refunds = true
        capabilities.partialRefunds = true
        capabilities.webhooks = !settings.webhookSecrets.isEmpty
        capabilities.findsByOperation = true
        capabilities.listsEvents = true
        return capabilities
    }

    /// Stripe keeps keys for at least 24 hours; what is short of that allows for clocks and for calls under way.
    var idempotencyKeyMemory: Duration { .seconds(22 * 3600) }

    /// The name of `allow_redirects` among a request's fields.
    private static let redirectsField = "allow_redirects"

    /// Stripe refuses an idempotency key that comes with other parameters, so what the settings say is fixed with the request.
    func resolve(_ request: ProviderRequest) -> ProviderRequest {
        let fields = [Self.redirectsField: settings.allowRedirects.rawValue]
        switch request {
        case .create(var creation):
            creation.providerFields = fields
            return .create(creation)
        case .confirm(var confirmation):
            confirmation.returnURL = confirmation.returnURL ?? settings.returnURL
            confirmation.providerFields = fields
            return .confirm(confirmation)
        default:
            return request
        }
    }

    // MARK: Payment intents

    /// https://docs.stripe.com/api/payment_intents/create
    func createPaymentIntent(
        _ request: CreatePaymentIntentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        let (amount, currency) = try StripeCurrency.parameters(of: request.amount)
        var form = Form()
        form.add("amount", amount)
        form.add("currency", currency)
        form.add("automatic_payment_methods[enabled]", "true")
        form.add("automatic_payment_methods[allow_redirects]", redirects(for: request.providerFields).rawValue)
        form.add("capture_method", request.captureMethod.rawValue)
        form.add("description", request.description)
        form.add("receipt_email", request.receiptEmail)
        form.add("statement_descriptor_suffix", request.statementDescriptorSuffix)
        form.add("customer", request.customer)
        form.add(
            "metadata",
            try StripeMetadata.merging(
                request.metadata,
                [
                    StripeMetadata.orderID: String(request.orderID), StripeMetadata.userID: request.userID,
                    OperationIdentity.metadataKey: operation.id,
                ]))

        let answer: StripeAnswer<StripePaymentIntent> = try await client.post(
            "/v1/payment_intents", form, as: operation, in: call)
        let intent = try mapping.paymentIntent(answer.object, requestID: answer.requestID)
        guard intent.amount == request.amount, intent.operationID ?? operation.id == operation.id else {
            throw .senseless(
                "Stripe answered a payment of \(request.amount) with \(intent.id) of \(intent.amount), which another call made",
                requestID: answer.requestID
            )
        }
        return intent
    }

    /// https://docs.stripe.com/api/payment_intents/retrieve
    func retrievePaymentIntent(_ id: String, in call: CallContext) async throws(ProviderError) -> PaymentIntent {
        var query = Form()
        query.add("expand", ["latest_charge"])
        return try paymentIntent(id, in: try await client.get(try path(of: id), query, in: call))
    }

    /// https://docs.stripe.com/api/payment_intents/confirm
    func confirmPayment(
        _ request: ConfirmPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        // One that was not resolved is of an earlier version of the gateway.
        let returnURL = request.returnURL ?? (request.providerFields == nil ? settings.returnURL : nil)
        if returnURL == nil, redirects(for: request.providerFields) == .always {
            var rejection = Rejection(
                .invalidRequest,
                message: "return_url is missing: a payment method may send the payer elsewhere. "
                    + "Give it with the confirmation or in the provider's settings, or set allow_redirects to never"
            )
            rejection.field = "return_url"
            throw .rejected(rejection)
        }
        var form = Form()
        form.add("payment_method", request.paymentMethod)
        form.add("return_url", returnURL)
        return try await act("confirm", on: request.paymentIntentID, form, as: operation, in: call)
    }

    /// https://docs.stripe.com/api/payment_intents/capture
    func capturePayment(
        _ request: CapturePaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        let (amount, _) = try StripeCurrency.parameters(of: request.amount)
        var form = Form()
        form.add("amount_to_capture", amount)
        form.add("expand", ["latest_charge"])
        let answer: StripeAnswer<StripePaymentIntent> = try await client.post(
            try path(of: request.paymentIntentID, "capture"), form, as: operation, in: call)
        var intent = try paymentIntent(request.paymentIntentID, in: answer)
        guard intent.status == .succeeded else { return intent }
        if answer.object.reportedCaptured == nil {
            intent.amountCaptured = request.amount.minorUnits
        }
        guard Money(minorUnits: intent.amountCaptured, currency: intent.amount.currency) == request.amount else {
            throw .senseless(
                "Stripe answered a capture of \(request.amount) with one of \(intent.amountCaptured) minor units",
                requestID: answer.requestID
            )
        }
        return intent
    }

    /// https://docs.stripe.com/api/payment_intents/cancel
    func cancelPayment(
        _ request: CancelPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        var form = Form()
        form.add("cancellation_reason", request.reason)
        return try await act("cancel", on: request.paymentIntentID, form, as: operation, in: call)
    }

    /// Finds the intent among the newest 300, else by Stripe's search.
    ///
    /// The list is consistent and covers what a look-up mostly asks for, an operation of a moment ago. The search reaches all
    /// that ever were, but new intents only after a minute, at times an hour, and not for every account
    /// (https://docs.stripe.com/search): that it fails proves as little as that it finds nothing.
    func findPaymentIntent(
        createdBy operationID: String, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent? {
        func isWanted(_ intent: StripePaymentIntent) -> Bool {
            intent.metadata?[OperationIdentity.metadataKey] == operationID
        }
        var query = Form()
        query.add("expand", ["data.latest_charge"])
        let recent: [StripeAnswer<StripePaymentIntent>] = try await client.list(
            "/v1/payment_intents", query, pages: 3, in: call, until: isWanted)
        if let found = recent.first(where: { isWanted($0.object) }) {
            return try mapping.paymentIntent(found.object, requestID: found.requestID)
        }

        let literal = operationID.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
        var search = Form()
        search.add("query", "metadata['\(OperationIdentity.metadataKey)']:'\(literal)'")
        let hits: StripeList<StripePaymentIntent>
        do throws(ProviderError) {
            hits = try await client.get("/v1/payment_intents/search", search, in: call).object
        } catch {
            log.write(.info, "Stripe's search could not be used for a look-up", fields: ["request_id": call.requestID])
            return nil
        }
        // A hit shows the intent as it was when it was indexed.
        guard let hit = hits.data.first(where: isWanted) else { return nil }
        return try await retrievePaymentIntent(hit.id, in: call)
    }

    // MARK: Refunds

    /// https://docs.stripe.com/api/refunds/create
    func createRefund(
        _ request: CreateRefundRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> Refund {
        let (amount, _) = try StripeCurrency.parameters(of: request.amount)
        var form = Form()
        form.add("payment_intent", request.paymentIntentID)
        form.add("amount", amount)
        form.add("reason", request.reason)
        form.add("metadata", try StripeMetadata.merging(request.metadata, [OperationIdentity.metadataKey: operation.id]))

        let answer: StripeAnswer<StripeRefund> = try await client.post("/v1/refunds", form, as: operation, in: call)
        let refund = try mapping.refund(answer.object, requestID: answer.requestID)
        guard refund.amount == request.amount, refund.paymentIntentID == request.paymentIntentID,
            refund.operationID ?? operation.id == operation.id
        else {
            throw .senseless(
                "Stripe answered a refund of \(request.amount) with \(refund.id) of \(refund.amount), which another call made",
                requestID: answer.requestID
            )
        }
        return refund
    }

    /// https://docs.stripe.com/api/refunds/retrieve
    func retrieveRefund(_ id: String, in call: CallContext) async throws(ProviderError) -> Refund {
        let answer: StripeAnswer<StripeRefund> = try await client.get(
            "/v1/refunds/\(try PercentEncoding.pathSegment(id))", in: call)
        try require(answer.object.id, is: id, answer.requestID)
        return try mapping.refund(answer.object, requestID: answer.requestID)
    }

    /// https://docs.stripe.com/api/refunds/list
    func listRefunds(ofPaymentIntent id: String, in call: CallContext) async throws(ProviderError) -> [Refund] {
        var query = Form()
        query.add("payment_intent", id)
        let answers: [StripeAnswer<StripeRefund>] = try await client.list("/v1/refunds", query, in: call)
        var refunds: [Refund] = []
        for answer in answers {
            refunds.append(try mapping.refund(answer.object, requestID: answer.requestID))
            try require(refunds.last?.paymentIntentID, is: id, answer.requestID)
        }
        return refunds
    }

    // MARK: Disputes

    /// https://docs.stripe.com/api/disputes/list
    func listDisputes(ofPaymentIntent id: String, in call: CallContext) async throws(ProviderError) -> [Dispute] {
        var query = Form()
        query.add("payment_intent", id)
        let answers: [StripeAnswer<StripeDispute>] = try await client.list("/v1/disputes", query, in: call)
        var disputes: [Dispute] = []
        for answer in answers {
            try require(answer.object.paymentIntent?.id, is: id, answer.requestID)
            disputes.append(try mapping.dispute(answer.object))
        }
        return disputes
    }
}

extension StripeService {
    private func redirects(for fields: [String: String]?) -> StripeSettings.AllowRedirects {
        fields?[Self.redirectsField].flatMap(StripeSettings.AllowRedirects.init) ?? settings.allowRedirects
    }

    /// A mutating call on an intent, which answers with the intent.
    private func act(
        _ action: String, on id: String, _ form: Form, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        var form = form
        form.add("expand", ["latest_charge"])
        return try paymentIntent(id, in: try await client.post(try path(of: id, action), form, as: operation, in: call))
    }

    private func path(of id: String, _ action: String? = nil) throws(ProviderError) -> String {
        "/v1/payment_intents/\(try PercentEncoding.pathSegment(id))\(action.map { "/\($0)" } ?? "")"
    }

    private func paymentIntent(
        _ id: String, in answer: StripeAnswer<StripePaymentIntent>
    ) throws(ProviderError) -> PaymentIntent {
        try require(answer.object.id, is: id, answer.requestID)
        return try mapping.paymentIntent(answer.object, requestID: answer.requestID)
    }

    /// An answer about something else is no answer.
    private func require(_ answered: String?, is asked: String, _ requestID: String?) throws(ProviderError) {
        guard answered == asked else {
            throw .senseless("Stripe answered with an object that was not asked for", requestID: requestID)
        }
    }
}
