/// provider.json: what all cases of a recording have in common.
struct ProviderDescription: Codable, Sendable {
    /// Where the key of an operation is on the wire.
    struct Idempotency: Codable, Sendable {
        enum Content: String, Codable, Sendable {
            /// The key, unchanged.
            case key
            /// A reference of the merchant's that carries the operation id, where the protocol has no keys.
            case operationID = "operation_id"
        }

        /// A header's name.
        var header: String?
        /// A member of the body: a form's parameter, or a dotted path into JSON.
        var parameter: String?
        /// What it holds; without it the key.
        var holds: Content?
    }

    /// Where an answer holds what: dotted paths into JSON, or a form's parameters.
    struct Places: Codable, Sendable {
        var id: String?
        var status: String?
        var amount: String?
    }

    struct Answers: Codable, Sendable {
        var paymentIntent: Places?
        var refund: Places?

        enum CodingKeys: String, CodingKey {
            case paymentIntent = "payment_intent"
            case refund
        }
    }

    struct Webhooks: Codable, Sendable {
        /// How the suite signs; nil where every recorded webhook bears its own signature.
        var signature: Signature?
        /// Whether the protocol has a time in what is signed.
        var timestamped: Bool
    }

    struct Signature: Codable, Sendable {
        enum Scheme: String, Codable, Sendable {
            /// `t=<unix seconds>,v1=<hex>`, see ``TimestampedSignature``.
            case timestamped
            /// HMAC-SHA256 of the body in lower-case hexadecimal.
            case hmacSHA256Hex = "hmac_sha256_hex"
        }

        var scheme: Scheme
        var header: String
        /// The setting that holds the secrets.
        var secrets: String
    }

    struct BadSettings: Codable, Sendable {
        var why: String
        /// In place of those of the recording; null leaves one out.
        var settings: [String: JSONValue]
        /// The field that the rejection names.
        var field: String
    }

    var settings: [String: JSONValue]
    /// What paths of requests are below.
    var address: String
    /// Headers of every request (`*`) and of those with a method; null for one that must not be there.
    var headers: [String: [String: JSONValue]]?
    var idempotency: Idempotency?
    var answers: Answers?
    var webhooks: Webhooks?
    var badSettings: [BadSettings]?
    /// Why a check does not apply, by the check's id.
    var notApplicable: [String: String]?

    enum CodingKeys: String, CodingKey {
        case settings
        case address
        case headers
        case idempotency
        case answers
        case webhooks
        case badSettings = "bad_settings"
        case notApplicable = "not_applicable"
    }
}
