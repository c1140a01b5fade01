import GatewayLifecycle
import ProviderAPI

// For programs: times in RFC 3339, amounts in minor units as in the books, names as in the API.

extension Explanation: Encodable {
    private enum CodingKeys: String, CodingKey {
        case transactionID = "transaction_id"
        case orderID = "order_id"
        case provider
        case paymentIntentID = "payment_intent_id"
        case status
        case currency
        case amount = "amount_minor"
        case captured = "captured_minor"
        case refunded = "refunded_minor"
        case reserved = "reserved_minor"
        case disputed = "disputed_minor"
        case refundable = "refundable_minor"
        case entries
        case next
    }

    /// Writes all of it.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(transactionID, forKey: .transactionID)
        try container.encode(orderID, forKey: .orderID)
        try container.encode(provider, forKey: .provider)
        try container.encode(paymentIntentID, forKey: .paymentIntentID)
        try container.encode(status.rawValue, forKey: .status)
        try container.encode(amount.currency.code, forKey: .currency)
        try container.encode(amount.minorUnits, forKey: .amount)
        try container.encode(captured, forKey: .captured)
        try container.encode(refunded, forKey: .refunded)
        try container.encode(reserved, forKey: .reserved)
        try container.encode(disputed, forKey: .disputed)
        try container.encode(refundable, forKey: .refundable)
        try container.encode(entries, forKey: .entries)
        try container.encode(next, forKey: .next)
    }
}

extension Explanation.Entry: Encodable {
    private enum CodingKeys: String, CodingKey {
        case at
        case subject
        case text
        case operationID = "operation_id"
        case requestID = "request_id"
        case idempotencyKey = "idempotency_key"
        case providerRequestID = "provider_request_id"
    }

    /// Writes what is known of it.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(at.rfc3339, forKey: .at)
        try container.encode(subject.rawValue, forKey: .subject)
        try container.encode(text, forKey: .text)
        try container.encodeIfPresent(operationID, forKey: .operationID)
        try container.encodeIfPresent(requestID, forKey: .requestID)
        try container.encodeIfPresent(idempotencyKey, forKey: .idempotencyKey)
        try container.encodeIfPresent(providerRequestID, forKey: .providerRequestID)
    }
}

extension Explanation.Step: Encodable {
    private enum CodingKeys: String, CodingKey {
        case by
        case text
    }

    /// Writes both.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(by.rawValue, forKey: .by)
        try container.encode(text, forKey: .text)
    }
}
