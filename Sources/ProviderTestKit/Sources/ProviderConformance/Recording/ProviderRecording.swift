import Foundation

/// A provider's recorded exchanges: what its module must send and how it reads the answers, one file a case.
///
/// A recording is a folder with `provider.json`, and below it one folder a group and one `.json` file a case. A case says what the
/// gateway calls, every request that must go out for it, what comes back, and what the gateway is told:
///
/// ```json
/// {
///   "why": "A refund is created under the operation's key.",
///   "source": "https://docs.acme.example/refunds",
///   "call": {"refund": {"payment_intent": "pay_1", "amount": "5.00 USD"}},
///   "exchanges": [
///     {
///       "request": {"method": "POST", "path": "/refunds", "json": {"payment": "pay_1", "amount": 500}},
///       "response": {"status": 201, "body": {"id": "ref_1", "status": "done", "amount": 500}}
///     }
///   ],
///   "outcome": {"refund": {"id": "ref_1", "payment_intent": "pay_1", "amount": "5.00 USD", "status": "succeeded"}}
/// }
/// ```
///
/// `request` is the word `"repeated"` where the module's own repeat must be the same bytes, and `response` is `"lost"` (the request
/// may have arrived, its answer never did) or `"connection_refused"` (nothing was sent). A body is `form`, `json` or `text`; in
/// answers and webhooks a string is the body itself, anything else JSON. A case that must warn in the log says `"warning": true`.
///
/// provider.json holds what all cases have in common:
///
/// ```json
/// {
///   "settings": {"api_key": "key_recorded", "webhook_secrets": ["whsec_recorded"]},
///   "address": "https://api.acme.example",
///   "headers": {"*": {"Authorization": "Bearer key_recorded"}, "POST": {"Idempotency-Key": "gw-test-op_1"}},
///   "idempotency": {"header": "Idempotency-Key"},
///   "answers": {
///     "payment_intent": {"id": "id", "status": "status", "amount": "amount"},
///     "refund": {"id": "id", "status": "status", "amount": "amount"}
///   },
///   "webhooks": {
///     "signature": {"scheme": "timestamped", "header": "Acme-Signature", "secrets": "webhook_secrets"},
///     "timestamped": true
///   },
///   "bad_settings": [{"why": "A key has a prefix.", "settings": {"api_key": "none"}, "field": "api_key"}],
///   "not_applicable": {"keys-stable": "why this check can try nothing here"}
/// }
/// ```
///
/// `idempotency` says where a request bears the operation's key, `answers` where an answer holds what the suite strikes at, and
/// `webhooks` how it signs: `timestamped` is the scheme of ``TimestampedSignature``, `hmac_sha256_hex` the bare HMAC of the body.
/// Where webhooks cannot be signed by a scheme, leave `signature` out and record them with theirs (`headers`, `query` and `at`,
/// the time of arrival in Unix seconds, beside the call's `body`).
///
/// The operation is always `op_1`, with the key `gw-test-op_1`, of order 7 and user 42. Write cases from the provider's
/// documentation, not from what the module does. ``Conformance`` derives faults from those that go well, so one case a kind of
/// call goes a long way; creations should be in currencies with zero, two and three decimals, and refusals be among the cases.
public struct ProviderRecording: Sendable {
    /// The folder it was read from.
    public let folder: String
    /// The cases' names in order, such as `create/all-parameters`.
    public var caseNames: [String] { cases.map(\.name) }

    let description: ProviderDescription
    let cases: [NamedCase]

    /// Reads the folder `folder` strictly: a member that is not known would check nothing, and is a mistake.
    ///
    /// - Throws: ``RecordingError`` with everything that is wrong.
    public init(folder: String) throws {
        var reader = RecordingReader(folder: folder)
        (description, cases) = try reader.read()
        self.folder = folder
    }
}
