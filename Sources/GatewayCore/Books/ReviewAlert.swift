import Logging
import Metrics
import ProviderAPI

/// Tells the operator that a payment waits for a person's decision.
enum ReviewAlert {
    /// Writes a line that wakes somebody, and counts it.
    ///
    /// - Parameter cause: for people; holds no secret.
    static func raise(_ logger: Logger, because cause: String, metadata: Logger.Metadata) {
        Counter(label: "gateway_manual_reviews_total").increment()
        var metadata = metadata
        metadata["cause"] = "\(cause)"
        logger.critical("A payment needs a person's decision.", metadata: metadata)
    }

    /// The same for an event that contradicts the books; what it contradicts is read from the inbox.
    static func raise(_ logger: Logger, over event: WebhookEvent, from provider: String, in store: any GatewayStore) async {
        let stored = try? await store.read { reader in
            var query = WebhookQuery(limit: 1)
            query.provider = provider
            query.eventID = event.id
            return try reader.webhooks(query).first
        }
        raise(
            logger, because: stored?.result ?? "an event contradicts the books",
            metadata: [
                "provider": "\(provider)", "event": "\(event.id)", "payment_intent": "\(event.subject.paymentIntentID ?? "-")",
            ])
    }
}
