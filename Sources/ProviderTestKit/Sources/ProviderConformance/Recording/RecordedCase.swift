import ProviderAPI

/// One case: a call of the gateway's, what passes between the module and its provider, and what the gateway is told.
struct RecordedCase: Codable, Sendable {
    /// What the case shows, in a sentence.
    var why: String
    /// The page of the provider's documentation that it was written from.
    var source: String
    /// Settings in place of those of provider.json; null leaves a setting out.
    var settings: [String: JSONValue]?
    var call: RecordedCall
    /// All requests, in order: one more or one less is a finding.
    var exchanges: [RecordedExchange]
    /// What the gateway is told, see ``JSONValue/outcome(of:)``; messages and metadata are compared where they are stated.
    var outcome: JSONValue
    /// Whether the log warns. Without it there must be no warning.
    var warning: Bool?
}

/// A case and its name, such as `create/all-parameters`.
struct NamedCase: Sendable {
    let name: String
    let recorded: RecordedCase
}

extension RecordedCase {
    /// Whether the outcome is an answer, not an error.
    var succeeds: Bool {
        guard case .object(let members) = outcome else { return true }
        return !["declined", "rejected", "not_sent", "unknown"].contains(where: members.keys.contains)
    }

    /// Whether nothing went wrong anywhere: the call succeeds, and every answer is a 2xx.
    var isPlain: Bool {
        succeeds
            && exchanges.allSatisfy { exchange in
                if case .details(let answer) = exchange.response { (200..<300).contains(answer.status) } else { false }
            }
    }
}
