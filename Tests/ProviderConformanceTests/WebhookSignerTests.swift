import ProviderAPI
import Testing

@testable import ProviderConformance

@Suite("Signing recorded webhooks")
struct WebhookSignerTests {
    private let body = JSONValue.object(["id": .string("evt_1")])
    private let bytes = Array(#"{"id":"evt_1"}"#.utf8)

    private func signer(_ scheme: ProviderDescription.Signature.Scheme) -> WebhookSigner {
        WebhookSigner(
            signature: ProviderDescription.Signature(scheme: scheme, header: "Acme-Signature", secrets: "webhook_secrets"))
    }

    @Test("The timestamped scheme signs the time of arrival and the body")
    func timestamped() throws {
        let call = RecordedCall.webhook(body: body, headers: nil, query: nil, at: 1_767_834_007)
        let webhook = try #require(signer(.timestamped).webhook(of: call, secret: "whsec_1"))
        #expect(webhook.body == bytes)
        #expect(webhook.receivedAt.unixSeconds == 1_767_834_007)
        try TimestampedSignature.verify(
            webhook.header("Acme-Signature"), named: "Acme-Signature", body: bytes, secrets: ["whsec_1"], now: webhook.receivedAt)
    }

    @Test("The other scheme is the bare HMAC of the body")
    func hmac() throws {
        let call = RecordedCall.webhook(body: .string("raw & plain"), headers: nil, query: "x=1", at: nil)
        let webhook = try #require(signer(.hmacSHA256Hex).webhook(of: call, secret: "whsec_1"))
        #expect(webhook.query == "x=1")
        let code = HMACSHA256.hex(Array("raw & plain".utf8), key: Array("whsec_1".utf8))
        #expect(webhook.headers == [HTTPField("acme-signature", code)])
    }

    @Test("A recorded signature stays, and is taken off with the header or, without a scheme, with all of them")
    func recorded() throws {
        let headers = ["Acme-Signature": "recorded", "X-Other": "1"]
        let call = RecordedCall.webhook(body: body, headers: headers, query: "sig=1", at: nil)
        let webhook = try #require(signer(.timestamped).webhook(of: call, secret: "whsec_1"))
        #expect(webhook.header("Acme-Signature") == "recorded")
        #expect(signer(.timestamped).unsigned(webhook).headers == [HTTPField("x-other", "1")])
        let bare = WebhookSigner(signature: nil)
        #expect(bare.unsigned(webhook).headers.isEmpty && bare.unsigned(webhook).query.isEmpty)
        #expect(bare.resigned(webhook, secret: "whsec_1", at: webhook.receivedAt) == webhook)
        #expect(bare.webhook(of: .retrieve(id: "pay_1"), secret: "") == nil)
    }
}
