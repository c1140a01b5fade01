package import ProviderAPI

extension MockService {
    /// The field of Stripe's scheme, under the mock's name for it.
    package var webhookSignatureHeader: WebhookSignatureHeader? { .timestamped(WebhookPoster.signatureHeader) }

    /// Stripe's scheme, under the header `Mock-Signature`.
    package func verifyWebhookSignature(_ webhook: WebhookRequest) async throws(ProviderError) {
        let name = WebhookPoster.signatureHeader
        try TimestampedSignature.verify(
            webhook.header(name), named: name, body: webhook.body, secrets: [settings.webhookSecret], now: webhook.receivedAt
        )
    }

    /// Reads a webhook that the mock has posted.
    package func parseWebhookEvent(_ webhook: WebhookRequest, in call: CallContext) async throws(ProviderError) -> WebhookEvent {
        try StripeEvent(body: webhook.body).event
    }

    /// The events since then, oldest first, whether or not they were posted. They read exactly as their webhooks do.
    package func listEvents(since: Timestamp, in call: CallContext) async throws(ProviderError) -> [WebhookEvent] {
        let (lines, file, notes) = try ledger.look { books throws(ProviderError) in
            (books.linesWithEvents(since: since), books.file, books.notes)
        }
        var events: [WebhookEvent] = []
        // Outside the lock: a long list must not hold up payments.
        for line in lines {
            let entry = try Books.entry(at: line, in: file)
            guard notes.remembers(entry) else { continue }
            for event in entry.events {
                events.append(try StripeEvent(body: StripeJSON.event(event, of: entry)).event)
            }
        }
        return events
    }

    /// Posts webhooks, and lets happen what happens by itself.
    package func run() async throws {
        await withDiscardingTaskGroup { group in
            group.addTask { await TimetableKeeper(self.ledger, host: self.host).run() }
            guard settings.postsWebhooks else { return }
            group.addTask { await self.poster.runLate() }
            for lane in poster.outbox.lanes {
                group.addTask { await self.poster.run(lane: lane) }
            }
        }
    }
}
