import ProviderAPI

/// Why a card did not pay.
struct FailureRecord: Sendable, Decodable {
    let code: String
    let declineCode: String?
    let message: String

    private enum CodingKeys: String, CodingKey {
        case code, message
        case declineCode = "decline_code"
    }

    /// Writes the members that ``CodingKeys`` names.
    func write(to writer: inout JSONWriter) {
        writer.member("code", code)
        writer.member("decline_code", declineCode)
        writer.member("message", message)
    }
}

/// What a payer is asked on a page of the mock (3-D Secure).
struct ChallengeRecord: Sendable, Decodable {
    /// In the page's address.
    let id: String
    /// The page.
    let url: String
    /// Where the payer's browser goes afterwards.
    let returnURL: String?

    private enum CodingKeys: String, CodingKey {
        case id, url
        case returnURL = "return_url"
    }

    /// Writes the members that ``CodingKeys`` names.
    func write(to writer: inout JSONWriter) {
        writer.member("id", id)
        writer.member("url", url)
        writer.member("return_url", returnURL)
    }
}

/// A payer's complaint about a payment, for its whole captured amount.
struct DisputeRecord: Sendable, Decodable {
    /// How a bank decides, in Stripe's words.
    enum Decision: String, CaseIterable, Sendable {
        case won
        case lost
        /// An inquiry has ended without a dispute.
        case inquiryClosed = "warning_closed"
    }

    /// The status of a dispute without an answer.
    static let open = "needs_response"
    /// The status of an inquiry without an answer.
    static let inquiry = "warning_needs_response"

    let id: String
    let amount: Int64
    var status: String
    let reason: String
    /// Seconds since 1970.
    let created: Int64
    /// By when it had to be answered, in seconds since 1970.
    let dueBy: Int64?

    private enum CodingKeys: String, CodingKey {
        case id, amount, status, reason, created
        case dueBy = "due_by"
    }

    /// How it ends without an answer.
    var unanswered: Decision { status == Self.inquiry ? .inquiryClosed : .lost }

    /// Whether the bank has decided.
    var isClosed: Bool { Decision(rawValue: status) != nil }

    /// The dispute as the gateway is shown it.
    func answer(of intent: IntentRecord) -> Dispute {
        Dispute(
            id: id, paymentIntentID: intent.id, amount: Money(minorUnits: amount, currency: intent.currency), status: status,
            reason: reason)
    }

    /// Writes the members that decoding reads.
    func write(to writer: inout JSONWriter) {
        writer.member("id", id)
        writer.member("amount", amount)
        writer.member("status", status)
        writer.member("reason", reason)
        writer.member("created", created)
        writer.member("due_by", dueBy)
    }
}
