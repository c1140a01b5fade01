/// A request that the module must send, and what comes back.
struct RecordedExchange: Codable, Sendable {
    struct Request: Codable, Sendable {
        var method: String
        /// The path below provider.json's address, as it is on the wire; or an absolute URL.
        var path: String
        /// All parameters of a form-encoded body, decoded; those that come several times (`types[]`) as an array.
        var form: JSONValue?
        /// The body as a JSON value.
        var json: JSONValue?
        /// The body as it is.
        var text: String?
        /// All parameters of the query, as those of a form.
        var query: JSONValue?
        /// Headers beyond those that every request has, or null for one that must not be there.
        var headers: [String: JSONValue]?
    }

    enum Repetition: String, Codable, Sendable {
        /// The same as before, byte by byte, key and all.
        case repeated
    }

    struct Response: Codable, Sendable {
        var status: Int
        var headers: [String: String]?
        /// JSON, or a string for a body that is something else.
        var body: JSONValue?
    }

    enum Accident: String, Codable, Sendable {
        /// The request may have arrived, its answer never did.
        case lost
        /// Nothing was sent.
        case connectionRefused = "connection_refused"
    }

    var request: WordOr<Repetition, Request>
    var response: WordOr<Accident, Response>
}

/// A word in place of details.
enum WordOr<Word: Codable & Sendable, Details: Codable & Sendable>: Codable, Sendable {
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
