import Foundation
import ProviderAPI

/// A webhook that a test sends, signed as Stripe does: HMAC-SHA256 over `t + "." + body`.
package struct Webhook: Sendable {
    /// The event's id.
    package var id: String
    /// The raw body.
    package var body: String
    /// The signature's time, in seconds since 1970.
    package var time = Token.now
    /// The secret it is signed with.
    package var secret = GatewayConfiguration.webhookSecret(of: "mock")

    /// An event about an intent, in Stripe's shape.
    ///
    /// - Parameters:
    ///   - id: the event's id; nil for one of its own.
    ///   - charge: the id of the intent's charge; nil for none.
    package init(
        _ type: String, intent: String, amount: Int = 9999, currency: String = "usd", status: String = "succeeded",
        id: String? = nil, charge: String? = nil
    ) {
        let id = id ?? "evt_\(UUID().uuidString.replacing("-", with: ""))"
        self.id = id
        body = """
            {"id":"\(id)","object":"event","type":"\(type)","created":\(time),"livemode":false,"api_version":null,"data":{"object":\
            {"id":"\(intent)","object":"payment_intent","amount":\(amount),"amount_received":\(status == "succeeded" ? amount : 0),\
            "amount_capturable":0,"currency":"\(currency)","status":"\(status)","capture_method":"automatic","created":\(time),\
            "customer":null,"latest_charge":\(charge.map { "\"\($0)\"" } ?? "null"),\
            "last_payment_error":null,"next_action":null,"metadata":{},"livemode":false}}}
            """
    }

    /// The signature header's value.
    package var signature: String {
        "t=\(time),v1=\(HMACSHA256.hex(Array("\(time).\(body)".utf8), key: Array(secret.utf8)))"
    }

    /// Posts it to a provider's webhook route.
    package func post(
        to gateway: GatewayProcess, provider: String = "mock", header: String = "Mock-Signature"
    ) async throws -> HTTPAnswer {
        try await gateway.anonymous.post("/payments/webhooks/\(provider)", body, headers: [(header, signature)])
    }
}
