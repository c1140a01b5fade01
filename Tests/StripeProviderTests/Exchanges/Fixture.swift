import Foundation

/// One case: a call of the gateway's, what passes between the provider and Stripe, and what the gateway is told.
///
/// Stripe's answers are written from its documentation. A member that this type does not know makes a fixture unreadable.
struct Fixture: Codable {
    /// What the case shows, in a sentence.
    let why: String
    /// The page that it was written from, below https://docs.stripe.com/.
    let source: String
    /// Settings in place of the usual ones; null leaves a setting out.
    let settings: [String: JSONValue]?
    let call: FixtureCall
    /// All requests, in order: one more or one less is a failure.
    let exchanges: [FixtureExchange]
    /// See ``JSONValue/outcome(of:)``; messages and metadata are compared where they are stated.
    let outcome: JSONValue
    /// Whether the log warns. Without it there must be no warning.
    let warning: Bool?

    /// All that decides the outcome: two cases that have it in common are one.
    func input() throws -> JSONValue {
        let all = try JSONDecoder().decode(JSONValue.self, from: try JSONEncoder().encode(self))
        guard case .object(let members) = all else { return all }
        return .object(members.filter { ["settings", "call", "exchanges"].contains($0.key) })
    }
}

/// A request that the provider must send, and what comes back.
struct FixtureExchange: Codable {
    struct Request: Codable {
        let method: String
        /// The path below Stripe's address, as it is on the wire.
        let path: String
        /// All parameters of the body, decoded; those that come several times (`types[]`) as an array.
        let form: JSONValue?
        /// All parameters of the query, likewise.
        let query: JSONValue?
        /// Headers beyond those that every request has, or null for one that must not be there.
        let headers: [String: JSONValue]?
    }

    enum Repetition: String, Codable {
        /// The same as before, byte by byte, key and all.
        case repeated
    }

    struct Response: Codable {
        let status: Int
        let headers: [String: String]?
        /// JSON, or a string for a body that is something else.
        let body: JSONValue?
    }

    enum Accident: String, Codable {
        /// The request may have arrived, its answer never did.
        case lost
        /// Nothing was sent.
        case connectionRefused = "connection_refused"
    }

    let request: WordOr<Repetition, Request>
    let response: WordOr<Accident, Response>
}

/// A word in place of details.
enum WordOr<Word: Codable, Details: Codable>: Codable {
    case word(Word)
    case details(Details)

    init(from decoder: any Decoder) throws {
        if (try? decoder.singleValueContainer().decode(String.self)) != nil {
            self = .word(try Word(from: decoder))
        } else {
            self = .details(try Details(from: decoder))
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .word(let word): try word.encode(to: encoder)
        case .details(let details): try details.encode(to: encoder)
        }
    }
}
