import ProviderAPI

/// How a call ended.
enum CallResult: Sendable {
    case paymentIntent(PaymentIntent)
    case refund(Refund)
    case refunds([Refund])
    case disputes([Dispute])
    case event(WebhookEvent)
    case events([WebhookEvent])
    /// A look-up that found nothing, which proves nothing.
    case nothing
    case failure(ProviderError)
    /// The module made no service of settings that should be good.
    case noService(ProviderError)
    /// It was still under way when the suite gave it up.
    case unending

    /// As cases state it.
    var outcome: JSONValue {
        switch self {
        case .paymentIntent(let intent): .object(["payment_intent": .outcome(of: intent)])
        case .refund(let refund): .object(["refund": .outcome(of: refund)])
        case .refunds(let refunds): .object(["refunds": .array(refunds.map { .outcome(of: $0) })])
        case .disputes(let disputes): .object(["disputes": .array(disputes.map { .outcome(of: $0) })])
        case .event(let event): .object(["event": .outcome(of: event)])
        case .events(let events): .object(["events": .array(events.map { .outcome(of: $0) })])
        case .nothing: .string("nothing")
        case .failure(let error): .outcome(of: error)
        case .noService(let error): .object(["no_service": .outcome(of: error)])
        case .unending: .string("a call that does not end")
        }
    }

    var isUnknown: Bool {
        if case .failure(.unknown) = self { true } else { false }
    }

    var isNotSent: Bool {
        if case .failure(.notSent) = self { true } else { false }
    }

    var isNothing: Bool {
        if case .nothing = self { true } else { false }
    }

    /// The payment intent's or the refund's id, where the call answered with one.
    var id: String? {
        switch self {
        case .paymentIntent(let intent): intent.id
        case .refund(let refund): refund.id
        default: nil
        }
    }

    /// The payment intent's or the refund's amount, where the call answered with one.
    var amount: Money? {
        switch self {
        case .paymentIntent(let intent): intent.amount
        case .refund(let refund): refund.amount
        default: nil
        }
    }
}
