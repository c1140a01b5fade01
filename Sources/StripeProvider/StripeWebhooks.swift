import Foundation
import ProviderAPI

extension StripeService {
    /// https://docs.stripe.com/webhooks, "Verify webhook signatures manually".
    var webhookSignatureHeader: WebhookSignatureHeader? { .timestamped(Self.signatureHeader) }

    private static let signatureHeader = "Stripe-Signature"

    /// https://docs.stripe.com/webhooks, "Verify webhook signatures manually"; the secret is used whole, `whsec_` included.
    func verifyWebhookSignature(_ webhook: WebhookRequest) async throws(ProviderError) {
        guard !settings.webhookSecrets.isEmpty else {
            throw .rejected(
                Rejection(.invalidSignature, message: "the provider's settings have no webhook_secrets to verify with"))
        }
        try TimestampedSignature.verify(
            webhook.header(Self.signatureHeader), named: Self.signatureHeader, body: webhook.body,
            secrets: settings.webhookSecrets,
            now: webhook.receivedAt
        )
    }

    /// https://docs.stripe.com/api/events/object; thin events: https://docs.stripe.com/event-destinations
    func parseWebhookEvent(
        _ webhook: WebhookRequest, in call: CallContext
    ) async throws(ProviderError) -> WebhookEvent {
        guard let event = try? JSONDecoder().decode(StripeEvent.self, from: Data(webhook.body)) else {
            throw .rejected(Rejection(.invalidRequest, message: "the webhook's body is not an event of Stripe's"))
        }
        guard concernsThisAccount(event) else { return event.about(.other) }
        switch event.content {
        case .thin(let type, let id): return event.about(try await subject(ofThin: event, type, id, in: call))
        case .snapshot(let object): return event.about(subject(of: event, object))
        }
    }

    /// Events of the last 30 days, oldest first: Stripe keeps them no longer (https://docs.stripe.com/api/events/list).
    func listEvents(since: Timestamp, in call: CallContext) async throws(ProviderError) -> [WebhookEvent] {
        let answers: [StripeAnswer<StripeEvent>] = try await client.list("/v1/events", Self.query(since: since), in: call)
        return answers.reversed().map { listed($0.object) }
    }

    /// The same, a hundred at a time and each page oldest first. The pages begin with the newest events, so what is made meanwhile moves
    /// none of them.
    func listEvents(
        since: Timestamp, after cursor: String?, in call: CallContext
    ) async throws(ProviderError) -> EventPage {
        let page: StripeAnswer<StripeList<StripeEvent>> = try await client.page(
            "/v1/events", Self.query(since: since), after: cursor, in: call)
        let events = page.object.data
        return EventPage(
            events: events.reversed().map(listed), nextCursor: page.object.hasMore == true ? events.last?.id : nil, now: page.date
        )
    }

    private static func query(since: Timestamp) -> Form {
        var query = Form()
        query.add("created[gte]", String(since.unixSeconds))
        query.add("types", StripeEvent.typesToListFor)
        return query
    }

    private func listed(_ event: StripeEvent) -> WebhookEvent {
        guard concernsThisAccount(event), case .snapshot(let object) = event.content else { return event.about(.other) }
        return event.about(subject(of: event, object))
    }

    /// Whether an event is about objects that this provider's key reaches. One from test mode must not change live payments, and
    /// an endpoint of a Connect platform gets the events of all its accounts.
    private func concernsThisAccount(_ event: StripeEvent) -> Bool {
        if let isLive = settings.isLive, let livemode = event.livemode, livemode != isLive {
            ignore(event, "An event of Stripe's other mode (live or test) is ignored")
            return false
        }
        // Without an account the event is one of the endpoint's own account.
        if let account = event.account, account != settings.account {
            ignore(event, "An event of an account that this provider does not act for is ignored; see stripe_account")
            return false
        }
        return true
    }

    private func subject(of event: StripeEvent, _ object: StripeEvent.Object) -> WebhookEvent.Subject {
        do throws(ProviderError) {
            switch object {
            case .paymentIntent(let intent): return .paymentIntent(try mapping.paymentIntent(intent))
            case .refund(let refund) where refund.paymentIntent != nil: return .refund(try mapping.refund(refund))
            case .dispute(let dispute) where dispute.paymentIntent != nil: return .dispute(try mapping.dispute(dispute))
            case .refundedCharge(let charge):
                return charge.paymentIntent.map { .refundsOfPaymentIntent(id: $0.id) } ?? .other
            case .unreadable:
                return fallback(for: event, object)
            case .refund, .dispute, .unrelated:
                // What was charged without a payment intent was not charged by the gateway.
                return .other
            }
        } catch {
            return fallback(for: event, object)
        }
    }

    /// What an event is about, where it shows an object that this module cannot read: the gateway asks for it.
    private func fallback(for event: StripeEvent, _ object: StripeEvent.Object) -> WebhookEvent.Subject {
        switch object {
        case .paymentIntent(let intent): return .paymentIntentReference(id: intent.id)
        case .unreadable(let object, let id) where object == "payment_intent": return .paymentIntentReference(id: id)
        case .refund(let refund):
            if let intent = refund.paymentIntent { return .refundsOfPaymentIntent(id: intent.id) }
        case .refundedCharge, .dispute, .unreadable, .unrelated: break
        }
        ignore(event, "An event of Stripe's shows an object that this module cannot read")
        return .other
    }

    /// A thin event names an object and shows nothing of it.
    private func subject(
        ofThin event: StripeEvent, _ type: String, _ id: String, in call: CallContext
    ) async throws(ProviderError) -> WebhookEvent.Subject {
        do throws(ProviderError) {
            switch type {
            case "payment_intent":
                return .paymentIntentReference(id: id)
            case "refund":
                let refund: StripeAnswer<StripeRefund> = try await client.get(
                    "/v1/refunds/\(try PercentEncoding.pathSegment(id))", in: call)
                return subject(of: event, .refund(refund.object))
            case "dispute":
                let dispute: StripeAnswer<StripeDispute> = try await client.get(
                    "/v1/disputes/\(try PercentEncoding.pathSegment(id))", in: call)
                return subject(of: event, .dispute(dispute.object))
            case "charge" where event.type.hasSuffix("charge.refunded"):
                let charge: StripeAnswer<StripeCharge> = try await client.get(
                    "/v1/charges/\(try PercentEncoding.pathSegment(id))", in: call)
                return subject(of: event, .refundedCharge(charge.object))
            default:
                return .other
            }
        } catch .rejected(let rejection) where rejection.reason == .notFound {
            ignore(event, "A thin event of Stripe's names an object that Stripe does not know")
            return .other
        }
    }

    private func ignore(_ event: StripeEvent, _ message: String) {
        log.write(.warning, message, fields: ["event": event.id, "type": event.type])
    }
}
