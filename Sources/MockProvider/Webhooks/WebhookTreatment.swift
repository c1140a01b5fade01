/// What becomes of the webhooks of one line's events: `webhooks` of a scenario, and of the journal's line.
///
/// Whatever is done to the webhooks, the events are in `listEvents`.
struct WebhookTreatment: Sendable, Hashable {
    /// `drop: true`: they are never posted, after a restart neither. Also all of a mock with the setting `webhooks: false`.
    var isDropped = false
    /// `delay`: they are posted so much later, such as `500ms`, `2s` or `1m` after the event, and hold up no others.
    var delay: Duration = .zero
    /// `duplicate: n`: each is posted n times more, once it was taken.
    var duplicates = 0
    /// `reorder: true`: each is posted after the next event of the same test, or of payments that belong to none. While one waits, the next
    /// never does, so two in a row change places. It waits for as long as there is no next one.
    var isReordered = false
    /// `bad_signature: true`: each is signed with another secret.
    var hasBadSignature = false
    /// `stale_timestamp: true`: each is signed properly, at a time that was 400 seconds ago.
    var hasStaleTimestamp = false

    /// Whether the gateway must refuse them. Such a webhook is not repeated: its refusal is what was wanted.
    var mustBeRefused: Bool { hasBadSignature || hasStaleTimestamp }
}

extension WebhookTreatment: Decodable {
    private enum CodingKeys: String, CodingKey {
        case delay = "delay_ms"
        case duplicates = "duplicate"
        case isReordered = "reorder"
        case hasBadSignature = "bad_signature"
        case hasStaleTimestamp = "stale_timestamp"
    }

    /// Reads what ``write(to:as:)`` wrote.
    init(from decoder: any Decoder) throws {
        if let isPosted = try? decoder.singleValueContainer().decode(Bool.self) {
            isDropped = !isPosted
            return
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        delay = .milliseconds(try container.decodeIfPresent(Int64.self, forKey: .delay) ?? 0)
        duplicates = try container.decodeIfPresent(Int.self, forKey: .duplicates) ?? 0
        isReordered = try container.decodeIfPresent(Bool.self, forKey: .isReordered) ?? false
        hasBadSignature = try container.decodeIfPresent(Bool.self, forKey: .hasBadSignature) ?? false
        hasStaleTimestamp = try container.decodeIfPresent(Bool.self, forKey: .hasStaleTimestamp) ?? false
    }

    /// Writes a member: `false` where nothing is posted, an object of what is out of the ordinary, nothing where nothing is.
    func write(to writer: inout JSONWriter, as name: String) {
        if isDropped { return writer.member(name, false) }
        if self == WebhookTreatment() { return }
        writer.member(
            name,
            object: { writer in
                if delay > .zero { writer.member(CodingKeys.delay.rawValue, delay.milliseconds) }
                if duplicates > 0 { writer.member(CodingKeys.duplicates.rawValue, duplicates) }
                if isReordered { writer.member(CodingKeys.isReordered.rawValue, true) }
                if hasBadSignature { writer.member(CodingKeys.hasBadSignature.rawValue, true) }
                if hasStaleTimestamp { writer.member(CodingKeys.hasStaleTimestamp.rawValue, true) }
            })
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    fileprivate var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
