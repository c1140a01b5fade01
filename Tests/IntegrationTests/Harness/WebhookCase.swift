import GatewayHarness
import Testing

/// A webhook as somebody might send it, and what becomes of it.
struct WebhookCase: Sendable, CustomTestStringConvertible {
    var name: String
    var provider = "mock"
    var method = "POST"
    /// Behind the provider's name in the path.
    var suffix = ""
    /// Changes the event before it is signed.
    var prepare: @Sendable (inout Webhook) -> Void = { _ in }
    /// Changes the signed webhook's header fields.
    var headers: @Sendable (Webhook, [(String, String)]) -> [(String, String)] = { $1 }
    /// Changes the body behind the signature's back.
    var body: @Sendable (String) -> String = { $0 }
    /// How often it is sent.
    var deliveries = 1
    /// What it is answered with, each time.
    var status: Int
    /// The problem's code; nil for none.
    var code: String?

    var testDescription: String { name }

    /// Whether the event is stored, once.
    var isStored: Bool { status == 200 }

    /// The header that the provider's signature is in.
    var signatureHeader: String { provider == "stripe" ? "Stripe-Signature" : "Mock-Signature" }

    /// What the webhooks of each provider are signed with.
    static let stripeSecret = "whsec_of_the_corpus"

    /// Sends it, and returns each answer with the event that was sent.
    func send(to gateway: GatewayProcess) async throws -> (answers: [HTTPAnswer], event: Webhook) {
        var webhook = Webhook("payment_intent.succeeded", intent: "pi_never_made_here")
        webhook.secret = provider == "stripe" ? Self.stripeSecret : GatewayConfiguration.webhookSecret(of: provider)
        prepare(&webhook)
        let headers = headers(webhook, [(signatureHeader, webhook.signature)])
        let bytes = Array(body(webhook.body).utf8)
        var answers: [HTTPAnswer] = []
        for _ in 0..<deliveries {
            answers.append(
                try await gateway.anonymous.send(
                    method, "/payments/webhooks/\(provider)\(suffix)", body: method == "POST" ? bytes : nil, headers: headers))
        }
        return (answers, webhook)
    }

    /// One whose signature header has another value, or is left out.
    static func unsigned(_ name: String, _ value: @escaping @Sendable (Webhook) -> String?) -> WebhookCase {
        WebhookCase(
            name: name, headers: { webhook, headers in value(webhook).map { [(headers[0].0, $0)] } ?? [] }, status: 400,
            code: "invalid_signature")
    }

    /// One whose body is another than the one that was signed.
    static func changed(_ name: String, _ body: @escaping @Sendable (String) -> String) -> WebhookCase {
        WebhookCase(name: name, body: body, status: 400, code: "invalid_signature")
    }

    /// One that is signed as it should be, whose body is no event.
    static func garbage(_ name: String, _ body: String) -> WebhookCase {
        WebhookCase(name: name, prepare: { $0.body = body }, status: 400, code: "invalid_request")
    }

    /// One that is taken.
    static func taken(
        _ name: String, provider: String = "mock", deliveries: Int = 1,
        _ prepare: @escaping @Sendable (inout Webhook) -> Void = { _ in }
    ) -> WebhookCase {
        WebhookCase(name: name, provider: provider, prepare: prepare, deliveries: deliveries, status: 200)
    }

    /// One that is taken with further header fields.
    static func taken(_ name: String, with fields: [(String, String)]) -> WebhookCase {
        WebhookCase(name: name, headers: { $1 + fields }, status: 200)
    }
}

extension WebhookCase {
    /// All of them.
    static let all = signatures + bodies + content + addresses + accepted

