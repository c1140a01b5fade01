import ProviderAPI

extension ConformanceCheck {
    static let webhookStale = ConformanceCheck(
        "webhook-stale",
        title: "A webhook that is more than 300 seconds old or ahead is refused, and one within them is not",
        why: "Whoever recorded a good webhook must not be able to post it for ever "
            + "(the failure model, webhooks: timestamp within 300 s both ways)."
    ) { bench in
        if let nothing = bench.withoutWebhooks { return nothing }
        if bench.recording.description.webhooks?.timestamped == false {
            return .notApplicable("the protocol signs no time (webhooks.timestamped)")
        }
        // Where the suite does not sign, how far the signed time is from the recorded arrival is not known.
        let isExact = bench.signer.signature?.scheme == .timestamped
        var tally = Tally()
        for delivery in bench.deliveries() {
            for offset: Int64 in isExact ? [-300, 300] : [] {
                tally.accept(
                    await bench.verify(delivery.webhook.arriving(after: offset)), at: delivery.place(arrivingAfter: offset))
            }
            for offset: Int64 in isExact ? [-301, 301, 86_400, -86_400] : [-86_400, -700, 700, 86_400] {
                tally.refuse(
                    await bench.verify(delivery.webhook.arriving(after: offset)), at: delivery.place(arrivingAfter: offset))
            }
        }
        return tally
    }
}

extension WebhookRequest {
    fileprivate func arriving(after seconds: Int64) -> WebhookRequest {
        var copy = self
        copy.receivedAt = receivedAt.advanced(by: .seconds(seconds))
        return copy
    }
}

extension Delivery {
    fileprivate func place(arrivingAfter seconds: Int64) -> String {
        "\(sample.name): \(abs(seconds)) seconds \(seconds < 0 ? "ahead" : "old")"
    }
}
