/// The signature scheme `t=<unix seconds>,v1=<hex>[,v1=<hex>...]` that Stripe introduced and others took over:
/// HMAC-SHA256 over `<t>.<raw body>` (https://docs.stripe.com/webhooks, "Verify webhook signatures manually").
public enum TimestampedSignature {
    /// Checks a header against any of several secrets (two are valid while one is being rolled).
    ///
    /// Any `v1` that matches suffices; other schemes are ignored. Comparison takes constant time.
    ///
    /// - Parameters:
    ///   - header: the signature header's value; nil where the request had none.
    ///   - headerName: for the messages.
    ///   - body: the raw body, which the signature is over.
    ///   - secrets: what it may be signed with; empty ones are passed over.
    ///   - now: when the webhook arrived.
    ///   - tolerance: how far the timestamp may be from `now`, in either direction.
    /// - Throws: ``ProviderError/rejected(_:)`` with reason ``Rejection/Reason/invalidSignature``.
    public static func verify(
        _ header: String?, named headerName: String, body: [UInt8], secrets: [String], now: Timestamp,
        tolerance: Duration = .seconds(300)
    ) throws(ProviderError) {
        guard let header else { throw WebhookSignatureHeader.refusal("the header \(headerName) is missing") }
        var timestamp: String?
        var candidates: [String] = []
        for element in elements(of: header) {
            switch element.name {
            case "t": timestamp = element.value
            case "v1": candidates.append(element.value)
            default: continue
            }
        }
        guard let timestamp, let seconds = Int64(timestamp) else {
            throw WebhookSignatureHeader.refusal("the header \(headerName) has no timestamp (t=...)")
        }
        guard !candidates.isEmpty else { throw WebhookSignatureHeader.refusal("the header \(headerName) has no v1 signature") }

        let signed = Array("\(timestamp).".utf8) + body
        let expected = secrets.filter { !$0.isEmpty }.map { HMACSHA256.hex(signed, key: Array($0.utf8)) }
        // Every pair is compared, so that the time does not tell which one matched.
        var matches = false
        for candidate in candidates {
            for signature in expected where ConstantTime.equal(Array(candidate.utf8), Array(signature.utf8)) {
                matches = true
            }
        }
        guard matches else {
            throw WebhookSignatureHeader.refusal("no signature in \(headerName) matches the body and a configured webhook secret")
        }

        try WebhookSignatureHeader.checkAge(of: seconds, in: headerName, at: now, tolerance: tolerance)
    }

    /// A header's value for a body, as a sender makes it.
    public static func header(body: [UInt8], secret: String, at time: Timestamp) -> String {
        let signature = HMACSHA256.hex(Array("\(time.unixSeconds).".utf8) + body, key: Array(secret.utf8))
        return "t=\(time.unixSeconds),v1=\(signature)"
    }

    /// The elements `name=value` of a header's value, without spaces around them; what is no such element is left out.
    static func elements(of header: String) -> [(name: String, value: String)] {
        header.split(separator: ",").compactMap { element in
            let pair = element.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return pair.count == 2 ? (pair[0].trimmed, pair[1].trimmed) : nil
        }
    }
}

extension Substring {
    /// Without spaces at either end.
    fileprivate var trimmed: String {
        var rest = self
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