    private static let signatures: [WebhookCase] = [
        .unsigned("no signature") { _ in nil }, .unsigned("an empty signature") { _ in "" },
        .unsigned("garbage") { _ in "t=,v1=,,=;~" },
        .unsigned("a word") { _ in "valid" }, .unsigned("a time only") { "t=\($0.time)" },
        .unsigned("no time") { String($0.signature.drop { $0 != "," }.dropFirst()) },
        .unsigned("an empty time") { $0.signature.replacing("t=\($0.time)", with: "t=") },
        .unsigned("a time that is a word") { $0.signature.replacing("t=\($0.time)", with: "t=now") },
        .unsigned("a time with a fraction") { $0.signature.replacing("t=\($0.time)", with: "t=\($0.time).0") },
        .unsigned("a time with an exponent") { $0.signature.replacing("t=\($0.time)", with: "t=1e9") },
        .unsigned("a negative time") { $0.signature.replacing("t=\($0.time)", with: "t=-\($0.time)") },
        .unsigned("a time without an end") { $0.signature.replacing("t=\($0.time)", with: "t=99999999999999999999") },
        .unsigned("a time in milliseconds") { $0.signature.replacing("t=\($0.time)", with: "t=\($0.time)000") },
        .unsigned("a time that was not signed") { $0.signature.replacing("t=\($0.time)", with: "t=\($0.time + 1)") },
        .unsigned("a stale time") { signed($0) { $0.time -= 400 } },
        .unsigned("a time in the future") { signed($0) { $0.time += 400 } },
        .unsigned("another scheme only") { $0.signature.replacing("v1=", with: "v0=") },
        .unsigned("an empty v1") { "t=\($0.time),v1=" }, .unsigned("a signature cut short") { String($0.signature.dropLast()) },
        .unsigned("a signature with a digit too many") { $0.signature + "0" },
        .unsigned("a signature of zeros") { "t=\($0.time),v1=" + String(repeating: "0", count: 64) },
        .unsigned("a signature in base64") { "t=\($0.time),v1=bm90IGEgc2lnbmF0dXJlIGF0IGFsbA==" },
        .unsigned("another secret") { signed($0) { $0.secret = "not-the-secret" } },
        .unsigned("an empty secret") { signed($0) { $0.secret = "" } },
        .unsigned("another account's secret") { signed($0) { $0.secret = GatewayConfiguration.webhookSecret(of: "mock2") } },
        .unsigned("the body's digest only") { "t=\($0.time),v1=" + String($0.body.utf8.count, radix: 16) },
        .unsigned("a fresh time before a stale one") { "t=\($0.time)," + signed($0) { $0.time -= 400 } },
        WebhookCase(
            name: "another provider's header", headers: { webhook, _ in [("Stripe-Signature", webhook.signature)] }, status: 400,
            code: "invalid_signature"),
        WebhookCase(
            name: "a bad header before a good one",
            headers: { webhook, headers in [(headers[0].0, "t=\(webhook.time),v1=00")] + headers },
            status: 400, code: "invalid_signature"),
        WebhookCase(
            name: "the signature in the query only", suffix: "?Mock-Signature=valid", headers: { _, _ in [] }, status: 400,
            code: "invalid_signature"),
        WebhookCase(
            name: "a token in place of a signature",
            headers: { _, _ in [("Authorization", "Bearer \(Token.valid(subject: "1", isAdmin: true))")] }, status: 400,
            code: "invalid_signature"),
    ]

    private static let bodies: [WebhookCase] = [
        .changed("a space behind the body") { $0 + " " }, .changed("a space before the body") { " " + $0 },
        .changed("the body cut short") { String($0.dropLast()) },
        .changed("another amount") { $0.replacing("9999", with: "9998") },
        .changed("another intent") { $0.replacing("pi_never_made_here", with: "pi_never_made_here2") },
        .changed("no body") { _ in "" },
        .changed("the body in other words") { $0.replacing(",", with: ", ") }, .changed("the body twice") { $0 + $0 },
        .changed("a byte order mark before the body") { "\u{FEFF}" + $0 },
    ]

