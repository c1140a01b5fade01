import ProviderAPI
import Testing

@Suite("A webhook's signature header")
struct WebhookSignatureHeaderTests {
    private static let now = Timestamp(unixSeconds: 1_767_834_000)

    /// What a check says; nil where it passes.
    private func refusal(_ header: WebhookSignatureHeader, _ fields: [HTTPField]) -> String? {
        do {
            try header.check(fields, at: Self.now)
            return nil
        } catch {
            guard case .rejected(let rejection) = error, rejection.reason == .invalidSignature else { return "\(error)" }
            return rejection.message
        }
    }

    @Test("without a time passes where the field is there, in any letter case, and not empty")
    func presence() {
        let header = WebhookSignatureHeader("X-Hash")
        #expect(refusal(header, [HTTPField("x-hash", "00ff")]) == nil)
        #expect(refusal(header, [HTTPField("X-HASH", "anything, at all")]) == nil)
        for fields in [[], [HTTPField("x-hash", "")], [HTTPField("x-hash-2", "00ff")]] {
            #expect(refusal(header, fields) == "the header X-Hash is missing")
        }
    }

    @Test(
        "with a time in it passes up to 300 seconds from now, in either direction",
        arguments: [(-301, false), (-300, true), (-1, true), (0, true), (300, true), (301, false)])
    func freshness(offset: Int64, passes: Bool) {
        let time = Self.now.unixSeconds + offset
        let message = "more than 300 seconds away from now"
        let inElement = refusal(.timestamped("Acme-Signature"), [HTTPField("acme-signature", "v1=00ff, t=\(time)")])
        #expect(inElement == nil ? passes : !passes && inElement?.contains(message) == true)
        let inField = refusal(
            WebhookSignatureHeader("X-Hash", time: .field("X-Time")),
            [HTTPField("x-hash", "00ff"), HTTPField("x-time", "\(time)")])
        #expect(inField == nil ? passes : !passes && inField?.contains(message) == true)
    }

    @Test(
        "with a time in it refuses one that cannot be read",
        arguments: ["t=", "t=x", "t=1e9", "t", "v1=00ff", "1767834000", "t=99999999999999999999", "t=-9223372036854775808"])
    func unreadable(value: String) {
        let message = refusal(.timestamped("Acme-Signature"), [HTTPField("acme-signature", value)])
        #expect(message?.contains("Acme-Signature") == true)
        #expect(message?.contains("99999999") == false && message?.contains("00ff") == false, "the value is not repeated")
    }

    @Test("with a time in another field refuses where that is absent or no number", arguments: [nil, "", "soon", "17678340.5"])
    func otherField(value: String?) {
        let header = WebhookSignatureHeader("X-Hash", time: .field("X-Time"))
        let fields = [HTTPField("x-hash", "00ff")] + (value.map { [HTTPField("x-time", $0)] } ?? [])
        #expect(refusal(header, fields)?.contains("X-Time") == true)
    }

    @Test("takes a tolerance of its own")
    func tolerance() {
        var header = WebhookSignatureHeader.timestamped("Acme-Signature")
        header.tolerance = .seconds(10)
        #expect(refusal(header, [HTTPField("acme-signature", "t=\(Self.now.unixSeconds - 10),v1=00")]) == nil)
        #expect(
            refusal(header, [HTTPField("acme-signature", "t=\(Self.now.unixSeconds - 11),v1=00")])?.contains("10 seconds") == true
        )
    }

    @Test("lets through whatever the whole verification accepts")
    func agreesWithVerification() throws {
        let body = Array("{}".utf8)
        for offset in stride(from: Int64(-300), through: 300, by: 25) {
            let time = Self.now.advanced(by: .seconds(offset))
            let value = TimestampedSignature.header(body: body, secret: "whsec_test", at: time)
            for value in [value, "v0=1,\(value)", "t=5,\(value)", " \(value) "] {
                try TimestampedSignature.verify(
                    value, named: "Acme-Signature", body: body, secrets: ["whsec_test"], now: Self.now)
                #expect(refusal(.timestamped("Acme-Signature"), [HTTPField("acme-signature", value)]) == nil, "\(value)")
            }
        }
    }
}
