import ProviderAPI
import Testing

@Suite("Header fields")
struct HeaderTests {
    private let fields = [HTTPField("Content-Type", "a"), HTTPField("x-twice", "first"), HTTPField("X-Twice", "second")]

    @Test(
        "are found by their name in any letter case, the first of several",
        arguments: ["content-type", "Content-Type", "CONTENT-TYPE"])
    func lookup(name: String) {
        #expect(fields.value(of: name) == "a")
        #expect(fields.value(of: "X-TWICE") == "first")
        #expect(fields.value(of: "absent") == nil)
        #expect(HTTPResponse(status: 200, headers: fields).header(name) == "a")
        let webhook = WebhookRequest(headers: fields, query: "", body: [], receivedAt: Timestamp(unixSeconds: 0))
        #expect(webhook.header(name) == "a")
        #expect(webhook.header("absent") == nil)
    }
}
