import ProviderAPI
import ProviderTestKit

/// A few of Stripe's objects for what the fixtures cannot say, cut to what is read.
enum JSON {
    static let clientSecret = "pi_1_secret_fixture"

    /// https://docs.stripe.com/api/payment_intents/object
    static func paymentIntent(status: String = "requires_payment_method") -> String {
        """
        {"id": "pi_1", "object": "payment_intent", "amount": 9999, "amount_received": 0, "capture_method": "automatic", \
        "client_secret": "\(clientSecret)", "currency": "usd", "latest_charge": null, \
        "metadata": {"order_id": "7", "user_id": "42", "gateway_operation_id": "1"}, "status": "\(status)"}
        """
    }

    /// https://docs.stripe.com/api/refunds/object
    static func refund() -> String {
        """
        {"id": "re_1", "object": "refund", "amount": 500, "currency": "usd", "metadata": {"gateway_operation_id": "1"}, \
        "payment_intent": "pi_1", "status": "succeeded"}
        """
    }

    /// https://docs.stripe.com/api/events/object
    static func event(_ type: String, _ object: String, livemode: Bool = false) -> String {
        """
        {"id": "evt_1", "object": "event", "created": 1767834000, "livemode": \(livemode), "data": {"object": \(object)}, \
        "type": "\(type)"}
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
}
