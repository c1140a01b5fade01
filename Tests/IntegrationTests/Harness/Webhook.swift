import Foundation
import ProviderAPI

/// A webhook that a test sends, signed as Stripe does: HMAC-SHA256 over `t + "." + body`.
struct Webhook: Sendable {
    /// The event's id.
    var id = "evt_\(UUID().uuidString.replacing("-", with: ""))"
    /// The raw body.
    var body: String
    /// The signature's time, in seconds since 1970.
    var time = Token.now
    /// The secret it is signed with.
    var secret = GatewayConfiguration.webhookSecret(of: "mock")

    /// An event about an intent, in Stripe's shape.
    init(_ type: String, intent: String, amount: Int = 9999, currency: String = "usd", status: String = "succeeded") {
        body = """
            {"id":"\(id)","object":"event","type":"\(type)","created":\(time),"livemode":false,"api_version":null,"data":{"object":\
            {"id":"\(intent)","object":"payment_intent","amount":\(amount),"amount_received":\(status == "succeeded" ? amount : 0),\
            "amount_capturable":0,"currency":"\(currency)","status":"\(status)","capture_method":"automatic","created":\(time),\
            "customer":null,"latest_charge":null,"last_payment_error":null,"next_action":null,"metadata":{},"livemode":false}}}
            """
    }

    /// The signature header's value.
    var signature: String {
        "t=\(time),v1=\(HMACSHA256.hex(Array("\(time).\(body)".utf8), key: Array(secret.utf8)))"
    }

    /// Posts it to a provider's webhook route.
    func post(to gateway: GatewayProcess, provider: String = "mock", header: String = "Mock-Signature") async throws -> HTTPAnswer
    {
        try await gateway.anonymous.post("/payments/webhooks/\(provider)", body, headers: [(header, signature)])
    }
}
