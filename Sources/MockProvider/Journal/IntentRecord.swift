import ProviderAPI

/// A payment intent as the journal keeps it.
struct IntentRecord: Sendable, Decodable {
    /// Counts the journal's intents, from 1.
    let number: Int
    let id: String
    let clientSecret: String
    let amount: Int64
    let currency: Currency
    let captureMethod: CaptureMethod
    /// Seconds since 1970.
    let created: Int64
    /// The order, its owner and the gateway's operation are in it, as at a real provider.
    let metadata: [String: String]
    let description: String?
    let receiptEmail: String?
    let statementDescriptorSuffix: String?
    let customer: String?

    var status: PaymentIntent.Status = .requiresPaymentMethod
    /// The token that pays or paid; nil again after a decline.
    var paymentMethod: String?
    /// How often a card was asked.
    var attempts = 0
    var charge: String?
    var amountCaptured: Int64 = 0
    /// What refunds that have not failed give back.
    var amountRefunded: Int64 = 0
    var lastError: FailureRecord?
    /// What the payer is asked while the status is `requires_action`.
    var challenge: ChallengeRecord?
    var cancellationReason: String?
    var dispute: DisputeRecord?
    /// What will happen to it by itself.
    var next: NextStep?
    /// How many events there have been, for the next one's id.
    var eventCount = 0

    private enum CodingKeys: String, CodingKey {
        case number, id, amount, currency, created, metadata, description, customer, status, attempts, charge, challenge, dispute,
            next
        case clientSecret = "client_secret"
        case captureMethod = "capture_method"
        case receiptEmail = "receipt_email"
        case statementDescriptorSuffix = "statement_descriptor_suffix"
        case paymentMethod = "payment_method"
        case amountCaptured = "amount_captured"
        case amountRefunded = "amount_refunded"
        case lastError = "last_error"
        case cancellationReason = "cancellation_reason"
        case eventCount = "event_count"
    }

    /// An intent that was just asked for.
    init(number: Int, ids: ObjectIDs, request: CreatePaymentIntentRequest, operation: OperationIdentity, at time: Timestamp) {
        self.number = number
        id = ids.id(.paymentIntent, number)
        clientSecret = ids.clientSecret(of: id)
        amount = request.amount.minorUnits
        currency = request.amount.currency
        captureMethod = request.captureMethod
        created = time.unixSeconds
        metadata = request.metadata(as: operation)
        description = request.description
        receiptEmail = request.receiptEmail
        statementDescriptorSuffix = request.statementDescriptorSuffix
        customer = request.customer
    }

    /// Writes the members that ``CodingKeys`` names.
    func write(to writer: inout JSONWriter) {
        writer.member("number", number)
        writer.member("id", id)
        writer.member("status", status.rawValue)
        writer.member("amount", amount)
        writer.member("currency", currency.code)
        writer.member("amount_captured", amountCaptured)
        writer.member("amount_refunded", amountRefunded)
        writer.member("capture_method", captureMethod.rawValue)
        writer.member("client_secret", clientSecret)
        writer.member("created", created)
        writer.member("metadata", metadata)
        writer.member("description", description)
        writer.member("receipt_email", receiptEmail)
        writer.member("statement_descriptor_suffix", statementDescriptorSuffix)
        writer.member("customer", customer)
        writer.member("payment_method", paymentMethod)
        writer.member("attempts", attempts)
        writer.member("charge", charge)
        if let lastError { writer.member("last_error", object: lastError.write) }
        if let challenge { writer.member("challenge", object: challenge.write) }
        writer.member("cancellation_reason", cancellationReason)
        if let dispute { writer.member("dispute", object: dispute.write) }
        if let next { writer.member("next", object: next.write) }
        writer.member("event_count", eventCount)
    }
}

extension IntentRecord {
    /// The test that it belongs to: the value of the metadata key ``TestScope/metadataKey``; nil where it belongs to none.
    var testID: String? { metadata[TestScope.metadataKey] }

    /// The intent as the mock answers with it.
    var answer: PaymentIntent {
        var intent = PaymentIntent(id: id, status: status, amount: Money(minorUnits: amount, currency: currency))
        intent.amountCaptured = amountCaptured
        intent.clientSecret = clientSecret
        intent.nextAction = challenge.map { NextAction(type: "redirect_to_url", redirectURL: $0.url) }
        intent.paymentMethod = paymentMethod == nil ? nil : "card"
        intent.customerID = customer
        intent.chargeID = charge
        intent.lastError = lastError.map { PaymentFailure(code: $0.code, declineCode: $0.declineCode, message: $0.message) }
        intent.captureMethod = captureMethod
        intent.operationID = metadata[OperationIdentity.metadataKey]
        intent.metadata = metadata
        return intent
    }
}

extension CreatePaymentIntentRequest {
    /// What the intent will have for metadata.
    func metadata(as operation: OperationIdentity) -> [String: String] {
        metadata.merging([
            "order_id": String(orderID), "user_id": userID, OperationIdentity.metadataKey: operation.id,
        ]) { _, ours in ours }
    }
}
