import ProviderAPI

/// A transaction as a status message shows it: Paynow's answer to a poll or a trace, or its callback.
///
/// https://developers.paynow.co.zw/docs/status_update.html
struct PaynowTransaction: Sendable {
    let address: PollAddress
    /// The merchant's reference: the gateway's operation that created it.
    let reference: String
    let paynowReference: String
    let amount: Money
    /// In Paynow's words.
    let statusName: String
    /// By what it was paid, such as `Visa`; only told to merchants to whom Paynow allows it.
    let channel: String?

    /// Nil where a field is missing or makes no sense.
    init?(_ message: PaynowMessage, in currency: Currency) {
        guard let address = message["pollurl"].flatMap(PollAddress.init(_:)), let reference = message["reference"],
            let paynowReference = message["paynowreference"], let status = message["status"], !status.isEmpty,
            let amount = message["amount"].flatMap({ try? Money(majorUnits: $0, currency: currency) })
        else { return nil }
        self.address = address
        self.reference = reference
        self.paynowReference = paynowReference
        self.amount = amount
        statusName = status
        channel = message["paymentchannel"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Nil for a status that the documentation does not have.
    var status: PaynowStatus? { PaynowStatus(statusName) }

    /// The payment. Where to send the payer is told once, by the answer to the creation: no status message repeats it.
    var intent: PaymentIntent {
        var intent = PaymentIntent(id: address.guid, status: status?.intentStatus ?? .processing, amount: amount)
        intent.amountCaptured = intent.status == .succeeded ? amount.minorUnits : 0
        intent.operationID = reference
        intent.chargeID = paynowReference
        intent.paymentMethod = channel
        return intent
    }

    /// The refund, where there was one. Paynow has no object for it and no amount of its own: there is one at most, of the whole.
    var refund: Refund? {
        guard status == .refunded else { return nil }
        return Refund(id: "refund-\(address.guid)", paymentIntentID: address.guid, amount: amount, status: .succeeded)
    }
}
