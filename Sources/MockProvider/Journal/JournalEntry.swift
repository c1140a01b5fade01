import ProviderAPI

/// What happened, as the journal names it.
enum Effect: String, Sendable, Decodable {
    /// An intent was created.
    case create
    /// A payment was made, or authorised where the capture is manual.
    case confirm
    /// The issuer said no. Nothing was paid, but the intent remembers why, and so does the idempotency key.
    case decline
    /// The payer was asked to authenticate (3-D Secure). Nothing was paid.
    case challenge
    /// A payment was begun whose outcome comes later. Nothing was paid.
    case processing
    /// A payment that was processing was made, or authorised.
    case settlement
    /// A payment that was processing was declined.
    case settlementFailure = "settlement_failure"
    /// An authorisation that nobody captured ended.
    case lapse
    /// An authorised payment was captured.
    case capture
    /// An intent was given up.
    case cancel
    /// Money was given back.
    case refund
    /// A refund that had succeeded failed after all.
    case refundFailure = "refund_failure"
    /// A refund that was pending succeeded.
    case refundSuccess = "refund_success"
    /// The payer complained to their bank.
    case dispute
    /// The bank has decided on a dispute.
    case disputeClosure = "dispute_closure"
}

/// The events that the mock makes, in Stripe's words.
enum EventType: String, Sendable, Decodable {
    case paymentProcessing = "payment_intent.processing"
    case paymentSucceeded = "payment_intent.succeeded"
    case paymentFailed = "payment_intent.payment_failed"
    case paymentCanceled = "payment_intent.canceled"
    case paymentRequiresAction = "payment_intent.requires_action"
    case paymentCapturable = "payment_intent.amount_capturable_updated"
    case chargeExpired = "charge.expired"
    case chargeRefunded = "charge.refunded"
    case refundCreated = "refund.created"
    case refundUpdated = "refund.updated"
    case refundFailed = "refund.failed"
    case disputeCreated = "charge.dispute.created"
    case disputeClosed = "charge.dispute.closed"
}

/// An event as the journal keeps it; its objects are those of its line.
struct EventRecord: Sendable, Decodable {
    let id: String
    let type: EventType
}

/// One line of the journal: an effect, and every object it changed as it was afterwards.
///
/// The line is at once the answer that its idempotency key replays, the events that tell of it, and the state to read back
/// at load.
struct JournalEntry: Sendable {
    /// By the host's clock.
    let time: Timestamp
    /// By the account's clock, which may be ahead.
    let clock: Timestamp
    let effect: Effect
    /// Nil for what happened by itself or on a page.
    let idempotencyKey: String?
    /// The fingerprint of the request's parameters, to tell a repeat from another request under the same key.
    let fingerprint: String?
    /// Whether the answer stored under the key is a 500, though the effect happened.
    let isAnsweredWithError: Bool
    /// The object that was made or changed.
    let object: String
    /// What the effect moved, in minor units: asked for by a create, paid or authorised by a confirm, captured, given up,
    /// given back. Zero for a decline and a challenge.
    let amount: Int64
    /// The provider's name in providers.yaml: two names are two accounts, which may share a journal and don't see each
    /// other's objects.
    let provider: String
    /// What becomes of the events' webhooks.
    let webhooks: WebhookTreatment
    let intent: IntentRecord
    let refund: RefundRecord?
    let events: [EventRecord]
}

extension JournalEntry {
    /// What the member `answer` says where the answer is not the effect.
    private static let errorStatus = 500

    /// Whether something will happen by itself because of it.
    var hasConsequences: Bool { intent.next != nil || refund?.next != nil }

    /// The line, its end included.
    var line: [UInt8] {
        var bytes = JSONWriter.object { writer in
            writer.member("time", time.rfc3339)
            if clock != time { writer.member("clock", clock.rfc3339) }
            writer.member("operation", effect.rawValue)
            writer.member("idempotency_key", idempotencyKey)
            writer.member("object", object)
            writer.member("amount", amount)
            writer.member("currency", intent.currency.code)
            writer.member("provider", provider)
            writer.member("request", fingerprint)
            if isAnsweredWithError { writer.member("answer", Self.errorStatus) }
            webhooks.write(to: &writer, as: "webhooks")
            writer.member("payment_intent", object: intent.write)
            if let refund { writer.member("refund", object: refund.write) }
            writer.member(
                "events",
                array: { writer in
                    for event in events {
                        writer.object {
                            $0.member("id", event.id)
                            $0.member("type", event.type.rawValue)
                        }
                    }
                }
            )
        }
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}

extension JournalEntry: Decodable {
    private enum CodingKeys: String, CodingKey {
        case time, clock, object, amount, provider, refund, events, webhooks, answer
        case effect = "operation"
        case idempotencyKey = "idempotency_key"
        case fingerprint = "request"
        case intent = "payment_intent"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let text = try container.decode(String.self, forKey: .time)
        guard let time = Timestamp(rfc3339: text) else {
            throw DecodingError.dataCorruptedError(forKey: .time, in: container, debugDescription: "not a time of RFC 3339")
        }
        self.time = time
        clock = try container.decodeIfPresent(String.self, forKey: .clock).flatMap(Timestamp.init(rfc3339:)) ?? time
        effect = try container.decode(Effect.self, forKey: .effect)
        idempotencyKey = try container.decodeIfPresent(String.self, forKey: .idempotencyKey)
        fingerprint = try container.decodeIfPresent(String.self, forKey: .fingerprint)
        object = try container.decode(String.self, forKey: .object)
        amount = try container.decode(Int64.self, forKey: .amount)
        provider = try container.decode(String.self, forKey: .provider)
        isAnsweredWithError = try container.decodeIfPresent(Int.self, forKey: .answer) == Self.errorStatus
        webhooks = try container.decodeIfPresent(WebhookTreatment.self, forKey: .webhooks) ?? WebhookTreatment()
        intent = try container.decode(IntentRecord.self, forKey: .intent)
        refund = try container.decodeIfPresent(RefundRecord.self, forKey: .refund)
        events = try container.decode([EventRecord].self, forKey: .events)
    }
}
