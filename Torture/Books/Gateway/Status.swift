/// What the checker knows of statuses: written down here once more, so that a mistake in the gateway's own tables shows.
enum Status {
    /// The money was taken, whatever came after.
    static let paid: Set<String> = ["succeeded", "partially_refunded", "refunded"]

    /// Which statuses may follow each; every status may follow itself.
    private static let steps: [String: Set<String>] = [
        "requires_payment_method": underWay.union(["requires_action", "requires_confirmation"]),
        "requires_confirmation": underWay.union(["requires_action", "requires_payment_method"]),
        "requires_action": underWay,
        "processing": underWay.union(["requires_payment_method", "requires_confirmation", "requires_action"]),
        "requires_capture": ["processing", "succeeded", "canceled", "manual_review"],
        "failed": underWay.union(["requires_action"]),
        "succeeded": ["partially_refunded", "refunded", "manual_review"],
        // Back when the provider reports that a refund failed after all.
        "partially_refunded": ["refunded", "succeeded", "manual_review"],
        "refunded": ["partially_refunded", "succeeded", "manual_review"],
        "canceled": ["manual_review"],
    ]

    private static let underWay: Set<String> = [
        "processing", "requires_capture", "succeeded", "failed", "canceled", "manual_review",
    ]

    /// Whether a transaction may go from one status to the other. What a person decides about a review may be anything.
    static func mayStep(from: String, to: String, by actor: String) -> Bool {
        if from == to { return true }
        if from == "manual_review" { return actor.hasPrefix("operator:") }
        return steps[from]?.contains(to) ?? false
    }

    /// The status of an order whose latest payment is so; nil where the payment says nothing about it.
    static func ofOrder(payment status: String) -> String? {
        switch status {
        case "succeeded": "completed"
        case "failed", "canceled", "partially_refunded", "refunded": status
        case "manual_review": nil
        default: "pending"
        }
    }

    /// The transaction's status that goes with the provider's intent.
    static func ofTransaction(_ intent: ProviderIntent, refunded: Int64) -> String {
        switch intent.status {
        case "requires_payment_method": intent.lastError == nil ? intent.status : "failed"
        case "succeeded" where refunded == 0: "succeeded"
        case "succeeded": refunded < intent.captured ? "partially_refunded" : "refunded"
        default: intent.status
        }
    }
}
