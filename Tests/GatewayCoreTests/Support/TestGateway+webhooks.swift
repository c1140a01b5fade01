import GatewayCore
import ProviderAPI
import ProviderTestKit

extension TestGateway {
    /// Delivers a webhook of `acme` that is signed as it should be.
    func deliver(_ event: WebhookEvent) async throws {
        let webhook = try ScriptedService.webhook(event, at: clock.now())
        try await webhooks.receive(webhook, from: "acme", requestID: "req-webhook")
    }

    /// Webhooks that wait.
    func waitingWebhooks() async throws -> [WebhookRecord] {
        let whenever = clock.now().advanced(by: .seconds(365 * 24 * 3600))
        return try await store.read { try $0.webhooksDue(at: whenever, limit: 1000, exceptAt: []) }
    }

    /// Lets time pass and looks at the inbox, until nothing waits any more or so many times.
    func workOffInbox(rounds: Int = 10) async throws {
        for _ in 0..<rounds {
            try await inbox.applyDue()
            if try await waitingWebhooks().isEmpty { return }
            clock.advance(by: .seconds(3600))
        }
    }
}

/// An event. Its type follows Stripe's words, which mean nothing to the core.
func event(_ id: String, _ type: String, _ subject: WebhookEvent.Subject) -> WebhookEvent {
    WebhookEvent(id: id, type: type, createdAt: Timestamp(unixSeconds: 1_767_834_000), subject: subject)
}

/// An event whose type does not matter.
func event(_ id: String, _ subject: WebhookEvent.Subject) -> WebhookEvent {
    event(id, "object.updated", subject)
}

extension PaymentIntent {
    /// The same intent in another status, as an event shows it.
    func now(_ status: Status) -> PaymentIntent {
        var copy = self
        copy.status = status
        if status == .succeeded { copy.amountCaptured = amount.minorUnits }
        return copy
    }

    /// The same intent after a declined attempt.
    func declined(charge: String? = nil) -> PaymentIntent {
        var copy = now(.requiresPaymentMethod)
        copy.lastError = PaymentFailure(code: "card_declined", declineCode: "insufficient_funds", message: "Declined.")
        copy.chargeID = charge
        return copy
    }
}

extension Refund {
    /// The same refund in another status.
    func now(_ status: Status) -> Refund {
        var copy = self
        copy.status = status
        return copy
    }
}
