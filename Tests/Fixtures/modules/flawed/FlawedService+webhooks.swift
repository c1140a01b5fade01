import Foundation
import ProviderAPI
import Synchronization

extension FlawedService {
    var webhookSignatureHeader: WebhookSignatureHeader? {
        .timestamped(flaw == .namesAnotherHeader ? "Flawed-Signature-V2" : "Flawed-Signature")
    }

    func verifyWebhookSignature(_ webhook: WebhookRequest) async throws(ProviderError) {
        let known = secrets.filter { !$0.isEmpty }
        switch flaw {
        case .verifiesNothing:
            return
        case .acceptsEmptySecret where known.isEmpty:
            return
        case .firstSecretOnly:
            try verify(webhook, with: Array(known.prefix(1)), tolerance: .seconds(300))
        case .ignoresTimestamp:
            try verify(webhook, with: known, tolerance: .seconds(1_000_000_000))
        default:
            try verify(webhook, with: known, tolerance: .seconds(300))
        }
    }

    func parseWebhookEvent(_ webhook: WebhookRequest, in call: CallContext) async throws(ProviderError) -> WebhookEvent {
        guard let event = try? JSONDecoder().decode(FlawedEvent.self, from: Data(webhook.body)) else {
            throw .rejected(Rejection(.invalidRequest, message: "the webhook's body is no event"))
        }
        let id = flaw == .randomEventID ? "evt_\(host.random.next())" : event.id
        return WebhookEvent(
            id: id, type: event.type, createdAt: Timestamp(unixSeconds: event.time), subject: try subject(of: event))
    }

    private func subject(of event: FlawedEvent) throws(ProviderError) -> WebhookEvent.Subject {
        let newest = newestEvent.withLock { newest in
            newest = max(newest, event.time)
            return newest
        }
        if flaw == .ignoresLateEvents, event.time < newest { return .other }
        if let refund = event.refund { return .refund(try client.refund(refund)) }
        guard let payment = event.payment else { return .other }
        return .paymentIntent(try client.intent(payment))
    }

    private func verify(_ webhook: WebhookRequest, with secrets: [String], tolerance: Duration) throws(ProviderError) {
        do throws(ProviderError) {
            try TimestampedSignature.verify(
                webhook.header("flawed-signature"), named: "Flawed-Signature", body: webhook.body, secrets: secrets,
                now: webhook.receivedAt, tolerance: tolerance)
        } catch {
            guard flaw == .tellsSignature, let secret = secrets.first else { throw error }
            let right = TimestampedSignature.header(body: webhook.body, secret: secret, at: webhook.receivedAt)
            throw .rejected(Rejection(.invalidSignature, message: "the signature should be \(right)"))
        }
    }
}
