import Foundation
import ProviderAPI

/// A webhook's body, read.
///
/// Testers write events by hand: all but the ids may be missing, and follows from the event's type where it can.
struct StripeEvent: Decodable {
    private let id: String
    private let type: String
    private let created: Int64?
    private let data: Payload

    private struct Payload: Decodable {
        let object: StripeObject
    }

    /// Reads a body.
    ///
    /// - Throws: ``ProviderError/rejected(_:)`` where it is no event.
    init(body: [UInt8]) throws(ProviderError) {
        do {
            self = try JSONDecoder().decode(StripeEvent.self, from: Data(body))
        } catch {
            throw .rejected(
                Rejection(
                    .invalidRequest, message: "the webhook's body is not an event: it needs id, type and data.object with an id")
            )
        }
    }

    /// The event in the gateway's terms.
    var event: WebhookEvent {
        WebhookEvent(id: id, type: type, createdAt: Timestamp(unixSeconds: created ?? 0), subject: subject)
    }

    private var subject: WebhookEvent.Subject {
        let object = data.object
        switch object.kind ?? String(type.prefix { $0 != "." }) {
        case "payment_intent": return object.paymentIntent(of: type)
        case "refund": return object.refund
        case "charge": return object.paymentIntentID.map { .refundsOfPaymentIntent(id: $0) } ?? .other
        case "dispute": return object.dispute
        default: return .other
        }
    }
}

/// What an event is about. Only what the gateway wants to know is read.
private struct StripeObject: Decodable {
    let id: String
    let kind: String?
    let status: String?
    let amount: Int64?
    let amountReceived: Int64?
    let currency: String?
    let captureMethod: CaptureMethod?
    let clientSecret: String?
    let customer: String?
    let failureReason: String?
    let lastPaymentError: FailureRecord?
    let latestCharge: String?
    let metadata: [String: String]?
    let nextAction: Action?
    let paymentIntentID: String?
    let paymentMethod: String?
    let paymentMethodTypes: [String]?
    let reason: String?

    struct Action: Decodable {
        let type: String
        let redirect: Redirect?

        struct Redirect: Decodable {
            let url: String
        }

        private enum CodingKeys: String, CodingKey {
            case type
            case redirect = "redirect_to_url"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id, status, amount, currency, customer, metadata, reason
        case kind = "object"
        case amountReceived = "amount_received"
        case captureMethod = "capture_method"
        case clientSecret = "client_secret"
        case failureReason = "failure_reason"
        case lastPaymentError = "last_payment_error"
        case latestCharge = "latest_charge"
        case nextAction = "next_action"
        case paymentIntentID = "payment_intent"
        case paymentMethod = "payment_method"
        case paymentMethodTypes = "payment_method_types"
    }

    /// The amount, where the event shows one in a currency that exists.
    private var money: Money? {
        guard let amount, let currency = currency.flatMap(Currency.init) else { return nil }
        return Money(minorUnits: amount, currency: currency)
    }

    /// The intent as the event shows it; only its id where that is not enough to tell.
    func paymentIntent(of type: String) -> WebhookEvent.Subject {
        guard let money,
            let status = status.map({ PaymentIntent.Status(rawValue: $0) ?? .processing }) ?? Self.status(after: type)
        else { return .paymentIntentReference(id: id) }
        var intent = PaymentIntent(id: id, status: status, amount: money)
        intent.amountCaptured = amountReceived ?? (status == .succeeded ? money.minorUnits : 0)
        intent.clientSecret = clientSecret
        intent.nextAction = nextAction.map { NextAction(type: $0.type, redirectURL: $0.redirect?.url) }
        intent.paymentMethod = paymentMethod == nil ? nil : paymentMethodTypes?.first
        intent.customerID = customer
        intent.chargeID = latestCharge
        intent.lastError = lastPaymentError.map {
            PaymentFailure(code: $0.code, declineCode: $0.declineCode, message: $0.message)
        }
        intent.captureMethod = captureMethod ?? .automatic
        intent.metadata = metadata ?? [:]
        intent.operationID = intent.metadata[OperationIdentity.metadataKey]
        return .paymentIntent(intent)
    }

    /// The status that an event's type tells of.
    private static func status(after type: String) -> PaymentIntent.Status? {
        switch type {
        case "payment_intent.succeeded": .succeeded
        case "payment_intent.canceled": .canceled
        case "payment_intent.payment_failed": .requiresPaymentMethod
        case "payment_intent.processing": .processing
        case "payment_intent.requires_action": .requiresAction
        case "payment_intent.amount_capturable_updated": .requiresCapture
        default: nil
        }
    }

    /// The refund as the event shows it, or the intent whose refunds have to be asked for.
    var refund: WebhookEvent.Subject {
        guard let paymentIntentID else { return .other }
        guard let money, let status = status.flatMap(Refund.Status.init) else {
            return .refundsOfPaymentIntent(id: paymentIntentID)
        }
        var refund = Refund(id: id, paymentIntentID: paymentIntentID, amount: money, status: status)
        refund.reason = reason
        refund.failureReason = failureReason
        refund.metadata = metadata ?? [:]
        refund.operationID = refund.metadata[OperationIdentity.metadataKey]
        return .refund(refund)
    }

    /// The dispute as the event shows it.
    var dispute: WebhookEvent.Subject {
        guard let paymentIntentID, let money else { return .other }
        return .dispute(
            Dispute(
                id: id, paymentIntentID: paymentIntentID, amount: money, status: status ?? "needs_response",
                reason: reason ?? "general"
            )
        )
    }
}
