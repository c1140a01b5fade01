import ProviderAPI

/// Payments through Paynow: the payer is sent to Paynow's page, and comes back paid or not.
///
/// | the gateway's word | Paynow's |
/// | --- | --- |
/// | create | initiate a transaction; its answer holds the page for the payer |
/// | retrieve, confirm | poll: there is nothing to confirm, the payer decides at Paynow |
/// | find by operation | trace, by a trace made of the operation's id |
/// | cancel, capture, refund | none: the payer cancels, money is taken at once, refunds are made by Paynow's staff |
/// | webhook | status update to the result URL |
///
/// It holds no state: an intent's id is what its poll address is made of.
struct PaynowService: PaymentService {
    let settings: PaynowSettings
    let host: ProviderHost
    private let client: PaynowClient
    private let redaction: Redaction

    init(settings: PaynowSettings, host: ProviderHost) {
        self.settings = settings
        self.host = host
        redaction = Redaction(keys: settings.integrationKeys)
        client = PaynowClient(settings: settings, http: host.http, redaction: redaction)
    }

    /// It posts webhooks and finds transactions by operation. Refunds are false: they can be told of, but not asked for.
    var capabilities: ProviderCapabilities {
        var capabilities = ProviderCapabilities()
        capabilities.webhooks = true
        capabilities.findsByOperation = true
        return capabilities
    }

    /// Zero: a creation is never repeated, only looked up. That a merchant trace must be unique is no promise that a repeat
    /// brings the first answer back.
    var idempotencyKeyMemory: Duration { .zero }

    // MARK: The payment

    /// Initiates a transaction. The answer names the page that the payer has to be sent to.
    func createPaymentIntent(
        _ request: CreatePaymentIntentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        try refuseWhatPaynowCannot(request)
        let answer = try await client.initiate(message(for: request, as: operation), in: call)
        guard answer["status"]?.lowercased() == "ok", let address = answer["pollurl"].flatMap(PollAddress.init(_:)),
            let page = answer["browserurl"], page.hasPrefix("https://") || page.hasPrefix("http://")
        else {
            throw .unknown(CallFailure("Paynow's answer to the creation lacks a field or has one that cannot be read"))
        }
        // The answer repeats no amount: what was asked for stands until the first poll.
        var intent = PaymentIntent(id: address.guid, status: .requiresAction, amount: request.amount)
        intent.nextAction = NextAction(type: "redirect_to_url", redirectURL: page)
        intent.chargeID = answer["paynowreference"]
        intent.operationID = operation.id
        return intent
    }

    /// Where the payer returns is stored with the request, so that a repeat is the same whatever the settings say by then.
    func resolve(_ request: ProviderRequest) -> ProviderRequest {
        guard case .create(var creation) = request else { return request }
        creation.returnURL = creation.returnURL ?? settings.returnURL
        creation.providerFields = settings.authEmail.map { [Self.authEmailField: $0] } ?? [:]
        return .create(creation)
    }

    private static let authEmailField = "authemail"

    /// Polls.
    func retrievePaymentIntent(_ id: String, in call: CallContext) async throws(ProviderError) -> PaymentIntent {
        try await transaction(id, in: call).intent
    }

    /// Polls: a payer confirms at Paynow, so all that there is to tell is how far that is.
    func confirmPayment(
        _ request: ConfirmPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        if request.paymentMethod != nil {
            throw Self.refusal("payment_method", "the payer chooses how to pay on Paynow's page; leave it out")
        }
        if let url = request.returnURL, url != settings.returnURL {
            throw Self.refusal("return_url", "Paynow was told where the payer returns when the payment was created; leave it out")
        }
        return try await transaction(request.paymentIntentID, in: call).intent
    }

    /// Rejects, without a question to Paynow: only the payer can cancel, on Paynow's page.
    func cancelPayment(
        _ request: CancelPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        throw .unsupported("cancelling a payment; the payer can, on its page")
    }

