import Foundation
import ProviderAPI
import Synchronization

/// The scripted provider's webhooks: the event as JSON, with a header `signature` whose value is `valid`.
extension ScriptedService {
    func verifyWebhookSignature(_ webhook: WebhookRequest) async throws(ProviderError) {
        guard webhook.header("signature") == "valid" else {
            throw .rejected(Rejection(.invalidSignature, message: "the signature is wrong"))
        }
    }

    func parseWebhookEvent(_ webhook: WebhookRequest, in call: CallContext) async throws(ProviderError) -> WebhookEvent {
        do {
            var event = try JSONDecoder().decode(WebhookEvent.self, from: Data(webhook.body))
            if state.withLock({ $0.ignoresEvents }) { event.subject = .other }
            return event
        } catch {
            throw .rejected(Rejection(.invalidRequest, message: "the body is no event"))
        }
    }

    func listEvents(since: Timestamp, in call: CallContext) async throws(ProviderError) -> [WebhookEvent] {
        let (events, error) = state.withLock { ($0.events, $0.lookupError) }
        if let error { throw error }
        return events.filter { $0.createdAt >= since }
    }

    func listEvents(
        since: Timestamp, after cursor: String?, in call: CallContext
    ) async throws(ProviderError) -> EventPage {
        let matching = try await listEvents(since: since, in: call)
        let (size, now, error) = state.withLock { state in
            state.listCalls.append(ListCall(since: since, cursor: cursor))
            return (state.pageSize, state.now, cursor.flatMap { state.pageErrors[$0] })
        }
        if let error { throw error }
        guard let size else { return EventPage(events: matching, now: now) }
        let start = cursor.flatMap { Int($0) } ?? 0
        let rest = matching.dropFirst(start)
        let next = rest.count > size ? String(start + size) : nil
        let led = cursor.flatMap { cursor in state.withLock { $0.pageLeads[cursor] } }
        return EventPage(events: Array(rest.prefix(size)), nextCursor: led ?? next, now: now)
    }

    /// One call for a page of events.
    struct ListCall: Sendable, Hashable {
        var since: Timestamp
        var cursor: String?
    }

    /// The calls for pages of events so far.
    var listCalls: [ListCall] { state.withLock { $0.listCalls } }

    /// Lists so many events a page from now on.
    func setPageSize(_ size: Int) { state.withLock { $0.pageSize = size } }

    /// Tells its clock with each page from now on.
    func tellTime(_ now: Timestamp?) { state.withLock { $0.now = now } }

    /// Makes the page at a cursor fail; nil ends that.
    func failPage(at cursor: String, _ error: ProviderError?) { state.withLock { $0.pageErrors[cursor] = error } }

    /// Makes the page at a cursor name another next page than it has.
    func lead(from cursor: String, to next: String) { state.withLock { $0.pageLeads[cursor] = next } }

    /// Lists an event from now on.
    func list(_ event: WebhookEvent, at time: Timestamp) {
        var listed = event
        listed.createdAt = time
        state.withLock { [listed] in $0.events.append(listed) }
    }

    /// A webhook as the provider would send it.
    static func webhook(_ event: WebhookEvent, signature: String = "valid", at now: Timestamp) throws -> WebhookRequest {
        let body = try JSONEncoder().encode(event)
        return WebhookRequest(headers: [HTTPField("signature", signature)], query: "", body: Array(body), receivedAt: now)
    }
}
