import Logging
import Metrics

/// Tells the operator that a payment waits for a person's decision.
enum ReviewAlert {
    /// Writes a line that wakes somebody, and counts it.
    static func raise(_ logger: Logger, metadata: Logger.Metadata) {
        Counter(label: "gateway_manual_reviews_total").increment()
        logger.critical("A payment needs a person's decision: the provider contradicts the books.", metadata: metadata)
    }
}
