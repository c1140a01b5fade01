import ProviderAPI

/// What will happen to an object by itself, unless something else happens to it first.
struct NextStep: Sendable, Decodable {
    /// What will happen.
    enum Kind: String, Sendable, Decodable {
        /// A payment that is processing, or a refund that is pending, succeeds.
        case settle
        /// A payment that is processing is declined, or a refund fails.
        case fail
        /// An authorisation that nobody captured ends.
        case lapse
        /// The payer complains to their bank.
        case dispute
        /// The bank decides a dispute that nobody answered, for the payer.
        case loseDispute = "lose_dispute"
    }

    let kind: Kind
    /// When, by the account's clock, in milliseconds since 1970.
    let due: Int64

    private enum CodingKeys: String, CodingKey {
        case kind = "step"
        case due = "due_ms"
    }

    init(_ kind: Kind, due: Timestamp) {
        self.kind = kind
        self.due = due.unixMilliseconds
    }

    /// Writes the members that ``CodingKeys`` names.
    func write(to writer: inout JSONWriter) {
        writer.member(CodingKeys.kind.rawValue, kind.rawValue)
        writer.member(CodingKeys.due.rawValue, due)
    }
}
