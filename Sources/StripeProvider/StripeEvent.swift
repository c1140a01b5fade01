import ProviderAPI

/// An event, in either of Stripe's two shapes.
struct StripeEvent: StripeObject {
    /// What an event brings along.
    enum Content: Sendable {
        /// The object as it was when the event was made, in the shape of the endpoint's own API version.
        case snapshot(Object)
        /// A reference: the object's type and id (`v2.core.event`).
        case thin(type: String, id: String)
    }

    /// The object of a snapshot, chosen by the event's type.
    enum Object: Sendable {
        case paymentIntent(StripePaymentIntent)
        case refund(StripeRefund)
        /// `charge.refunded` has no details of the refund; it also fires for the rest of a partial capture.
        case refundedCharge(StripeCharge)
        case dispute(StripeDispute)
        /// One that should be among the above, and cannot be read as such.
        case unreadable(object: String, id: String)
        /// Nothing to do with a payment of the gateway's.
        case unrelated
    }

    let id: String
    let type: String
    let created: Timestamp
    let livemode: Bool?
    /// The connected account that it happened in; nil where it is the endpoint's own.
    let account: String?
    let content: Content

    /// The event for the gateway.
    func about(_ subject: WebhookEvent.Subject) -> WebhookEvent {
        WebhookEvent(id: id, type: type, createdAt: created, subject: subject)
    }

    /// What the gateway acts on; List Events takes at most 20 types.
    static let typesToListFor = [
        "payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.canceled", "payment_intent.processing",
        "payment_intent.requires_action", "payment_intent.amount_capturable_updated", "payment_intent.partially_funded",
        "charge.refunded", "charge.refund.updated", "refund.created", "refund.updated", "refund.failed",
        "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    ]
}

extension StripeEvent: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id
        case object
        case type
        case created
        case livemode
        case account
        case context
        case data
        case relatedObject = "related_object"
    }

    private enum DataKeys: String, CodingKey {
        case object
    }

    private struct Related: Decodable {
        let id: String
        let type: String?
        let object: String?
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        type = try container.decode(String.self, forKey: .type)
        livemode = try container.decodeIfPresent(Bool.self, forKey: .livemode)

        if try container.decode(String.self, forKey: .object) == "v2.core.event" {
            account = try? container.decodeIfPresent(String.self, forKey: .context)
            created = try Self.time(try container.decode(String.self, forKey: .created), in: container)
            let related = try container.decodeIfPresent(Related.self, forKey: .relatedObject)
            content = related.map { .thin(type: $0.type ?? "", id: $0.id) } ?? .snapshot(.unrelated)
        } else {
            account = try container.decodeIfPresent(String.self, forKey: .account)
            created = Timestamp(unixSeconds: try container.decode(Int64.self, forKey: .created))
            content = .snapshot(try Self.object(of: type, in: container.nestedContainer(keyedBy: DataKeys.self, forKey: .data)))
        }
    }

    private static func object(of type: String, in data: KeyedDecodingContainer<DataKeys>) throws -> Object {
        do {
            switch type {
            case _ where type.hasPrefix("payment_intent."):
                return .paymentIntent(try data.decode(StripePaymentIntent.self, forKey: .object))
            case "charge.refunded":
                return .refundedCharge(try data.decode(StripeCharge.self, forKey: .object))
            case _ where type.hasPrefix("refund.") || type == "charge.refund.updated":
                return .refund(try data.decode(StripeRefund.self, forKey: .object))
            case _ where type.hasPrefix("charge.dispute."):
                return .dispute(try data.decode(StripeDispute.self, forKey: .object))
            default:
                return .unrelated
            }
        } catch is DecodingError {
            let object = try data.decode(Related.self, forKey: .object)
            return .unreadable(object: object.object ?? "", id: object.id)
        }
    }

    private static func time(_ text: String, in container: KeyedDecodingContainer<CodingKeys>) throws -> Timestamp {
        guard let time = Timestamp(rfc3339: text) else {
            throw DecodingError.dataCorruptedError(forKey: .created, in: container, debugDescription: "not a time of RFC 3339")
        }
        return time
    }
}
