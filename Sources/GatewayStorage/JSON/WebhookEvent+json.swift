import GatewayCore
import ProviderAPI

extension WebhookEvent {
    /// The text that it is decoded from, written as ``GatewayCore/OperationRequest/json`` is; nil for a subject of a later SDK.
    var json: [UInt8]? {
        var isKnown = true
        let text = JSONWriter.object { json in
            json.object("createdAt", createdAt) { $0.integer("unixMilliseconds", $1.unixMilliseconds) }
            json.string("id", id)
            json.object("subject", subject) { isKnown = $1.write(to: &$0) }
            json.string("type", type)
        }
        return isKnown ? text : nil
    }
}

extension WebhookEvent.Subject {
    /// - Returns: whether it is one that is known here.
    fileprivate func write(to json: inout JSONWriter) -> Bool {
        switch self {
        case .paymentIntent(let intent): json.payload("paymentIntent", intent) { $1.write(to: &$0) }
        case .paymentIntentReference(let id): json.object("paymentIntentReference", id) { $0.string("id", $1) }
        case .refund(let refund): json.payload("refund", refund) { $1.write(to: &$0) }
        case .refundsOfPaymentIntent(let id): json.object("refundsOfPaymentIntent", id) { $0.string("id", $1) }
        case .dispute(let dispute): json.payload("dispute", dispute) { $1.write(to: &$0) }
        case .other: json.object("other", ()) { _, _ in }
        @unknown default: return false
        }
        return true
    }
}

extension PaymentIntent {
    fileprivate func write(to json: inout JSONWriter) {
        json.money("amount", amount)
        json.integer("amountCaptured", amountCaptured)
        json.string("captureMethod", captureMethod.rawValue)
        json.string("chargeID", ifAny: chargeID)
        json.string("clientSecret", ifAny: clientSecret)
        json.string("customerID", ifAny: customerID)
        json.string("id", id)
        json.object("lastError", ifAny: lastError) { json, failure in
            json.string("code", ifAny: failure.code)
            json.string("declineCode", ifAny: failure.declineCode)
            json.string("message", ifAny: failure.message)
        }
        json.strings("metadata", metadata)
        json.object("nextAction", ifAny: nextAction) { json, action in
            json.string("redirectURL", ifAny: action.redirectURL)
            json.string("type", action.type)
        }
        json.string("operationID", ifAny: operationID)
        json.string("paymentMethod", ifAny: paymentMethod)
        json.string("requestID", ifAny: requestID)
        json.string("status", status.rawValue)
    }
}

extension Refund {
    fileprivate func write(to json: inout JSONWriter) {
        json.money("amount", amount)
        json.string("failureReason", ifAny: failureReason)
        json.string("id", id)
        json.strings("metadata", metadata)
        json.string("operationID", ifAny: operationID)
        json.string("paymentIntentID", paymentIntentID)
        json.string("reason", ifAny: reason)
        json.string("requestID", ifAny: requestID)
        json.string("status", status.rawValue)
    }
}

extension Dispute {
    fileprivate func write(to json: inout JSONWriter) {
        json.money("amount", amount)
        json.string("id", id)
        json.string("paymentIntentID", paymentIntentID)
        json.string("reason", reason)
        json.string("status", status)
    }
}
