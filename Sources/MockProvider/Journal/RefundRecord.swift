import ProviderAPI

/// A refund as the journal keeps it.
struct RefundRecord: Sendable, Decodable {
    /// Counts the journal's refunds, from 1.
    let number: Int
    let id: String
    let paymentIntent: String
    let charge: String?
    let amount: Int64
    let currency: Currency
    let reason: String?
    /// The gateway's operation is in it, as at a real provider.
    let metadata: [String: String]
    /// Seconds since 1970.
    let created: Int64

    var status: Refund.Status
    var failureReason: String?
    /// What will happen to it by itself.
    var next: NextStep?

    private enum CodingKeys: String, CodingKey {
        case number, id, charge, amount, currency, reason, metadata, created, status, next
        case paymentIntent = "payment_intent"
        case failureReason = "failure_reason"
    }

    /// A refund that was just asked for; without an operation of the gateway's it was made elsewhere.
    init(
        number: Int, ids: ObjectIDs, intent: IntentRecord, request: CreateRefundRequest, operation: OperationIdentity?,
        at time: Timestamp
    ) {
        self.number = number
        id = ids.id(.refund, number)
        paymentIntent = intent.id
        charge = intent.charge
        amount = request.amount.minorUnits
        currency = intent.currency
        reason = request.reason
        let ours = operation.map { [OperationIdentity.metadataKey: $0.id] } ?? [:]
        metadata = request.metadata.merging(ours) { _, ours in ours }
        created = time.unixSeconds
        status = .succeeded
    }

    /// Writes the members that ``CodingKeys`` names.
    func write(to writer: inout JSONWriter) {
        writer.member("number", number)
        writer.member("id", id)
        writer.member("payment_intent", paymentIntent)
        writer.member("charge", charge)
        writer.member("status", status.rawValue)
        writer.member("amount", amount)
        writer.member("currency", currency.code)
        writer.member("reason", reason)
        writer.member("failure_reason", failureReason)
        writer.member("metadata", metadata)
        writer.member("created", created)
        if let next { writer.member("next", object: next.write) }
    }
}

extension RefundRecord {
    /// The bank has taken the money back.
    func succeeded(of intent: IntentRecord) -> Change {
        var refund = self
        refund.next = nil
        refund.status = .succeeded
        return Change(.refundSuccess, amount: amount, of: intent, refund: refund, events: [.refundUpdated])
    }

    /// The bank did not take the money back after all.
    func failed(of intent: IntentRecord) -> Change {
        var (refund, intent) = (self, intent)
        refund.next = nil
        refund.status = .failed
        refund.failureReason = "expired_or_canceled_card"
        intent.amountRefunded -= amount
        return Change(.refundFailure, amount: amount, of: intent, refund: refund, events: [.refundUpdated, .refundFailed])
    }

    /// The refund as the mock answers with it.
    var answer: Refund {
        var refund = Refund(
            id: id, paymentIntentID: paymentIntent, amount: Money(minorUnits: amount, currency: currency), status: status
        )
        refund.reason = reason
        refund.failureReason = failureReason
        refund.operationID = metadata[OperationIdentity.metadataKey]
        refund.metadata = metadata
        return refund
    }
}
