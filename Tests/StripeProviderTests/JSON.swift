import ProviderAPI
import ProviderTestKit

/// Stripe's objects as its API reference shows them, cut to what tells cases apart, with the field that a case is about put in.
enum JSON {
    static let clientSecret = "pi_1_secret_fixture"

    /// https://docs.stripe.com/api/payment_intents/object
    static func paymentIntent(
        id: String = "pi_1", amount: Int64 = 9999, received: Int64? = 0, currency: String = "usd",
        status: String = "requires_payment_method", latestCharge: String = "null", paymentMethod: String = "null",
        nextAction: String = "null", lastPaymentError: String = "null", operation: String = "1", more: String = ""
    ) -> String {
        """
        {"id": "\(id)", "object": "payment_intent", "amount": \(amount), "amount_capturable": 0, \
        \(received.map { "\"amount_received\": \($0), " } ?? "")"application": null, \
        "automatic_payment_methods": {"enabled": true}, \
        "canceled_at": null, "capture_method": "automatic", "client_secret": "\(clientSecret)", "created": 1767834000, \
        "currency": "\(currency)", "customer": null, "description": null, "last_payment_error": \(lastPaymentError), \
        "latest_charge": \(latestCharge), "livemode": false, "next_action": \(nextAction), "payment_method": \(paymentMethod), \
        "metadata": {"order_id": "7", "user_id": "42", "gateway_operation_id": "\(operation)"}, \
        "payment_method_types": ["card", "link"], "status": "\(status)"\(more)}
        """
    }

    /// https://docs.stripe.com/api/charges/object
    static func charge(id: String = "ch_1", captured: Int64 = 9999, paymentIntent: String = "\"pi_1\"") -> String {
        """
        {"id": "\(id)", "object": "charge", "amount": 9999, "amount_captured": \(captured), "amount_refunded": 0, \
        "currency": "usd", "payment_intent": \(paymentIntent), \
        "payment_method_details": {"card": {"brand": "visa", "last4": "4242"}, "type": "card"}, \
        "status": "succeeded"}
        """
    }

    /// https://docs.stripe.com/api/refunds/object
    static func refund(
        id: String = "re_1", amount: Int64 = 500, currency: String = "usd", status: String = "\"succeeded\"",
        paymentIntent: String = "\"pi_1\"", operation: String = "1"
    ) -> String {
        """
        {"id": "\(id)", "object": "refund", "amount": \(amount), "charge": "ch_1", "created": 1767834000, \
        "currency": "\(currency)", "metadata": {"gateway_operation_id": "\(operation)"}, "payment_intent": \(paymentIntent), \
        "reason": "requested_by_customer", "status": \(status)}
        """
    }

    /// https://docs.stripe.com/api/disputes/object
    static func dispute(paymentIntent: String = "\"pi_1\"") -> String {
        """
        {"id": "dp_1", "object": "dispute", "amount": 9999, "charge": "ch_1", "created": 1767834000, "currency": "usd", \
        "payment_intent": \(paymentIntent), "reason": "fraudulent", "status": "needs_response"}
        """
    }

    /// https://docs.stripe.com/api/pagination
    static func list(_ elements: [String], hasMore: Bool = false) -> String {
        #"{"object": "list", "data": [\#(elements.joined(separator: ","))], "has_more": \#(hasMore), "url": "/v1/things"}"#
    }

    /// https://docs.stripe.com/api/events/object
    static func event(
        _ type: String, _ object: String, id: String = "evt_1", livemode: Bool = false, account: String? = nil
    ) -> String {
        """
        {"id": "\(id)", "object": "event", "api_version": "2026-10-28.endive", "created": 1767834000, "livemode": \(livemode), \
        \(account.map { "\"account\": \"\($0)\", " } ?? "")"data": {"object": \(object)}, "pending_webhooks": 1, \
        "request": {"id": null, "idempotency_key": null}, "type": "\(type)"}
        """
    }

    /// https://docs.stripe.com/api/v2/core/events/object
    static func thinEvent(_ type: String, related: String?, context: String = "null") -> String {
        """
        {"id": "evt_thin", "object": "v2.core.event", "type": "\(type)", "created": "2026-01-08T01:00:00.000Z", \
        "livemode": false, "context": \(context), "related_object": \(related ?? "null")}
        """
    }

    /// https://docs.stripe.com/api/errors
    static func error(_ fields: String) -> String {
        #"{"error": {\#(fields)}}"#
    }
}

extension ScriptedTransport.Step {
    /// One of Stripe's answers, with its `Request-Id`.
    static func stripe(_ text: String, status: Int = 200, headers: [HTTPField] = []) -> Self {
        .json(text, status: status, headers: [HTTPField("Request-Id", "req_1")] + headers)
    }

    /// An answer that says not to try again, so that a test of an outcome has one attempt.
    static func final(_ text: String, status: Int, headers: [HTTPField] = []) -> Self {
        .stripe(text, status: status, headers: [HTTPField("Stripe-Should-Retry", "false")] + headers)
    }
}
