package import Logging
package import ProviderAPI

/// Applies stored webhooks once more, because an operator asks for it: nothing has to be sent by the provider again.
///
/// The provider reads each body anew: what it took for somebody else's before its settings were corrected may be a payment's.
///
/// Any order of events, and any number of times, ends in the same state, so a replay can do no harm.
package struct WebhookReplay: Sendable {
    let store: any GatewayStore
    let inbox: WebhookInbox
    let clock: any ProviderClock
    let logger: Logger

    /// How many rows one transaction opens again.
    private static let pageSize = 64

    /// A replay over a store, and the inbox that applies what it opens again.
    package init(store: any GatewayStore, inbox: WebhookInbox, clock: any ProviderClock, logger: Logger) {
        self.store = store
        self.inbox = inbox
        self.clock = clock
        self.logger = logger
    }

    /// Which webhooks are applied once more.
    package struct Selection: Sendable, Hashable {
        /// Only of this provider.
        package var provider: String?
        /// Only the event with this id.
        package var eventID: String?
        /// Only in this state.
        package var state: WebhookRecord.State?
        /// Only arrived at this time or later.
        package var receivedFrom: Timestamp?

        /// Everything; narrowed afterwards.
        package init() {}

        /// Whether it leaves nothing out.
        package var isEverything: Bool { self == Selection() }
    }

    /// What became of each webhook, in the order of their arrival.
    package struct Report: Sendable, Codable, Hashable {
        /// One webhook.
        package struct Line: Sendable, Codable, Hashable {
            /// The provider's name.
            package var provider: String
            /// The provider's id of the event.
            package var event: String
            /// The event's type, in the provider's words.
            package var type: String
            /// Its state before the replay.
            package var before: String
            /// Its state now.
            package var after: String
            /// What became of it, in words.
            package var result: String?
        }

        /// The webhooks.
        package var lines: [Line] = []
    }

    /// Makes the selected webhooks pending again and applies them. What cannot be applied yet stays pending, and is tried again as
    /// any other.
    ///
    /// - Throws: ``GatewayError/Code/invalidRequest`` where everything is selected; ``StoreError``.
    package func replay(_ selection: Selection) async throws -> Report {
        guard !selection.isEverything else {
            throw GatewayError(.invalidRequest, "Say which webhooks: by provider, event, state or since.")
        }
        let started = clock.now()
        var report = Report()
        var last: Int64?
        while true {
            let page = try await reopen(selection, after: last, until: started)
            guard let end = page.last?.record.id else { return report }
            try await inbox.applyDue()
            for standing in page { report.lines.append(try await line(of: standing)) }
            last = end
        }
    }

    /// - Returns: the webhooks of one page, as they were before.
    private func reopen(_ selection: Selection, after last: Int64?, until started: Timestamp) async throws -> [WebhookStanding] {
        var query = WebhookQuery(limit: Self.pageSize)
        query.provider = selection.provider
        query.eventID = selection.eventID
        query.state = selection.state
        query.receivedFrom = selection.receivedFrom
        query.afterID = last
        let page = query
        // What arrives meanwhile is not waited for: the inbox applies it anyway.
        let selected = try await store.read { reader in
            try reader.webhooks(page).filter { $0.record.receivedAt <= started }.map {
                ($0, try reader.webhookBody($0.record.id))
            }
        }
        var readings: [Int64: WebhookEvent] = [:]
        for (standing, body) in selected { readings[standing.record.id] = await newReading(of: standing.record, body) }
        let changed = readings
        try await store.write { writer in
            for id in selected.map(\.0.record.id) {
                if let event = changed[id] { try writer.updateWebhook(id, event: event, at: started) }
                _ = try writer.reopenWebhook(id, at: started)
            }
        }
        return selected.map(\.0)
    }

    /// The event as the provider reads it now; nil where that is what is stored, or it cannot be read now. Events that were found in
    /// the provider's list have no body of the provider's.
    private func newReading(of record: WebhookRecord, _ body: [UInt8]?) async -> WebhookEvent? {
        guard let body, let provider = inbox.registry.provider(named: record.provider) else { return nil }
        let webhook = WebhookRequest(headers: [], query: "", body: body, receivedAt: record.receivedAt)
        let call = CallContext(deadline: .now + OperationRunner.deadline, requestID: "webhook-\(record.event.id)")
        let event = try? await inbox.supervisor.ask(provider) { () async throws(ProviderError) in
            try await provider.service.parseWebhookEvent(webhook, in: call)
        }
        // What was a payment's stays one in the books, though the provider's settings may be for another account now.
        guard let event, event.id.isIdentical(to: record.event.id), event != record.event, event.subject.paymentIntentID != nil
        else {
            return nil
        }
        return event
    }

    private func line(of before: WebhookStanding) async throws -> Report.Line {
        var query = WebhookQuery(limit: 1)
        query.provider = before.record.provider
        query.eventID = before.record.event.id
        let one = query
        let after = try await store.read { try $0.webhooks(one).first } ?? before
        logger.notice(
            "Webhook replayed.",
            metadata: [
                "provider": "\(before.record.provider)", "event": "\(before.record.event.id)",
                "result": "\(after.record.state.rawValue)",
            ]
        )
        return Report.Line(
            provider: before.record.provider, event: before.record.event.id, type: before.record.event.type,
            before: before.record.state.rawValue, after: after.record.state.rawValue, result: after.result
        )
    }
}
