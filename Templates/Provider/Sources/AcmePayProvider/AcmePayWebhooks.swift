import ProviderAPI

extension AcmePayService {
    /// Lets the gateway refuse a webhook without this header, or with an old time in it, before it reads the body.
    var webhookSignatureHeader: WebhookSignatureHeader? { .timestamped("Acme-Pay-Signature") }

    /// HMAC-SHA256 over `<t>.<raw body>` in `Acme-Pay-Signature: t=...,v1=...`, no more than 300 seconds away from now
    /// (docs/acme-pay-api.md, "Webhooks"). Where a scheme differs, `HMACSHA256` and `ConstantTime` of the SDK are what it is built with.
    func verifyWebhookSignature(_ webhook: WebhookRequest) async throws(ProviderError) {
        guard !settings.webhookSecrets.isEmpty else {
            throw .rejected(
                Rejection(.invalidSignature, message: "the provider's settings have no webhook_secrets to verify with"))
        }
        try TimestampedSignature.verify(
            webhook.header("Acme-Pay-Signature"), named: "Acme-Pay-Signature", body: webhook.body,
            secrets: settings.webhookSecrets, now: webhook.receivedAt
        )
    }

    /// Reads an event that has been verified. The gateway drops one whose id it has seen, and asks for the object where the order
    /// of events matters; so nothing is remembered here.
    func parseWebhookEvent(_ webhook: WebhookRequest, in call: CallContext) async throws(ProviderError) -> WebhookEvent {
        guard let event = try? AcmePayJSON.decode(AcmePayEvent.self, webhook.body) else {
            throw .rejected(Rejection(.invalidRequest, message: "the webhook's body is not an event of Acme Pay's"))
        }
        return WebhookEvent(
            id: event.id, type: event.type, createdAt: Timestamp(unixSeconds: event.created), subject: subject(of: event.object))
    }

    /// What cannot be read in full is still worth a question: the gateway then asks for the object itself.
    private func subject(of object: AcmePayEvent.Object) -> WebhookEvent.Subject {
        switch object {
        case .payment(let payment):
            (try? mapping.paymentIntent(payment)).map { .paymentIntent($0) } ?? .paymentIntentReference(id: payment.id)
        case .refund(let refund):
            (try? mapping.refund(refund)).map { .refund($0) } ?? .refundsOfPaymentIntent(id: refund.payment)
        case .unreadablePayment(let id): .paymentIntentReference(id: id)
        case .unreadableRefund(let payment): .refundsOfPaymentIntent(id: payment)
        case .unrelated: .other
        }
    }
}
