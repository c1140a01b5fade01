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
