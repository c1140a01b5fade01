import AsyncHTTPClient
import Crypto
import Foundation
import NIOCore
import NIOHTTP1

/// What the mock provider sends to the gateway. Stripe signs in the same way, under another header.
struct MockWebhook {
    /// The raw body: what is signed is these bytes, and not what they mean.
    let body: String

    /// The event of a payment intent that was canceled.
    init(canceled intent: String) {
        let id = UUID().uuidString.replacingOccurrences(of: "-", with: "").lowercased()
        body = """
            {"id":"evt_\(id)","object":"event","type":"payment_intent.canceled","created":\(Self.now),"data":{"object":\
            {"id":"\(intent)","object":"payment_intent","amount":9999,"currency":"usd","status":"canceled"}}}
            """
    }

    /// Posts it, signed with a secret.
    ///
    /// - Returns: the status of the answer.
    func post(to url: String, secret: String, with client: HTTPClient) async throws -> UInt {
        let time = Self.now
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(time).\(body)".utf8), using: SymmetricKey(data: Data(secret.utf8)))
        let digits = code.map { String(format: "%02x", $0) }.joined()
        var request = HTTPClientRequest(url: url + "/api/v1/payments/webhooks/mock")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Mock-Signature", value: "t=\(time),v1=\(digits)")
        request.body = .bytes(ByteBuffer(string: body))
        return try await client.execute(request, timeout: .seconds(30)).status.code
    }

    private static var now: Int { Int(Date.now.timeIntervalSince1970) }
}
