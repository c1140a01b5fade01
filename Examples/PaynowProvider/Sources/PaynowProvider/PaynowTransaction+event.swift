import ProviderAPI

extension PaynowTransaction {
    /// The event that a status update is.
    ///
    /// Paynow gives it no id: a transaction and its status make one, the same at every delivery. A status that returns
    /// (contested, and paid again) is so taken for a repeat, which loses nothing, because no end of a payment is left again. It
    /// has no time either.
    func event(receivedAt: Timestamp) -> WebhookEvent {
        let id = "\(address.guid):\(statusName.lowercased())"
        return WebhookEvent(id: id, type: statusName, createdAt: receivedAt, subject: subject)
    }

    private var subject: WebhookEvent.Subject {
        switch status {
        case .refunded: .refundsOfPaymentIntent(id: address.guid)
        case .disputed:
            .dispute(
                Dispute(id: address.guid, paymentIntentID: address.guid, amount: amount, status: "disputed", reason: "not told"))
        case .created, .sent, .cancelled, .paid, .awaitingDelivery, .delivered, nil: .paymentIntentReference(id: address.guid)
        }
    }
}
