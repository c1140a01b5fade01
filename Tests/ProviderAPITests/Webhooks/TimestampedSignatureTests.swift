import ProviderAPI
import Testing

@Suite("A signature with a timestamp")
struct TimestampedSignatureTests {
    private let now = Timestamp(unixSeconds: 1_767_834_000)
    private let body = Array(#"{"id":"evt_1"}"#.utf8)
    private let secret = "whsec_test"

    private func verify(
        _ header: String?, body: [UInt8]? = nil, secrets: [String] = ["whsec_test"], now: Timestamp? = nil,
        tolerance: Duration = .seconds(300)
    ) throws(ProviderError) {
        try TimestampedSignature.verify(
            header, named: "Acme-Signature", body: body ?? self.body, secrets: secrets, now: now ?? self.now, tolerance: tolerance
        )
    }

    private func header(secret: String = "whsec_test", at time: Timestamp? = nil) -> String {
        TimestampedSignature.header(body: body, secret: secret, at: time ?? now)
    }

    /// The refusal's message. It must never repeat a secret or a signature.
    private func refusal(_ check: () throws(ProviderError) -> Void) throws -> String {
        do {
            try check()
        } catch {
            guard case .rejected(let rejection) = error else {
                Issue.record("It must be a rejection, not \(error).")
                return ""
            }
            #expect(rejection.reason == .invalidSignature)
            #expect(!rejection.message.contains("whsec"))
            let signature = try #require(header().split(separator: "v1=").last)
            #expect(!rejection.message.contains(signature))
            return rejection.message
        }
        Issue.record("It must be refused.")
        return ""
    }

    @Test("is made over the timestamp, a dot and the raw body")
    func knownValue() {
        // echo -n '1767834000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test
        #expect(header() == "t=1767834000,v1=e9a32944c7904f0770438ce4da90425107c3355a91e07c3b73c8e4458c917498")
    }

    @Test("passes as it was made, with an empty body too")
    func accepted() throws {
        try verify(header())
        try verify(TimestampedSignature.header(body: [], secret: secret, at: now), body: [])
    }

    @Test("passes with any of several secrets, while one is being rolled", arguments: ["whsec_old", "whsec_new"])
    func rolling(signer: String) throws {
        try verify(header(secret: signer), secrets: ["whsec_old", "whsec_new"])
        #expect(
            try refusal { () throws(ProviderError) in try verify(header(secret: signer), secrets: ["whsec_third"]) }.contains(
                "matches"))
    }

    @Test("passes where any v1 matches, other schemes beside it, spaces around it")
    func elements() throws {
        let signature = try #require(header().split(separator: "v1=").last)
        let wrong = String(repeating: "0", count: 64)
        for text in [
            "t=1767834000,v1=\(wrong),v1=\(signature)", "t=1767834000,v1=\(signature),v1=\(wrong)",
            "v1=\(signature),t=1767834000",
            "t=1767834000,v0=\(wrong),v1=\(signature),v2=x", " t=1767834000 , v1=\(signature) ",
            "t=1767834000,,junk,v1=\(signature)",
        ] {
            try verify(text)
        }
        for text in ["t=1767834000,v0=\(signature)", "t=1767834000,V1=\(signature)", "t=1767834000,v11=\(signature)"] {
            #expect(try refusal { () throws(ProviderError) in try verify(text) }.contains("no v1 signature"), "\(text)")
        }
    }

    @Test("is refused where the body, the timestamp or one digit is another")
    func tampered() throws {
        #expect(
            try refusal { () throws(ProviderError) in try verify(header(), body: Array(#"{"id":"evt_2"}"#.utf8)) }.contains(
                "matches"))
        #expect(try refusal { () throws(ProviderError) in try verify(header(), body: []) }.contains("matches"))
        let moved = header().replacing("t=1767834000", with: "t=1767834001")
        #expect(try refusal { () throws(ProviderError) in try verify(moved) }.contains("matches"))
        let padded = header().replacing("t=1767834000", with: "t=01767834000")
        #expect(try refusal { () throws(ProviderError) in try verify(padded) }.contains("matches"))
        let short = String(header().dropLast())
        #expect(try refusal { () throws(ProviderError) in try verify(short) }.contains("matches"))
        let upper = header().uppercased().replacing("T=", with: "t=").replacing("V1=", with: "v1=")
        #expect(try refusal { () throws(ProviderError) in try verify(upper) }.contains("matches"))
    }

    @Test("is refused without a secret, and with an empty one, which anybody knows")
    func noSecret() throws {
        for secrets in [[], [""], ["", ""]] {
            #expect(
                try refusal { () throws(ProviderError) in try verify(header(secret: ""), secrets: secrets) }.contains("matches"))
        }
        try verify(header(), secrets: ["", secret])
    }

    @Test("names what is missing in the header")
    func malformed() throws {
        #expect(try refusal { () throws(ProviderError) in try verify(nil) } == "the header Acme-Signature is missing")
        for text in ["", "v1=00", "t=,v1=00", "t=soon,v1=00", "t=1.5,v1=00", "t=99999999999999999999,v1=00", "t", ",,,", "="] {
            let message = try refusal { () throws(ProviderError) in try verify(text) }
            #expect(message == "the header Acme-Signature has no timestamp (t=...)", "\(text)")
        }
        #expect(try refusal { () throws(ProviderError) in try verify("t=1767834000") }.contains("no v1 signature"))
    }

    @Test("passes up to the tolerance, in both directions, and not beyond", arguments: [300, 60, 0] as [Int64])
    func tolerance(seconds: Int64) throws {
        let tolerance = Duration.seconds(seconds)
        for age in [Duration.seconds(seconds), .seconds(-seconds), .zero] {
            try verify(header(), now: now.advanced(by: age), tolerance: tolerance)
        }
        for age in [
            Duration.milliseconds(seconds * 1000 + 1), .milliseconds(-seconds * 1000 - 1), .seconds(86_400), .seconds(-86_400),
        ] {
            let message = try refusal { () throws(ProviderError) in
                try verify(header(), now: now.advanced(by: age), tolerance: tolerance)
            }
            #expect(message.contains("more than \(seconds) seconds"))
        }
    }

    @Test("is refused, not trapped on, with a signed timestamp beyond any calendar", arguments: [Int64.min, .max, -1])
    func extremeTimestamp(seconds: Int64) throws {
        let signature = HMACSHA256.hex(Array("\(seconds).".utf8) + body, key: Array(secret.utf8))
        #expect(try refusal { () throws(ProviderError) in try verify("t=\(seconds),v1=\(signature)") }.contains("seconds away"))
    }
}