    /// Rejects, without a question to Paynow.
    func createRefund(
        _ request: CreateRefundRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> Refund {
        throw .unsupported("refunds by request; ask Paynow's support")
    }

    // MARK: Looking up

    /// Traces the transaction. What it finds lacks the payer's page: only the lost answer named that.
    func findPaymentIntent(
        createdBy operationID: String, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent? {
        guard let found = try await client.trace(Self.trace(of: operationID), in: call) else { return nil }
        warnOfUnknownStatus(found)
        return found.intent
    }

    /// Polls: a transaction that was refunded has one refund, of the whole.
    func listRefunds(ofPaymentIntent id: String, in call: CallContext) async throws(ProviderError) -> [Refund] {
        try await transaction(id, in: call).refund.map { [$0] } ?? []
    }

    // MARK: Webhooks

    /// Checks the hash. There is no time in a status update, so an old one cannot be told from a fresh one: see
    /// ``parseWebhookEvent``.
    func verifyWebhookSignature(_ webhook: WebhookRequest) async throws(ProviderError) {
        guard let message = PaynowMessage(webhook.body), message.isAuthentic(under: settings.integrationKeys) else {
            throw .rejected(Rejection(.invalidSignature, message: "the hash does not match the message and an integration key"))
        }
    }

    /// Reads a status update. It only says of what to ask: see ``PaynowMessage`` on what its hash is worth.
    func parseWebhookEvent(_ webhook: WebhookRequest, in call: CallContext) async throws(ProviderError) -> WebhookEvent {
        guard let message = PaynowMessage(webhook.body), let shown = PaynowTransaction(message, in: settings.currency) else {
            throw .rejected(Rejection(.invalidRequest, message: "the status update lacks a field or has one that cannot be read"))
        }
        return shown.event(receivedAt: webhook.receivedAt)
    }

    // MARK: Parts

    private func transaction(_ id: String, in call: CallContext) async throws(ProviderError) -> PaynowTransaction {
        guard let address = PollAddress(guid: id) else {
            throw .rejected(Rejection(.notFound, message: "Paynow has no transaction with this id"))
        }
        let transaction = try await client.poll(address, in: call)
        warnOfUnknownStatus(transaction)
        return transaction
    }

    private func warnOfUnknownStatus(_ transaction: PaynowTransaction) {
        guard transaction.status == nil else { return }
        host.log.write(
            .warning, "Paynow told a status that this module does not know; the payment counts as processing.",
            fields: ["status": redaction(transaction.statusName), "intent": transaction.address.guid])
    }

    /// In the order of the documentation's table: the hash is over the values in the order in which they are sent.
    private func message(for request: CreatePaymentIntentRequest, as operation: OperationIdentity) -> PaynowMessage {
        var message = PaynowMessage()
        message.add("id", String(settings.integrationID))
        message.add("reference", operation.id)
        message.add("amount", request.amount.majorUnits)
        message.add("additionalinfo", request.description ?? "Order \(request.orderID)")
        message.add("returnurl", request.returnURL ?? settings.returnURL)
        message.add("resulturl", host.webhookURL)
        message.add("authemail", authEmail(of: request) ?? request.receiptEmail)
        message.add("merchanttrace", Self.trace(of: operation.id))
        message.add("status", "Message")
        return message
    }

    /// The merchant's own address as it was when the request was stored. A request that was stored without fields has today's.
    private func authEmail(of request: CreatePaymentIntentRequest) -> String? {
        guard let fields = request.providerFields else { return settings.authEmail }
        return fields[Self.authEmailField]
    }

    /// Unique for the merchant and at most 32 characters, which an operation's id exceeds: so the start of its digest.
    static func trace(of operationID: String) -> String {
        String(SHA256Digest.hex(Array(operationID.utf8)).prefix(32))
    }

    private func refuseWhatPaynowCannot(_ request: CreatePaymentIntentRequest) throws(ProviderError) {
        guard request.amount.currency == settings.currency else {
            throw Self.refusal(
                "currency", "this integration of Paynow takes \(settings.currency.code), not \(request.amount.currency.code)")
        }
        guard request.captureMethod == .automatic else { throw .unsupported("capturing later") }
        if request.customer != nil { throw Self.refusal("customer", "Paynow keeps no customers; leave it out") }
        if request.statementDescriptorSuffix != nil {
            throw Self.refusal("statement_descriptor_suffix", "Paynow writes the statements itself; leave it out")
        }
    }

    private static func refusal(_ field: String, _ message: String) -> ProviderError {
        var rejection = Rejection(.invalidRequest, message: message)
        rejection.field = field
        return .rejected(rejection)
    }
}