    private static let content: [WebhookCase] = [
        .garbage("an empty body", ""), .garbage("half an object", "{"), .garbage("a list", "[]"), .garbage("null", "null"),
        .garbage("a text", #""event""#),
        .garbage("an object without members", "{}"),
        .garbage("an id that is a number", #"{"id":1,"type":"x","data":{"object":{"id":"pi_1"}}}"#),
        .garbage("no type", #"{"id":"evt_1","data":{"object":{"id":"pi_1"}}}"#),
        .garbage("no object", #"{"id":"evt_1","type":"x"}"#),
        .garbage("a form", "id=evt_1&type=x"), .garbage("nested without an end", String(repeating: "[", count: 100_000)),
        WebhookCase(
            name: "a body of 256 KiB and a byte",
            prepare: { $0.body += String(repeating: " ", count: 262_145 - $0.body.utf8.count) },
            status: 413, code: "payload_too_large"),
    ]

    private static let addresses: [WebhookCase] = [
        WebhookCase(name: "an unknown provider", provider: "nobody", status: 404, code: "not_found"),
        WebhookCase(name: "a provider in capitals", provider: "MOCK", status: 404, code: "not_found"),
        WebhookCase(name: "a provider with a NUL", provider: "mock%00", status: 404, code: "not_found"),
        WebhookCase(name: "a card number for a provider", provider: "4242424242424242", status: 404, code: "not_found"),
        WebhookCase(name: "a path behind the provider", suffix: "/events", status: 404, code: "not_found"),
        WebhookCase(name: "GET", method: "GET", status: 405, code: "method_not_allowed"),
        WebhookCase(name: "PUT", method: "PUT", status: 405, code: "method_not_allowed"),
        WebhookCase(name: "DELETE", method: "DELETE", status: 405, code: "method_not_allowed"),
    ]

    private static let accepted: [WebhookCase] = [
        .taken("an event"), .taken("a time within the tolerance") { $0.time -= 200 },
        .taken("a time a little ahead") { $0.time += 200 },
        .taken("one event ten times", deliveries: 10), .taken("an event at the second account", provider: "mock2"),
        .taken("a type that nobody knows") {
            $0.body = $0.body.replacing("payment_intent.succeeded", with: "invoice.paid")
        },
        .taken("a body of 256 KiB") { $0.body += String(repeating: " ", count: 262_144 - $0.body.utf8.count) },
        .taken("a member twice") {
            $0.body = $0.body.replacing(#""livemode":false,"api"#, with: #""livemode":false,"livemode":false,"api"#)
        },
        .taken("members that nobody knows") {
            $0.body = $0.body.replacing(#""object":"event""#, with: #""object":"event","x":[{"y":null}]"#)
        },
        .taken("another media type", with: [("Content-Type", "text/plain")]),
        .taken("a form's media type", with: [("Content-Type", "application/x-www-form-urlencoded")]),
        .taken("a coding that is none", with: [("Content-Encoding", "identity")]),
        .taken("a bad token", with: [("Authorization", "Bearer x")]),
        .taken("a second signature header", with: [("Mock-Signature", "t=1,v1=00")]),
        WebhookCase(name: "a query", suffix: "?source=dashboard", status: 200),
        WebhookCase(
            name: "several signatures, one of them good",
            headers: { webhook, headers in
                [
                    (
                        headers[0].0,
                        webhook.signature.replacing(",v1=", with: ",v0=00ff,v1=\(String(repeating: "0", count: 64)),v1=")
                    )
                ]
            }, status: 200),
        .taken("an event of Stripe's", provider: "stripe"),
        .taken("an event of Stripe's other mode", provider: "stripe") {
            $0.body = $0.body.replacing(#""livemode":false,"api"#, with: #""livemode":true,"api"#)
        },
        .taken("an event of another account of Stripe's", provider: "stripe") {
            $0.body = $0.body.replacing(#""livemode":false,"api"#, with: #""livemode":false,"account":"acct_of_others","api"#)
        },
        WebhookCase(
            name: "Stripe's event with the mock's header", provider: "stripe",
            headers: { webhook, _ in [("Mock-Signature", webhook.signature)] },
            status: 400, code: "invalid_signature"),
    ]

    /// The signature of the same event after a change.
    private static func signed(_ webhook: Webhook, _ change: (inout Webhook) -> Void) -> String {
        var other = webhook
        change(&other)
        return other.signature
    }
}
