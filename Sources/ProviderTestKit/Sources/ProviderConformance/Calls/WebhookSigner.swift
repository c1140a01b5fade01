import ProviderAPI

/// Makes the webhooks that cases deliver, and signs those that bear no signature yet.
struct WebhookSigner: Sendable {
    /// When webhooks arrive that say nothing else.
    static let now = Timestamp(unixSeconds: 1_767_834_000)

    let signature: ProviderDescription.Signature?

    /// The webhook of a call; nil for other calls.
    ///
    /// - Parameter secret: what it is signed with, where it bears no signature of its own.
    func webhook(of call: RecordedCall, secret: String) -> WebhookRequest? {
        guard case .webhook(let body, let headers, let query, let at) = call else { return nil }
        var request = WebhookRequest(
            headers: (headers ?? [:]).sorted { $0.key < $1.key }.map { HTTPField($0.key.lowercased(), $0.value) },
            query: query ?? "", body: body.body, receivedAt: at.map(Timestamp.init(unixSeconds:)) ?? Self.now)
        if let signature, request.header(signature.header) == nil {
            request.headers.append(field(signature, for: request.body, secret: secret, at: request.receivedAt))
        }
        return request
    }

    /// The same webhook, signed anew; unchanged where there is no scheme to sign by.
    func resigned(_ webhook: WebhookRequest, secret: String, at time: Timestamp) -> WebhookRequest {
        guard let signature else { return webhook }
        var webhook = unsigned(webhook)
        webhook.headers.append(field(signature, for: webhook.body, secret: secret, at: time))
        return webhook
    }

    /// The same webhook without what bears its signature: the scheme's header or, where there is no scheme, all headers and
    /// the query.
    func unsigned(_ webhook: WebhookRequest) -> WebhookRequest {
        var webhook = webhook
        if let signature {
            webhook.headers.removeAll { $0.name.lowercased() == signature.header.lowercased() }
        } else {
            webhook.headers = []
            webhook.query = ""
        }
        return webhook
    }

    /// The code that a good signature of a webhook holds; nil where there is no scheme to sign by.
    func code(of webhook: WebhookRequest, secret: String) -> String? {
        signature.map { signature in
            let value = field(signature, for: webhook.body, secret: secret, at: webhook.receivedAt).value
            return String(value.suffix(64))
        }
    }

    private func field(
        _ signature: ProviderDescription.Signature, for body: [UInt8], secret: String, at time: Timestamp
    ) -> HTTPField {
        let value =
            switch signature.scheme {
            case .timestamped: TimestampedSignature.header(body: body, secret: secret, at: time)
            case .hmacSHA256Hex: HMACSHA256.hex(body, key: Array(secret.utf8))
            }
        return HTTPField(signature.header.lowercased(), value)
    }
}
