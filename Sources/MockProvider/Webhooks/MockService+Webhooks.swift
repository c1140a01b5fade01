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
        return try events(in: lines, of: file, notes)
    }

    /// How many events a page has at most, unless one line of the journal has more.
    private static let pageSize = 100

    /// The same, a hundred at a time.
    package func listEvents(
        since: Timestamp, after cursor: String?, in call: CallContext
    ) async throws(ProviderError) -> EventPage {
        let last = cursor.flatMap { Int64($0) }
        if cursor != nil, last == nil {
            throw .rejected(Rejection(.invalidRequest, message: "the cursor is not one of the mock's"))
        }
        // Taken before the lines: what happens in between is on the next list at the latest.
        let now = host.clock.now()
        let (page, file, notes) = try ledger.look { books throws(ProviderError) in
            (books.linesWithEvents(since: since, after: last, limit: Self.pageSize), books.file, books.notes)
        }
        return EventPage(
            events: try events(in: page.lines, of: file, notes),
            nextCursor: page.isLast ? nil : page.lines.last.map { String($0.offset) }, now: now)
    }

    /// Outside the lock: a long list must not hold up payments.
    private func events(
        in lines: [JournalSlice], of file: JournalFile, _ notes: Notes
    ) throws(ProviderError) -> [WebhookEvent] {
        var events: [WebhookEvent] = []
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
